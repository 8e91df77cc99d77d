//! Checking that foreign vectors are what a model computes for the texts that belong to them.

use jacolbert_documents::{RagatouilleDocument, RagatouillePassage};
use jacolbert_index::{Embeddings, PlaidFolder};
use jacolbert_model::Encoder;
use jacolbert_search::maxsim;

use crate::Error;

/// Number of passages that are encoded.
const NUM_SAMPLED: usize = 16;
/// Likeness below which vectors are another model's.
///
/// `tests/import/measure_likeness.py` measured it on the 312 passages of `examples/collection` with
/// colbert-ai's codec of 1 bit. With the demonstration model it is 0.95 to 0.98 (0.93 to 0.98 for passages cut
/// at 32 tokens), 0.80 to 0.90 for the text of another passage, which [`MARGIN`] detects, and 0 to 0.14 for
/// unrelated vectors. With an earlier model these were 0.87 to 0.96, 0.78 to 0.93, 0.28 to 0.63 and 0.17 to
/// 0.22.
const LEAST_LIKENESS: f32 = 0.7;
/// How much more like another sampled text vectors may be than like their own, because some texts repeat
/// each other. Models differ in the likeness of unrelated texts, so that the limit above does not detect
/// every mismatch.
const MARGIN: f32 = 0.02;

/// Encodes some of the passages. Fails at the first one whose stored vectors are unlike the encoded ones, or
/// more like those of another passage.
pub(super) fn check(
    encoder: &Encoder,
    vectors: &PlaidFolder,
    documents: &[RagatouilleDocument],
) -> Result<(), Error> {
    let sample = sample(documents);
    let texts: Vec<&str> = sample.iter().map(|passage| passage.text.as_str()).collect();
    let encoded = encoder.encode_passages(&texts)?.embeddings;
    let mut wanted = sample.iter().zip(&encoded).peekable();
    for (position, passage) in vectors.passages().enumerate() {
        let Some((sampled, own)) = wanted.peek() else { break };
        let passage = passage?;
        if position != sampled.position {
            continue;
        }
        let stored = vectors.codec().decode(&passage)?;
        let likenesses = encoded.iter().map(|encoded| likeness(&stored, encoded));
        let likenesses = likenesses.collect::<Result<Vec<_>, _>>()?;
        let likeness = likeness(&stored, own)?;
        let is_more_like = |another: &f32| *another > likeness + MARGIN;
        if likeness < LEAST_LIKENESS || likenesses.iter().any(is_more_like) {
            return Err(Error::OtherVectors { path: vectors.path().into(), position, likeness });
        }
        wanted.next();
    }
    Ok(())
}

/// Passages evenly spread over the index, the first and the last among them.
fn sample(documents: &[RagatouilleDocument]) -> Vec<&RagatouillePassage> {
    let mut all: Vec<_> = documents.iter().flat_map(|document| &document.passages).collect();
    all.sort_unstable_by_key(|passage| passage.position);
    let num_sampled = NUM_SAMPLED.min(all.len());
    let last = all.len().saturating_sub(1);
    let spread = |n: usize| n * last / num_sampled.saturating_sub(1).max(1);
    (0..num_sampled).map(|n| all[spread(n)]).collect()
}

/// The MaxSim score of `encoded` for `stored` as the query, divided by the number of rows of the query: 1 if
/// `encoded` has every row. Rows at the end of `stored` that `encoded` has no room for do not count.
fn likeness(stored: &Embeddings, encoded: &Embeddings) -> Result<f32, Error> {
    let num_rows = stored.num_tokens().min(encoded.num_tokens());
    if num_rows == 0 {
        return Ok(0.0);
    }
    let values = &stored.values()[..num_rows * stored.dim()];
    let query = Embeddings::new(values.to_vec(), stored.dim())?;
    let score = maxsim(query.as_ref(), encoded.as_ref())?;
    Ok(score.unwrap_or_default() / num_rows as f32)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_sample_reaches_from_the_first_passage_to_the_last() {
        let document = |n: usize| {
            let passage = |position| RagatouillePassage { position, text: String::new() };
            // The second passage of each document lies behind those of all others.
            let passages = vec![passage(2 * n), passage(1_000 + n)];
            RagatouilleDocument { id: n.to_string(), metadata: Value::Null, passages }
        };
        for (num_documents, num_sampled) in [(0, 0), (1, 2), (7, 14), (8, 16), (50, 16)] {
            let documents: Vec<_> = (0..num_documents).map(document).collect();
            let positions: Vec<usize> = sample(&documents).iter().map(|p| p.position).collect();
            assert_eq!(positions.len(), num_sampled);
            assert!(positions.is_sorted_by(|a, b| a < b), "{positions:?}");
            let ends = (num_documents > 0).then_some((0, 1_000 + num_documents.max(1) - 1));
            assert_eq!(positions.first().copied().zip(positions.last().copied()), ends);
        }
    }

    #[test]
    fn likeness_is_the_mean_of_the_best_cosines() -> Result<(), Error> {
        let of = |values: &[f32]| Embeddings::new(values.to_vec(), 2);
        let stored = of(&[1.0, 0.0, 0.6, 0.8])?;
        let is_near = |a: f32, b: f32| (a - b).abs() < 1e-6;
        assert!(is_near(likeness(&stored, &stored)?, 1.0));
        assert!(is_near(likeness(&stored, &of(&[0.0, 1.0, 0.0, -1.0])?)?, 0.4));
        assert!(is_near(likeness(&stored, &of(&[1.0, 0.0])?)?, 1.0), "the second was truncated");
        assert_eq!(likeness(&stored, &of(&[])?)?, 0.0);
        Ok(())
    }
}
