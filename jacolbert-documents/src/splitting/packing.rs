//! As many pieces per passage as fit.

use std::ops::Range;

use super::boundary::Boundary;
use super::pieces::{Limits, Piece, parts};

/// How pieces become passages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packing {
    /// Most tokens of a passage.
    pub(super) max_tokens: usize,
    /// Most tokens that two neighbours share.
    pub(super) overlap: usize,
    /// Of the parts of a piece of which only the end is shared.
    pub(super) limits: Limits,
}

impl Packing {
    /// The ranges of the passages of `text`, whose pieces are `pieces`.
    pub(super) fn passages<E>(
        self,
        text: &str,
        pieces: &[Piece],
        num_tokens: &impl Fn(&str) -> Result<usize, E>,
    ) -> Result<Vec<Range<usize>>, E> {
        let mut passages = Vec::new();
        // With what the passage shares with the one before, it begins.
        let mut passage: Vec<Piece> = Vec::new();
        let mut rest = pieces;
        while !rest.is_empty() {
            let (new, after) = rest.split_at(self.num_new(&passage, rest));
            passage.extend_from_slice(new);
            passages.push(passage[0].range.start..passage[passage.len() - 1].range.end);
            if let Some(next) = after.first() {
                let room = self.max_tokens.saturating_sub(next.num_tokens);
                passage = self.shared(passage, room, text, num_tokens)?;
            }
            rest = after;
        }
        Ok(passages)
    }

    /// Number of pieces of `rest` for a passage that begins with `shared`; at least one.
    fn num_new(self, shared: &[Piece], rest: &[Piece]) -> usize {
        let mut total = total_tokens(shared) + rest[0].num_tokens;
        let mut fitting = 1;
        while let Some(piece) = rest.get(fitting) {
            total += piece.num_tokens;
            if total > self.max_tokens {
                return best_end(&rest[..fitting]);
            }
            fitting += 1;
        }
        fitting
    }

    /// The last pieces of `passage`, of up to `room` tokens, with which the next one begins. Of a piece that
    /// is longer it is the end.
    fn shared<E>(
        self,
        mut passage: Vec<Piece>,
        room: usize,
        text: &str,
        num_tokens: &impl Fn(&str) -> Result<usize, E>,
    ) -> Result<Vec<Piece>, E> {
        let overlap = self.overlap.min(room);
        if overlap > 0
            && let Some(last) = passage.pop_if(|last| last.num_tokens > overlap)
        {
            passage.extend(parts(text, last, self.limits, num_tokens)?);
        }
        let start = best_start(&passage, overlap);
        Ok(passage.split_off(start))
    }
}

fn total_tokens(pieces: &[Piece]) -> usize {
    pieces.iter().map(|piece| piece.num_tokens).sum()
}

/// How many of the pieces that fit a passage takes: up to the best boundary behind the first half of them; up
/// to the last one of several.
fn best_end(fitting: &[Piece]) -> usize {
    let total = total_tokens(fitting);
    let mut left_out = 0;
    let mut best = fitting.len() - 1;
    for (n, piece) in fitting.iter().enumerate().rev() {
        if left_out > total / 2 {
            break;
        }
        if piece.end < fitting[best].end {
            best = n;
        }
        left_out += piece.num_tokens;
    }
    best + 1
}

/// Where in `passage` the next one begins: behind its start, at most `overlap` tokens before its end, and at
/// the best boundary for which at least half of them are shared; at the earliest of several.
fn best_start(passage: &[Piece], overlap: usize) -> usize {
    let mut best: Option<(Boundary, usize)> = None;
    let mut shared = 0;
    let mut start = passage.len();
    while start > 1 && shared + passage[start - 1].num_tokens <= overlap {
        start -= 1;
        shared += passage[start].num_tokens;
        let boundary = passage[start - 1].end;
        let is_better = best.is_none_or(|(before, _)| boundary <= before);
        if is_better || shared * 2 < overlap {
            best = Some((boundary, start));
        }
    }
    best.map_or(passage.len(), |(_, start)| start)
}
