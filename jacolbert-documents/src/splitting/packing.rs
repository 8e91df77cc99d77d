//! As many pieces per passage as fit.

use std::ops::{Range, RangeInclusive};

use super::boundary::Boundary;
use super::pieces::Piece;

/// The ranges of the passages of up to `max_tokens` tokens, which share up to `overlap` with the next.
pub(super) fn pack(pieces: &[Piece], max_tokens: usize, overlap: usize) -> Vec<Range<usize>> {
    let mut passages = Vec::new();
    let mut first = 0;
    // Where the pieces begin that are in no passage yet.
    let mut new = 0;
    while new < pieces.len() {
        let last = last_that_fits(pieces, first, max_tokens).max(new);
        let last = best_end(pieces, new..=last);
        passages.push(pieces[first].range.start..pieces[last].range.end);
        new = last + 1;
        let next = pieces.get(new).map_or(0, |piece| piece.num_tokens);
        let room = max_tokens.saturating_sub(next);
        first = next_start(pieces, first, new, overlap.min(room));
    }
    passages
}

fn last_that_fits(pieces: &[Piece], first: usize, max_tokens: usize) -> usize {
    let mut total = pieces[first].num_tokens;
    let mut last = first;
    while let Some(piece) = pieces.get(last + 1) {
        total += piece.num_tokens;
        if total > max_tokens {
            break;
        }
        last += 1;
    }
    last
}

/// The piece at whose end a passage ends that has `fitting` as its new pieces: where the best boundary is, but
/// behind the first half of them; the last one of several.
fn best_end(pieces: &[Piece], fitting: RangeInclusive<usize>) -> usize {
    let last = *fitting.end();
    if last + 1 == pieces.len() {
        return last;
    }
    let total: usize = pieces[fitting.clone()].iter().map(|piece| piece.num_tokens).sum();
    let mut left_out = 0;
    let mut best = last;
    for end in fitting.rev() {
        if left_out > total / 2 {
            break;
        }
        if pieces[end].end < pieces[best].end {
            best = end;
        }
        left_out += pieces[end].num_tokens;
    }
    best
}

/// The first piece of the next passage: after `first`, and at most `overlap` tokens before the piece `new`.
/// It begins at the best boundary for which at least half of that is shared, the earliest of several.
fn next_start(pieces: &[Piece], first: usize, new: usize, overlap: usize) -> usize {
    let mut best: Option<(Boundary, usize)> = None;
    let mut shared = 0;
    let mut start = new;
    while start > first + 1 && shared + pieces[start - 1].num_tokens <= overlap {
        start -= 1;
        shared += pieces[start].num_tokens;
        let boundary = pieces[start - 1].end;
        let is_better = best.is_none_or(|(before, _)| boundary <= before);
        if is_better || shared * 2 < overlap {
            best = Some((boundary, start));
        }
    }
    best.map_or(new, |(_, start)| start)
}
