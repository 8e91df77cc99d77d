//! Laws of exhaustive search.

use jacolbert_index::Embeddings;
use jacolbert_search::{Error, exhaustive_search, maxsim};
use proptest::prelude::*;

use crate::sample::{DIM, numbered, passages, query};

/// The formula, word for word, in double precision.
fn naive_maxsim(query: &Embeddings, passage: &Embeddings) -> f64 {
    let dot = |a: &[f32], b: &[f32]| -> f64 {
        a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
    };
    let best = |q: &[f32]| passage.as_ref().rows().map(|d| dot(q, d)).fold(f64::MIN, f64::max);
    query.as_ref().rows().map(best).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn hits_are_those_of_the_formula(seed: u64, num_tokens in 1usize..70, k in 0usize..60) {
        let passages = passages(50, seed)?;
        let query = query(num_tokens, seed)?;
        let hits = exhaustive_search(query.as_ref(), numbered(&passages), k)?;
        prop_assert_eq!(hits.len(), k.min(45), "five of 50 passages have no token");
        prop_assert!(hits.is_sorted_by(|a, b| a.score >= b.score));
        for hit in &hits {
            let exact = naive_maxsim(&query, &passages[hit.passage.index()]);
            prop_assert!((f64::from(hit.score) - exact).abs() < 1e-4);
        }
        let worst = hits.last().map_or(f64::MAX, |hit| f64::from(hit.score));
        for (id, passage) in passages.iter().enumerate().filter(|(_, p)| !p.is_empty()) {
            let found = hits.iter().any(|hit| hit.passage.index() == id);
            prop_assert!(found || naive_maxsim(&query, passage) < worst + 1e-4);
        }
    }
}

#[test]
fn queries_that_cannot_be_scored_are_named() -> Result<(), Error> {
    let passages = passages(3, 1)?;
    let error = exhaustive_search(Embeddings::empty(DIM)?.as_ref(), numbered(&passages), 1);
    assert!(matches!(error, Err(Error::EmptyQuery)));
    let error = exhaustive_search(Embeddings::new(vec![1.0], 1)?.as_ref(), numbered(&passages), 1);
    assert!(matches!(error, Err(Error::Dim { query: 1, passages: DIM })));
    Ok(())
}

#[test]
fn a_passage_without_tokens_has_no_score() -> Result<(), Error> {
    let empty = Embeddings::empty(DIM)?;
    assert_eq!(maxsim(query(4, 2)?.as_ref(), empty.as_ref())?, None);
    assert_eq!(exhaustive_search(query(4, 2)?.as_ref(), numbered(&[empty]), 5)?, []);
    assert_eq!(exhaustive_search(query(4, 2)?.as_ref(), numbered(&[]), 5)?, []);
    let nothing = exhaustive_search(Embeddings::empty(DIM)?.as_ref(), numbered(&[]), 5);
    assert!(matches!(nothing, Err(Error::EmptyQuery)));
    let most = vec![1e15; DIM];
    let least = vec![-1e15; DIM];
    let lowest =
        maxsim(Embeddings::new(most, DIM)?.as_ref(), Embeddings::new(least, DIM)?.as_ref())?;
    assert!(lowest.is_some_and(f32::is_finite), "the lowest score is a score");
    Ok(())
}
