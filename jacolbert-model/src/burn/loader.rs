//! From stored tensors to a module.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Tensor, TensorData};

use super::bert::Bert;
use super::colbert::Colbert;
use super::module_path::ModulePath;
use super::transpose::transposed;
use crate::Error;
use crate::checkpoint::{PROJECTION, Weights};

/// `colbert` with the values of `weights`, every one of which must be there in its shape.
///
/// # Errors
/// Those of [`Weights::take`].
pub(super) fn load(
    colbert: Colbert,
    weights: &mut Weights,
    device: &Device,
) -> Result<Colbert, Error> {
    Loader::new(weights, device).load(colbert)
}

/// As [`load`], but for the projection, which stays that of `colbert` whatever the file has.
///
/// # Errors
/// Those of [`Weights::take`].
pub(super) fn load_below_projection(
    mut colbert: Colbert,
    weights: &mut Weights,
    device: &Device,
) -> Result<Colbert, Error> {
    colbert.bert = load_encoder(colbert.bert, weights, device)?;
    weights.leave_aside(PROJECTION);
    Ok(colbert)
}

/// As [`load`], an encoder without a projection.
///
/// # Errors
/// Those of [`Weights::take`].
pub(super) fn load_encoder(
    bert: Bert,
    weights: &mut Weights,
    device: &Device,
) -> Result<Bert, Error> {
    let mut loader = Loader::new(weights, device);
    loader.path.enter(ENCODER, "Struct:Bert");
    loader.load(bert)
}

/// The encoder's name in a [`Colbert`].
const ENCODER: &str = "bert";

/// Walks the module; after a failure it leaves the rest as it is.
struct Loader<'a> {
    weights: &'a mut Weights,
    device: &'a Device,
    path: ModulePath,
    failure: Option<Error>,
}

impl ModuleMapper for Loader<'_> {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.enter(name, container_type);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.exit();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if self.failure.is_some() {
            return param;
        }
        match self.data(&param.lazy_shape()) {
            Ok(data) => {
                let id = param.id;
                param.transform_for_load(Tensor::from_data(data, self.device), id)
            }
            Err(failure) => {
                self.failure = Some(failure);
                param
            }
        }
    }
}

impl<'a> Loader<'a> {
    fn new(weights: &'a mut Weights, device: &'a Device) -> Self {
        Self { weights, device, path: ModulePath::default(), failure: None }
    }

    /// `module` with the weights that were found.
    fn load<M: Module>(mut self, module: M) -> Result<M, Error> {
        let module = module.map(&mut self);
        match self.failure {
            Some(failure) => Err(failure),
            None => Ok(module),
        }
    }

    /// The weights of the parameter at the current path, of the given shape.
    fn data(&mut self, shape: &[usize]) -> Result<TensorData, Error> {
        let mut stored_shape = shape.to_vec();
        if self.path.is_linear() && shape.len() == 2 {
            stored_shape.reverse();
        }
        let stored = self.weights.take(&self.path.stored_name(), &stored_shape)?;
        let values = match *shape {
            [inputs, _] if self.path.is_linear() => transposed(&stored, inputs),
            _ => stored,
        };
        Ok(TensorData::new(values, shape.to_vec()))
    }
}
