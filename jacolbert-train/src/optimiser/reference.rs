//! Ten steps against PyTorch's and the authors' own, as tests/optimiser/make_fixtures.py writes them.

use std::collections::BTreeMap;
use std::error::Error;

use burn::tensor::{Device, Tensor, TensorData};
use jacolbert_model::TensorFile;
use serde::Deserialize;

use super::{AveragingState, Optimiser, OptimiserOptions};
use crate::parameters::{Parameter, Role, numbers};
use crate::{Decay, Schedule};

type Tested = Result<(), Box<dyn Error>>;

/// Values of each parameter.
type Values = BTreeMap<String, Vec<f32>>;

#[derive(Deserialize)]
struct Fixtures {
    weights: Values,
    gradients: Vec<Values>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    options: Options,
    steps: Vec<Weights>,
}

#[derive(Deserialize)]
struct Options {
    #[serde(flatten)]
    optimiser: OptimiserOptions,
    learning_rate: f64,
    warmup_steps: u64,
}

#[derive(Deserialize)]
struct Weights {
    trained: Values,
    in_use: Values,
}

fn fixtures() -> Result<Fixtures, serde_json::Error> {
    serde_json::from_str(include_str!("../../tests/optimiser/fixtures.json"))
}

fn tensors(values: &Values) -> Vec<Tensor<1>> {
    let values = values.values();
    values
        .map(|values| TensorData::new(values.clone(), [values.len()]))
        .map(|data| Tensor::from_data(data, &Device::flex()))
        .collect()
}

fn parameters(values: &Values) -> Vec<Parameter> {
    let roles = |name: &str| match name {
        "matrix" => Role::Matrix,
        "bias" => Role::BiasOrNorm,
        _ => Role::Projection,
    };
    let values = values.iter();
    values
        .map(|(name, values)| Parameter {
            name: name.clone(),
            len: values.len(),
            role: roles(name),
        })
        .collect()
}

fn assert_close(found: &[Tensor<1>], expected: &Values, of: &str) -> Tested {
    for (found, (name, expected)) in found.iter().zip(expected) {
        for (found, expected) in numbers(found.clone())?.into_iter().zip(expected) {
            let within = 1e-6 * expected.abs().max(1.0);
            assert!((found - expected).abs() <= within, "{of}, {name}: {found}, not {expected}");
        }
    }
    Ok(())
}

impl Case {
    fn rate(&self, step: usize) -> f64 {
        let Options { learning_rate, warmup_steps, .. } = self.options;
        Schedule { learning_rate, warmup_steps, decay: Decay::None }.rate(step as u64, 10)
    }
}

#[test]
fn ten_steps_are_those_of_the_reference() -> Tested {
    let Fixtures { weights, gradients, cases } = fixtures()?;
    for case in cases {
        let mut trained = tensors(&weights);
        let mut optimiser = Optimiser::new(case.options.optimiser, parameters(&weights), &trained);
        for (step, expected) in case.steps.iter().enumerate() {
            trained = optimiser.step(trained, tensors(&gradients[step]), case.rate(step));
            let of = format!("{} after step {step}", case.name);
            assert_close(&trained, &expected.trained, &of)?;
            let in_use = optimiser.weights_in_use(trained.clone());
            assert_close(&in_use, &expected.in_use, &format!("{of}, in use"))?;
        }
    }
    Ok(())
}

#[test]
fn a_restored_optimiser_takes_the_same_steps_to_the_bit() -> Tested {
    let Fixtures { weights, gradients, cases } = fixtures()?;
    for case in cases {
        let mut trained = tensors(&weights);
        let fresh = Optimiser::new(case.options.optimiser, parameters(&weights), &trained);
        let mut optimiser = fresh.clone();
        for (step, gradients) in gradients[..5].iter().enumerate() {
            trained = optimiser.step(trained, tensors(gradients), case.rate(step));
        }
        let mut file = TensorFile::default();
        optimiser.save(&mut file)?;
        let mut restored = fresh.restore(&mut file, 5, optimiser.averaging())?;
        let mut other = trained.clone();
        for (step, gradients) in gradients.iter().enumerate().skip(5) {
            let rate = case.rate(step);
            trained = optimiser.step(trained, tensors(gradients), rate);
            other = restored.step(other, tensors(gradients), rate);
        }
        for (trained, other) in trained.into_iter().zip(other) {
            let trained = numbers(trained)?;
            let other = numbers(other)?;
            assert!(trained.iter().map(|v| v.to_bits()).eq(other.iter().map(|v| v.to_bits())));
        }
    }
    Ok(())
}

#[test]
fn a_missing_tensor_is_named() -> Tested {
    let Fixtures { weights, cases, .. } = fixtures()?;
    let options = cases[0].options.optimiser;
    let parameters = parameters(&weights);
    let optimiser = Optimiser::new(options, parameters, &tensors(&weights));
    let mut file = TensorFile::default();
    optimiser.save(&mut file)?;
    assert!(file.remove("second/matrix", &[6]).is_some());
    let found = optimiser.restore(&mut file, 0, AveragingState::default());
    assert_eq!(found.err().as_deref(), Some("second/matrix"));
    Ok(())
}
