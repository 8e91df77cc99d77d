//! Hits, and the one order they come in.

use jacolbert_index::PassageId;
use serde::{Deserialize, Serialize};

/// A passage that was found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// The passage.
    pub passage: PassageId,
    /// Its MaxSim score; see [`maxsim`](crate::maxsim).
    pub score: f32,
}

/// The best `k` of `hits`, best first; equal scores are ordered by passage id.
pub(crate) fn ranked(mut hits: Vec<Hit>, k: usize) -> Vec<Hit> {
    let order = |a: &Hit, b: &Hit| b.score.total_cmp(&a.score).then(a.passage.cmp(&b.passage));
    if k == 0 {
        return Vec::new();
    }
    if k < hits.len() {
        hits.select_nth_unstable_by(k - 1, order);
        hits.truncate(k);
    }
    hits.sort_unstable_by(order);
    hits
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ranked_is_the_head_of_a_full_sort(
            scores in prop::collection::vec(-3i8..3, 0..40),
            k in 0usize..50,
        ) {
            let hit = |(id, &score): (usize, &i8)| Hit {
                passage: PassageId(id as u32),
                score: score.into(),
            };
            let hits: Vec<Hit> = scores.iter().enumerate().map(hit).collect();
            let mut sorted = hits.clone();
            sorted.sort_by(|a, b| b.score.total_cmp(&a.score));
            sorted.truncate(k);
            prop_assert_eq!(ranked(hits, k), sorted);
        }
    }
}
