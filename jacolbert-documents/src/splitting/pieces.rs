//! The parts of a text that passages are put together from.

use std::ops::Range;

use super::boundary::{Boundary, Cut, cuts};
use super::sentences::sentences;

/// A part of a text, its number of tokens, and what lies at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) range: Range<usize>,
    pub(super) num_tokens: usize,
    pub(super) end: Boundary,
}

/// The largest numbers of tokens of what is not cut any more.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Of a sentence that is not cut, and of a part that only a worst place could cut.
    pub(super) whole: usize,
    /// Of a part of a sentence that was cut.
    pub(super) part: usize,
}

/// Places near the middle that are compared with each other.
const NUM_COMPARED: usize = 8;
/// Characters on each side of a place that show whether it lies within a token.
const CONTEXT: usize = 16;

/// The sentences of `text`, without gaps. Those that are too long are cut in two at the best place, again and
/// again, until the parts are short.
///
/// A part of one grapheme cluster may be too long; so may one that no longer has a place for a cut.
pub(super) fn pieces<E>(
    text: &str,
    limits: Limits,
    num_tokens: &impl Fn(&str) -> Result<usize, E>,
) -> Result<Vec<Piece>, E> {
    let mut pieces = Vec::new();
    for range in sentences(text) {
        let count = num_tokens(&text[range.clone()])?;
        let sentence = Piece { range, num_tokens: count, end: Boundary::Sentence };
        if count > limits.whole {
            pieces.extend(parts(text, sentence, limits, num_tokens)?);
        } else {
            pieces.push(sentence);
        }
    }
    Ok(pieces)
}

/// The parts of a sentence, cut until they are short.
pub(super) fn parts<E>(
    text: &str,
    sentence: Piece,
    limits: Limits,
    num_tokens: &impl Fn(&str) -> Result<usize, E>,
) -> Result<Vec<Piece>, E> {
    let mut parts = Vec::new();
    let mut open = vec![sentence];
    while let Some(piece) = open.pop() {
        match cut(text, &piece, limits, num_tokens)? {
            Some([left, right]) => open.extend([right, left]),
            None => parts.push(piece),
        }
    }
    Ok(parts)
}

/// The halves of `piece`, if it is too long and has a place for a cut.
fn cut<E>(
    text: &str,
    piece: &Piece,
    limits: Limits,
    num_tokens: &impl Fn(&str) -> Result<usize, E>,
) -> Result<Option<[Piece; 2]>, E> {
    if piece.num_tokens <= limits.part {
        return Ok(None);
    }
    let part = &text[piece.range.clone()];
    let Some(Cut { at, boundary }) = best_cut(part, num_tokens)? else { return Ok(None) };
    if boundary == Boundary::Bound && piece.num_tokens <= limits.whole {
        return Ok(None);
    }
    let middle = piece.range.start + at;
    let left = num_tokens(&part[..at])?;
    let right = num_tokens(&part[at..])?;
    Ok(Some([
        Piece { range: piece.range.start..middle, num_tokens: left, end: boundary },
        Piece { range: middle..piece.range.end, num_tokens: right, end: piece.end },
    ]))
}

/// Of the best places in `text` the one nearest to its middle. Where words are not marked off, it is the one
/// of the nearest that separates the fewest tokens.
fn best_cut<E>(
    text: &str,
    num_tokens: &impl Fn(&str) -> Result<usize, E>,
) -> Result<Option<Cut>, E> {
    let mut best: Vec<Cut> = Vec::new();
    for cut in cuts(text) {
        let present = best.first().map(|cut| cut.boundary);
        if present.is_none_or(|present| cut.boundary < present) {
            best.clear();
        }
        if present.is_none_or(|present| cut.boundary <= present) {
            best.push(cut);
        }
    }
    let middle = text.len() / 2;
    let distance = |cut: &Cut| (cut.at.abs_diff(middle), cut.at);
    if best.len() > NUM_COMPARED {
        best.select_nth_unstable_by_key(NUM_COMPARED, distance);
        best.truncate(NUM_COMPARED);
    }
    best.sort_unstable_by_key(distance);
    let Some(&nearest) = best.first() else { return Ok(None) };
    if nearest.boundary <= Boundary::Space {
        return Ok(Some(nearest));
    }
    let mut least: Option<(usize, Cut)> = None;
    for cut in best {
        let separated = num_separated(text, cut.at, num_tokens)?;
        if least.is_none_or(|(fewest, _)| separated < fewest) {
            least = Some((separated, cut));
        }
        if separated == 0 {
            break;
        }
    }
    Ok(least.map(|(_, cut)| cut))
}

/// How many more tokens the text around `at` has if it is cut there.
fn num_separated<E>(
    text: &str,
    at: usize,
    num_tokens: &impl Fn(&str) -> Result<usize, E>,
) -> Result<usize, E> {
    let before = text[..at].char_indices().rev().nth(CONTEXT - 1);
    let start = before.map_or(0, |(start, _)| start);
    let after = text[at..].char_indices().nth(CONTEXT);
    let end = after.map_or(text.len(), |(len, _)| at + len);
    let whole = num_tokens(&text[start..end])?;
    let apart = num_tokens(&text[start..at])? + num_tokens(&text[at..end])?;
    Ok(apart.saturating_sub(whole))
}
