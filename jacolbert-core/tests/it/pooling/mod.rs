//! Pooled passages beside SciPy's: see `make_fixture.py`.

use std::error::Error as StdError;

use jacolbert_core::{Embeddings, Error, PoolFactor, Pooling, pooled, pooled_passages};
use proptest::prelude::*;
use serde::Deserialize;

use jacolbert_testing::embeddings::{DIM, passages};

#[derive(Deserialize)]
struct Fixture {
    dim: usize,
    passages: Vec<Passage>,
}

#[derive(Deserialize)]
struct Passage {
    rows: Vec<Vec<f32>>,
    pooled: Vec<Pooled>,
}

#[derive(Deserialize)]
struct Pooled {
    factor: u64,
    protected: usize,
    rows: Vec<Vec<f32>>,
}

fn two() -> Pooling {
    Pooling { factor: PoolFactor::Two, ..Default::default() }
}

#[test]
fn pooled_rows_are_those_of_scipy() -> Result<(), Box<dyn StdError>> {
    let fixture: Fixture = serde_json::from_str(include_str!("scipy.json"))?;
    let mut num_checked = 0;
    for passage in &fixture.passages {
        let rows = Embeddings::new(passage.rows.concat(), fixture.dim)?;
        for expected in &passage.pooled {
            let factor = PoolFactor::try_from(expected.factor)?;
            let pooling = Pooling { factor, protected_tokens: expected.protected };
            let found = pooled(rows.as_ref(), pooling);
            assert_eq!(found.num_tokens(), expected.rows.len(), "{pooling:?}");
            let values = found.values().iter().zip(expected.rows.iter().flatten());
            let farthest = values.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(farthest < 1e-6, "{pooling:?} of {}: {farthest}", rows.num_tokens());
            num_checked += 1;
        }
    }
    assert_eq!(num_checked, 15 * 8, "cases of the fixture");
    Ok(())
}

#[test]
fn factor_one_changes_nothing() -> Result<(), Error> {
    for passage in passages(20, 31)? {
        assert_eq!(pooled(passage.as_ref(), Pooling::default()), passage);
    }
    Ok(())
}

#[test]
fn protected_rows_come_first_and_unchanged() -> Result<(), Error> {
    for passage in passages(20, 32)? {
        for protected_tokens in [1, 3, 100] {
            let found = pooled(passage.as_ref(), Pooling { protected_tokens, ..two() });
            let same = protected_tokens.min(passage.num_tokens()) * DIM;
            assert_eq!(found.values()[..same], passage.values()[..same]);
        }
    }
    Ok(())
}

#[test]
fn many_passages_are_pooled_as_one_by_one() -> Result<(), Error> {
    let all = passages(50, 33)?;
    let one_by_one: Vec<_> = all.iter().map(|passage| pooled(passage.as_ref(), two())).collect();
    assert_eq!(pooled_passages(all, two()), one_by_one);
    Ok(())
}

#[test]
fn opposite_and_empty_rows_pool_to_finite_ones() -> Result<(), Error> {
    for rows in [vec![0.0; 12], vec![1.0, 0.0, -1.0, 0.0], vec![1e15; 12], vec![1e-30; 8]] {
        for factor in PoolFactor::ALL {
            let pooling = Pooling { factor, protected_tokens: 0 };
            let found = pooled(Embeddings::new(rows.clone(), 2)?.as_ref(), pooling);
            assert!(found.values().iter().all(|value| value.is_finite()), "{rows:?}");
        }
    }
    Ok(())
}

#[test]
fn other_factors_are_refused() {
    for factor in [0, 5, u64::MAX] {
        assert!(matches!(PoolFactor::try_from(factor), Err(Error::PoolFactor(f)) if f == factor));
    }
}

proptest! {
    #[test]
    fn a_factor_leaves_its_part_of_the_rows(
        rows in prop::collection::vec(prop::array::uniform4(-1.0f32..1.0), 0..60),
        factor in 0usize..4,
        protected_tokens in 0usize..4,
    ) {
        let factor = PoolFactor::ALL[factor];
        let pooling = Pooling { factor, protected_tokens };
        let passage = Embeddings::new(rows.concat(), 4).map_err(|e| TestCaseError::fail(e.to_string()))?;
        let kept = protected_tokens.min(rows.len());
        let others = rows.len() - kept;
        let found = pooled(passage.as_ref(), pooling);
        prop_assert_eq!(found.num_tokens(), kept + (others / factor.get()).max(others.min(1)));
        if factor != PoolFactor::One && others > 1 {
            for row in kept..found.num_tokens() {
                let norm = found.row(row).iter().map(|value| value * value).sum::<f32>().sqrt();
                prop_assert!((norm - 1.0).abs() < 1e-5, "{}", norm);
            }
        }
    }
}
