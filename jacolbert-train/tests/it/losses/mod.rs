//! Losses and gradients against PyTorch's, as written by make_fixtures.py.

mod embeddings;

use std::error::Error;

use burn::tensor::{Device, Tensor};
use jacolbert_train::loss::{
    BatchScores, InBatchNegatives, InBatchTerm, Loss, NWayTerm, Normalisation, distillation,
    in_batch, n_way,
};
use serde::Deserialize;

use self::embeddings::EmbeddingsCase;
use crate::gradient::{assert_close, differentiate, tensor};

/// What PyTorch computes.
#[derive(Deserialize)]
struct Fixtures {
    n_way: Vec<Case>,
    distillation: Vec<Case>,
    in_batch: Vec<Case>,
    recipe: Vec<Case>,
    embeddings: Vec<EmbeddingsCase>,
}

/// One loss of one score tensor. Fields below `gradient` belong to some losses only.
#[derive(Deserialize)]
struct Case {
    name: String,
    scores: Vec<Vec<f32>>,
    loss: f32,
    gradient: Vec<Vec<f32>>,
    #[serde(default)]
    teacher: Vec<Vec<f32>>,
    #[serde(default)]
    normalisation: String,
    #[serde(default)]
    form: String,
    #[serde(default)]
    temperature: f32,
    #[serde(default)]
    recipe: String,
}

impl Case {
    fn teacher(&self) -> Tensor<2> {
        tensor(&self.teacher, &Device::flex())
    }
}

fn fixtures() -> Result<Fixtures, serde_json::Error> {
    serde_json::from_str(include_str!("fixtures.json"))
}

fn check(
    case: &Case,
    loss: impl FnOnce(Tensor<2>) -> Result<Tensor<1>, jacolbert_train::Error>,
) -> Result<(), Box<dyn Error>> {
    let found = differentiate(&case.scores, loss)?;
    assert_close(&[found.loss], &[case.loss], &format!("loss of {}", case.name));
    let gradient = case.gradient.concat();
    assert_close(&found.gradient, &gradient, &format!("gradient of {}", case.name));
    Ok(())
}

#[test]
fn n_way_loss_is_that_of_pytorch() -> Result<(), Box<dyn Error>> {
    fixtures()?.n_way.iter().try_for_each(|case| check(case, n_way))
}

#[test]
fn distillation_is_that_of_pytorch() -> Result<(), Box<dyn Error>> {
    fixtures()?.distillation.iter().try_for_each(|case| {
        let normalisation = match case.normalisation.as_str() {
            "none" => Normalisation::None,
            "min_max" => Normalisation::MinMax,
            other => return Err(format!("unknown normalisation {other}").into()),
        };
        check(case, |scores| distillation(scores, case.teacher(), normalisation))
    })
}

#[test]
fn in_batch_loss_is_that_of_pytorch() -> Result<(), Box<dyn Error>> {
    fixtures()?.in_batch.iter().try_for_each(|case| {
        let negatives = match case.form.as_str() {
            "colbert" => InBatchNegatives::ColBert,
            "pylate" => InBatchNegatives::PyLate { temperature: case.temperature },
            other => return Err(format!("unknown form {other}").into()),
        };
        check(case, |scores| in_batch(scores, negatives))
    })
}

#[test]
fn sum_of_terms_is_that_of_pytorch() -> Result<(), Box<dyn Error>> {
    fixtures()?.recipe.iter().try_for_each(|case| {
        let loss = match case.recipe.as_str() {
            "cross-entropy and colbert" => Loss::default(),
            "distillation and half of pylate" => Loss {
                n_way: Some(NWayTerm::Distillation(Normalisation::MinMax)),
                in_batch: Some(InBatchTerm {
                    negatives: InBatchNegatives::PyLate { temperature: 2.0 },
                    weight: 0.5,
                }),
            },
            other => return Err(format!("unknown recipe {other}").into()),
        };
        check(case, |scores| loss.compute(BatchScores::all(scores)?.with_teacher(case.teacher())?))
    })
}
