//! From raw embeddings through MaxSim to a loss and back, against PyTorch.

use std::error::Error;

use burn::tensor::{Bool, Device, Tensor, TensorData};
use jacolbert_model::{TokenEmbeddings, maxsim_all, maxsim_n_way};
use jacolbert_train::loss::{BatchScores, Loss, n_way};
use serde::Deserialize;

use crate::gradient::{assert_close, numbers};

/// What PyTorch computes from raw embeddings, `[texts, tokens, dim]`, neither masked nor of unit
/// length.
#[derive(Deserialize)]
pub(super) struct EmbeddingsCase {
    name: String,
    queries: Vec<Vec<Vec<f32>>>,
    query_keep: Vec<Vec<bool>>,
    passages: Vec<Vec<Vec<f32>>>,
    passage_keep: Vec<Vec<bool>>,
    scores: Vec<Vec<f32>>,
    loss: f32,
    gradients: EmbeddingGradients,
}

#[derive(Deserialize)]
struct EmbeddingGradients {
    queries: Vec<Vec<Vec<f32>>>,
    passages: Vec<Vec<Vec<f32>>>,
}

fn tensor(texts: &[Vec<Vec<f32>>]) -> Tensor<3> {
    let shape = [texts.len(), texts[0].len(), texts[0][0].len()];
    let device = Device::flex().autodiff();
    Tensor::from_data(TensorData::new(texts.concat().concat(), shape), &device).require_grad()
}

fn mask(keep: &[Vec<bool>]) -> Tensor<2, Bool> {
    let shape = [keep.len(), keep[0].len()];
    Tensor::from_data(TensorData::new(keep.concat(), shape), &Device::flex().autodiff())
}

/// Zeros in the rows that are not kept, unit length in the others, as the model's head gives them.
fn embeddings(raw: &Tensor<3>, keep: &[Vec<bool>]) -> TokenEmbeddings {
    let keep = mask(keep);
    let squares = raw.clone().square().sum_dim(2);
    let tensor = raw.clone() / squares.sqrt() * keep.clone().float().unsqueeze_dim(2);
    TokenEmbeddings { tensor, keep }
}

#[test]
fn gradient_reaches_embeddings_as_in_pytorch() -> Result<(), Box<dyn Error>> {
    for case in super::fixtures()?.embeddings {
        let queries = tensor(&case.queries);
        let passages = tensor(&case.passages);
        let scores = maxsim_all(
            &embeddings(&queries, &case.query_keep),
            &embeddings(&passages, &case.passage_keep),
        );
        assert_close(&numbers(scores.clone())?, &case.scores.concat(), "scores");

        let loss = Loss::default().compute(BatchScores::all(scores)?)?;
        assert_close(&numbers(loss.clone())?, &[case.loss], &format!("loss of {}", case.name));

        let gradients = loss.backward();
        let of_queries = queries.grad(&gradients).ok_or("no gradient for the queries")?;
        let of_passages = passages.grad(&gradients).ok_or("no gradient for the passages")?;
        let expected = case.gradients;
        assert_close(&numbers(of_queries)?, &expected.queries.concat().concat(), "queries");
        assert_close(&numbers(of_passages)?, &expected.passages.concat().concat(), "passages");
    }
    Ok(())
}

#[test]
fn n_way_loss_is_the_same_from_own_and_from_all_scores() -> Result<(), Box<dyn Error>> {
    for case in super::fixtures()?.embeddings {
        let queries = embeddings(&tensor(&case.queries), &case.query_keep);
        let passages = embeddings(&tensor(&case.passages), &case.passage_keep);
        let from_own = n_way(maxsim_n_way(&queries, &passages))?;
        let all = BatchScores::all(maxsim_all(&queries, &passages))?;
        let from_all = Loss { in_batch: None, ..Loss::default() }.compute(all)?;
        assert_close(&numbers(from_own)?, &numbers(from_all)?, "loss");
    }
    Ok(())
}
