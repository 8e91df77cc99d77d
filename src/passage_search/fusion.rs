//! How the scores of late interaction and of BM25 become one.

use std::cmp::Ordering;

use jacolbert_index::PassageId;
use serde::{Deserialize, Serialize};

use crate::Error;

/// How a hybrid search ranks its candidates by MaxSim and BM25.
///
/// Both scores of every candidate are exact. Equal scores are ordered by passage id. docs/hybrid.md has the figures by
/// which the default was chosen.
///
/// ```no_run
/// use jacolbert::{Collection, Fusion};
///
/// let collection = Collection::open("my-index")?;
/// let hits = collection.query("一番高い山は？").hybrid(Fusion::default()).search()?;
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Fusion {
    /// MaxSim alone ranks the candidates; BM25 only adds candidates.
    MaxSim,
    /// `1 / (constant + r) + words / (constant + w)`, where `r` is the rank by MaxSim and `w` that by BM25 among the
    /// candidates, from 1. A passage without a term of the query has no rank by BM25, and the second summand is 0.
    ReciprocalRank {
        /// How little the first ranks count more than the next, 0 or more; often 60.
        constant: f64,
        /// Weight of BM25, 0 or more.
        words: f64,
    },
    /// `z(MaxSim) + words * z(BM25)`, where `z(x) = (x - mean) / deviation` with the mean and the standard deviation of
    /// the candidates' scores; 0 if all have one score. It does not depend on how large the scores of a model are or how
    /// much they differ.
    Weighted {
        /// Weight of BM25, 0 or more.
        words: f64,
    },
}

impl Default for Fusion {
    fn default() -> Self {
        Self::Weighted { words: 0.5 }
    }
}

/// The scores of a candidate.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) passage: PassageId,
    pub(super) late_interaction: f32,
    pub(super) bm25: f64,
}

impl Fusion {
    /// Checks that the numbers are 0 or more, and numbers at all.
    ///
    /// # Errors
    /// [`Error::Fusion`].
    pub(super) fn check(self) -> Result<(), Error> {
        let numbers = match self {
            Self::MaxSim => [("words", 0.0); 2],
            Self::ReciprocalRank { constant, words } => [("constant", constant), ("words", words)],
            Self::Weighted { words } => [("words", words); 2],
        };
        let is_wrong = |(_, value): &(&str, f64)| !(0.0..f64::INFINITY).contains(value);
        match numbers.into_iter().find(is_wrong) {
            Some((name, value)) => Err(Error::Fusion { name, value }),
            None => Ok(()),
        }
    }

    /// The candidates with their fused scores, best first; ties by id.
    pub(super) fn rank(self, candidates: Vec<Candidate>) -> Vec<(Candidate, f64)> {
        let of_rows: Vec<f64> = candidates.iter().map(|c| c.late_interaction.into()).collect();
        let of_words: Vec<f64> = candidates.iter().map(|c| c.bm25).collect();
        let scores = match self {
            Self::MaxSim => of_rows,
            Self::ReciprocalRank { constant, words } => {
                reciprocal_ranks(&candidates, constant, words)
            }
            Self::Weighted { words } => {
                let both = standardised(&of_rows).into_iter().zip(standardised(&of_words));
                both.map(|(of_rows, of_words)| of_rows + words * of_words).collect()
            }
        };
        let mut ranked: Vec<_> = candidates.into_iter().zip(scores).collect();
        ranked.sort_unstable_by(|(a, x), (b, y)| best_first((*x, a.passage), (*y, b.passage)));
        ranked
    }
}

/// `(x - mean) / deviation` of each number; 0 if all are equal.
fn standardised(numbers: &[f64]) -> Vec<f64> {
    let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
    let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
    let deviation = (squares / numbers.len() as f64).sqrt();
    let factor = if deviation > 0.0 { deviation.recip() } else { 0.0 };
    numbers.iter().map(|number| (number - mean) * factor).collect()
}

fn best_first(a: (f64, PassageId), b: (f64, PassageId)) -> Ordering {
    b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1))
}

