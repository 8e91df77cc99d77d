//! MaxSim on tensors against a loop over plain numbers.

use burn::tensor::{Device, Tensor, TensorData};
use jacolbert_model::{TokenEmbeddings, maxsim_all, maxsim_n_way};
use proptest::prelude::*;

use crate::cases::cases;
use crate::on_modules::on_every_burn_device;

const DIM: usize = 3;

/// Texts of `tokens` rows each, and which rows are kept.
#[derive(Debug, Clone)]
struct Texts {
    rows: Vec<[f32; DIM]>,
    keep: Vec<bool>,
    tokens: usize,
}

impl Texts {
    fn len(&self) -> usize {
        self.keep.len() / self.tokens
    }

    fn kept(&self, text: usize) -> impl Iterator<Item = &[f32; DIM]> {
        let all = self.rows.iter().zip(&self.keep).skip(text * self.tokens).take(self.tokens);
        all.filter(|(_, keep)| **keep).map(|(row, _)| row)
    }

    fn embeddings(&self, device: &Device) -> TokenEmbeddings {
        let rows = self.rows.iter().zip(&self.keep);
        let rows = rows.flat_map(|(row, &keep)| if keep { *row } else { [0.0; DIM] }).collect();
        let (texts, tokens) = (self.len(), self.tokens);
        TokenEmbeddings {
            tensor: Tensor::from_data(
                TensorData::new::<f32, _>(rows, [texts, tokens, DIM]),
                device,
            ),
            keep: Tensor::from_data(TensorData::new(self.keep.clone(), [texts, tokens]), device),
        }
    }
}

/// `Σ_i max_j q_i · p_j` over kept rows.
fn naive(queries: &Texts, query: usize, passages: &Texts, passage: usize) -> f32 {
    let similarity = |q: &[f32; DIM], p: &[f32; DIM]| q.iter().zip(p).map(|(q, p)| q * p).sum();
    let best = |q| passages.kept(passage).map(|p| similarity(q, p)).fold(f32::MIN, f32::max);
    queries.kept(query).map(best).sum()
}

/// `texts` texts of up to 4 rows, the first of which is always kept.
fn texts(texts: usize) -> impl Strategy<Value = Texts> {
    (1usize..=4).prop_flat_map(move |tokens| {
        let rows = prop::collection::vec(prop::array::uniform3(-1.0f32..1.0), texts * tokens);
        let keep = prop::collection::vec(any::<bool>(), texts * tokens);
        (rows, keep).prop_map(move |(rows, mut keep)| {
            keep.iter_mut().step_by(tokens).for_each(|first| *first = true);
            Texts { rows, keep, tokens }
        })
    })
}

fn values(scores: Tensor<2>) -> Vec<f32> {
    scores.into_data().as_slice::<f32>().expect("scores in f32").to_vec()
}

proptest! {
    #![proptest_config(cases(32))]

    #[test]
    fn all_against_all_is_the_naive_sum_of_maxima(
        (queries, passages) in (1usize..4, 1usize..5).prop_flat_map(|(b, p)| (texts(b), texts(p)))
    ) {
        on_every_burn_device(|on, device| {
            let scores = maxsim_all(&queries.embeddings(device), &passages.embeddings(device));
            prop_assert_eq!(scores.dims(), [queries.len(), passages.len()]);
            for (at, score) in values(scores).into_iter().enumerate() {
                let (query, passage) = (at / passages.len(), at % passages.len());
                let expected = naive(&queries, query, &passages, passage);
                prop_assert!((score - expected).abs() < on.within);
            }
            Ok(())
        })?;
    }

    #[test]
    fn n_way_is_the_naive_sum_of_maxima(
        (queries, passages) in (1usize..4, 1usize..4).prop_flat_map(|(b, n)| (texts(b), texts(b * n)))
    ) {
        let n = passages.len() / queries.len();
        on_every_burn_device(|on, device| {
            let scores = maxsim_n_way(&queries.embeddings(device), &passages.embeddings(device));
            prop_assert_eq!(scores.dims(), [queries.len(), n]);
            for (at, score) in values(scores).into_iter().enumerate() {
                let expected = naive(&queries, at / n, &passages, at);
                prop_assert!((score - expected).abs() < on.within);
            }
            Ok(())
        })?;
    }
}
