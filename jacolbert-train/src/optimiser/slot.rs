//! The state of an optimiser for one parameter.

use burn::tensor::{Tensor, TensorData};
use jacolbert_model::TensorFile;

use super::options::Method;
use crate::Error;
use crate::parameters::{Parameter, numbers};

/// Two tensors, each `[len]`.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    /// AdamW: the mean of the gradient. Schedule-free: the point `z`.
    pub(super) first: Tensor<1>,
    /// The mean of the gradient's square.
    pub(super) second: Tensor<1>,
}

impl Slot {
    /// The state before the first step from `weights`.
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
            file.insert(
                &tensor_name(prefix, parameter),
                &[parameter.len],
                numbers(tensor.clone())?,
            );
        }
        Ok(())
    }

    /// Takes both tensors from `file`. The error is the name of a missing one.
    pub(super) fn restore(
        &mut self,
        file: &mut TensorFile,
        parameter: &Parameter,
    ) -> Result<(), String> {
        for (prefix, tensor) in [(FIRST, &mut self.first), (SECOND, &mut self.second)] {
            let name = tensor_name(prefix, parameter);
            let values = file.remove(&name, &[parameter.len]).ok_or(name)?;
            let data = TensorData::new(values, [parameter.len]);
            *tensor = Tensor::from_data(data, &tensor.device());
        }
        Ok(())
    }
}

const FIRST: &str = "first";
const SECOND: &str = "second";

fn tensor_name(prefix: &str, parameter: &Parameter) -> String {
    format!("{prefix}/{}", parameter.name)
}