fn reciprocal_ranks(candidates: &[Candidate], constant: f64, words: f64) -> Vec<f64> {
    let mut scores = vec![0.0; candidates.len()];
    let by_rows = |c: &Candidate| f64::from(c.late_interaction);
    for (rank, place) in ranking(candidates, by_rows).into_iter().enumerate() {
        scores[place] += 1.0 / (constant + rank as f64 + 1.0);
    }
    for (rank, place) in ranking(candidates, |c| c.bm25).into_iter().enumerate() {
        if candidates[place].bm25 > 0.0 {
            scores[place] += words / (constant + rank as f64 + 1.0);
        }
    }
    scores
}

/// The places of the candidates, best first by `score`.
fn ranking(candidates: &[Candidate], score: impl Fn(&Candidate) -> f64) -> Vec<usize> {
    let mut places: Vec<usize> = (0..candidates.len()).collect();
    let key = |place: usize| (score(&candidates[place]), candidates[place].passage);
    places.sort_unstable_by(|&a, &b| best_first(key(a), key(b)));
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidates() -> Vec<Candidate> {
        let candidate = |id, late_interaction, bm25| Candidate {
            passage: PassageId(id),
            late_interaction,
            bm25,
        };
        vec![
            candidate(4, 8.0, 0.0),
            candidate(2, 6.0, 3.0),
            candidate(7, 8.0, 1.0),
            candidate(1, 2.0, 5.0),
        ]
    }

    fn check(fusion: Fusion, expected: &[(u32, f64)]) {
        let ranked = fusion.rank(candidates());
        let found: Vec<_> = ranked.iter().map(|(c, score)| (c.passage.0, *score)).collect();
        assert_eq!(found.len(), expected.len());
        for ((id, score), (expected_id, expected_score)) in found.iter().zip(expected) {
            assert_eq!(id, expected_id, "{found:?}");
            assert!((score - expected_score).abs() < 1e-12, "{found:?}");
        }
    }

    #[test]
    fn max_sim_ranks_alone_and_ties_go_to_the_lower_id() {
        check(Fusion::MaxSim, &[(4, 8.0), (7, 8.0), (2, 6.0), (1, 2.0)]);
    }

    #[test]
    fn a_weighted_score_is_the_sum_of_standardised_parts() {
        // MaxSim has the mean 6 and the deviation sqrt(6); BM25 2.25 and sqrt(3.6875).
        let [rows, words] = [6.0_f64.sqrt(), 3.6875_f64.sqrt()];
        let score = |of_rows: f64, bm25: f64| (of_rows - 6.0) / rows + 2.0 * (bm25 - 2.25) / words;
        let expected = [
            (1, score(2.0, 5.0)),
            (2, score(6.0, 3.0)),
            (7, score(8.0, 1.0)),
            (4, score(8.0, 0.0)),
        ];
        check(Fusion::Weighted { words: 2.0 }, &expected);
    }

    #[test]
    fn reciprocal_ranks_are_summed_and_passages_without_a_term_have_no_rank_by_words() {
        // By MaxSim: 4, 7, 2, 1. By BM25: 1, 2, 7.
        let fusion = Fusion::ReciprocalRank { constant: 1.0, words: 2.0 };
        let expected = [
            (1, 1.0 / 5.0 + 2.0 / 2.0),
            (2, 1.0 / 4.0 + 2.0 / 3.0),
            (7, 1.0 / 3.0 + 2.0 / 4.0),
            (4, 1.0 / 2.0),
        ];
        check(fusion, &expected);
    }

    #[test]
    fn scores_that_do_not_differ_rank_nothing() {
        let mut candidates = candidates();
        candidates.iter_mut().for_each(|candidate| candidate.bm25 = 0.1);
        let ids = |fusion: Fusion| -> Vec<u32> {
            fusion.rank(candidates.clone()).iter().map(|(c, _)| c.passage.0).collect()
        };
        assert_eq!(ids(Fusion::Weighted { words: 0.5 }), [4, 7, 2, 1]);
        assert!(Fusion::Weighted { words: 0.5 }.rank(Vec::new()).is_empty());
        let one = Fusion::Weighted { words: 0.5 }.rank(candidates[..1].to_vec());
        assert_eq!(one[0].1, 0.0);
    }
}
