//! The best part of each text for a query.

use std::ops::Range;

use jacolbert_core::EmbeddingsRef;
use jacolbert_documents::Splitting;
use jacolbert_index::PassageId;
use jacolbert_model::{Encoder, Error as ModelError};
use jacolbert_search::exhaustive_search;
use rayon::prelude::*;

use crate::Error;
use crate::hits::tokens_cut;

/// The best part of a text.
pub(super) struct BestPart {
    /// The place of the text among those given.
    pub(super) text: usize,
    /// Where the part lies in the text.
    pub(super) part: Range<usize>,
    pub(super) part_number: usize,
    pub(super) num_parts: usize,
    pub(super) score: f32,
    /// Tokens at the end of the part that were not read.
    pub(super) tokens_cut: usize,
}

/// Texts with their scores.
pub(super) struct ScoredTexts {
    /// One per text, best first; ties in the order of the texts.
    pub(super) best_parts: Vec<BestPart>,
    /// Number of texts with a part that was not read to its end.
    pub(super) num_truncated: usize,
}

/// A part of a text.
struct Part {
    text: usize,
    number: usize,
    range: Range<usize>,
}

/// Scores every part of every text.
pub(super) fn score_texts(
    encoder: &Encoder,
    splitting: Splitting,
    query: EmbeddingsRef<'_>,
    texts: &[&str],
) -> Result<ScoredTexts, Error> {
    let ranges = split_texts(encoder, splitting, texts)?;
    let num_parts: Vec<usize> = ranges.iter().map(Vec::len).collect();
    let parts = ranges.into_iter().enumerate().flat_map(|(text, ranges)| {
        let numbered = ranges.into_iter().enumerate();
        numbered.map(move |(number, range)| Part { text, number, range })
    });
    let parts: Vec<Part> = parts.collect();
    let passages: Vec<&str> =
        parts.iter().map(|part| &texts[part.text][part.range.clone()]).collect();
    let encoded = encoder.encode_passages(&passages)?;
    let tokens_cut = tokens_cut(&encoded);
    let mut is_truncated = vec![false; texts.len()];
    for truncation in &encoded.truncated {
        is_truncated[parts[truncation.text].text] = true;
    }

    let rows = (0..).map(PassageId).zip(encoded.embeddings.iter().map(|rows| rows.as_ref()));
    let mut is_seen = vec![false; texts.len()];
    let mut best_parts = Vec::with_capacity(texts.len());
    for hit in exhaustive_search(query, rows, parts.len())? {
        let Part { text, number, range } = &parts[hit.passage.index()];
        if std::mem::replace(&mut is_seen[*text], true) {
            continue;
        }
        best_parts.push(BestPart {
            text: *text,
            part: range.clone(),
            part_number: *number,
            num_parts: num_parts[*text],
            score: hit.score,
            tokens_cut: tokens_cut[hit.passage.index()],
        });
    }
    let num_truncated = is_truncated.into_iter().filter(|is_truncated| *is_truncated).count();
    Ok(ScoredTexts { best_parts, num_truncated })
}

/// Where the parts of each text lie.
fn split_texts(
    encoder: &Encoder,
    splitting: Splitting,
    texts: &[&str],
) -> Result<Vec<Vec<Range<usize>>>, Error> {
    let splitting = splitting.clipped(encoder.max_passage_tokens());
    let split = |(position, text): (usize, &&str)| {
        let num_tokens = |part: &str| encoder.num_tokens(part);
        splitting.ranges(text, num_tokens).map_err(|error| name_text(position, error))
    };
    let ranges: Vec<_> = texts.par_iter().enumerate().map(split).collect();
    ranges.into_iter().collect()
}

/// Puts the number of the text into the error of one that cannot be tokenised.
fn name_text(position: usize, error: ModelError) -> Error {
    match error {
        ModelError::Text { source, .. } => ModelError::Text { text: position, source }.into(),
        other => other.into(),
    }
}
