//! The one order in which passages come out of a search and its stages.

/// A passage with a score.
pub(crate) trait Scored {
    /// What breaks ties.
    type Place: Ord;

    /// The score; more is better.
    fn score(&self) -> f32;

    /// Of two equal scores, the lower place comes first.
    fn place(&self) -> Self::Place;
}

/// The best `k` of `passages`, best first; ties by place.
pub(crate) fn best_first<S: Scored>(mut passages: Vec<S>, k: usize) -> Vec<S> {
    let order = |a: &S, b: &S| b.score().total_cmp(&a.score()).then(a.place().cmp(&b.place()));
    if k == 0 {
        return Vec::new();
    }
    if k < passages.len() {
        passages.select_nth_unstable_by(k - 1, order);
        passages.truncate(k);
    }
    passages.sort_unstable_by(order);
    passages
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::candidate::Candidate;

    proptest! {
        #[test]
        fn the_best_are_the_head_of_a_full_sort(
            scores in prop::collection::vec(-3i8..3, 0..40),
            k in 0usize..50,
        ) {
            let scored = |(at, &score): (usize, &i8)| {
                Candidate::new(at / 7, at % 7).with_score(score.into())
            };
            let candidates: Vec<Candidate> = scores.iter().enumerate().map(scored).collect();
            let mut sorted = candidates.clone();
            sorted.sort_by(|a, b| b.score.total_cmp(&a.score));
            sorted.truncate(k);
            prop_assert_eq!(best_first(candidates, k), sorted);
        }
    }
}
