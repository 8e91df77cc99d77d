//! The merges of a BPE model, which its file does not list.

use std::collections::HashSet;

use super::model::{Piece, PieceKind};

/// The pairs of pieces that join into a piece, best first: by the score of the whole, then by its number, then by the length
/// of the first part, which is the order of transformers.
pub(super) fn merges(pieces: &[Piece]) -> Vec<[&str; 2]> {
    let texts: HashSet<&str> = pieces.iter().map(|piece| piece.text.as_str()).collect();
    let joins = |piece: &&Piece| matches!(piece.kind, PieceKind::Normal | PieceKind::UserDefined);
    let mut merges = Vec::new();
    for piece in pieces.iter().filter(joins) {
        for (at, _) in piece.text.char_indices().skip(1) {
            let (left, right) = piece.text.split_at(at);
            if texts.contains(left) && texts.contains(right) {
                merges.push((piece.score, [left, right]));
            }
        }
    }
    // Adding zero makes one zero of both. The sort is stable.
    merges.sort_by(|(score, _), (other, _)| (other + 0.0).total_cmp(&(score + 0.0)));
    merges.into_iter().map(|(_, parts)| parts).collect()
}
