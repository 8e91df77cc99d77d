//! What an optimiser remembers of one parameter.

use burn::tensor::{Tensor, TensorData};
use jacolbert_model::TensorFile;

use super::Method;
use crate::Error;
use crate::parameters::{Parameter, numbers};

/// Two tensors, each `[len]`.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    /// AdamW: the mean of the gradient. Schedule-free: the point `z` that follows the gradient.
    pub(super) first: Tensor<1>,
    /// The mean of the gradient's square.
    pub(super) second: Tensor<1>,
}

impl Slot {
    /// Before the first step from `weights`.
    pub(super) fn new(method: Method, weights: &Tensor<1>) -> Self {
        let zeros = weights.clone().zeros_like();
        let first = match method {
            Method::AdamW => zeros.clone(),
            Method::ScheduleFreeAdamW => weights.clone(),
        };
        Self { first, second: zeros }
    }

    pub(super) fn save(&self, file: &mut TensorFile, parameter: &Parameter) -> Result<(), Error> {
        for (prefix, tensor) in [(FIRST, &self.first), (SECOND, &self.second)] {
            file.insert(&named(prefix, parameter), &[parameter.len], numbers(tensor.clone())?);
        }
        Ok(())
    }

    /// Takes both tensors out of `file`; the error is the name of one that is not there.
    pub(super) fn restore(
        &mut self,
        file: &mut TensorFile,
        parameter: &Parameter,
    ) -> Result<(), String> {
        for (prefix, tensor) in [(FIRST, &mut self.first), (SECOND, &mut self.second)] {
            let name = named(prefix, parameter);
            let values = file.remove(&name, &[parameter.len]).ok_or(name)?;
            let data = TensorData::new(values, [parameter.len]);
            *tensor = Tensor::from_data(data, &tensor.device());
        }
        Ok(())
    }
}

const FIRST: &str = "first";
const SECOND: &str = "second";

fn named(prefix: &str, parameter: &Parameter) -> String {
    format!("{prefix}/{}", parameter.name)
}
