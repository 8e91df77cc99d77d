//! From stored tensors to a model.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Tensor, TensorData};

use super::module_path::ModulePath;
use super::stored_names::PROJECTION;
use super::stored_tensors::{StoredTensors, transposed};
use crate::bert::Bert;
use crate::fingerprint::WeightsChecksum;
use crate::{Colbert, Error};

/// Where the projection's weights come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Projection {
    /// From the file.
    Stored,
    /// From the model that is loaded into; the file's, if it has one, is left aside.
    Fresh,
}

/// `colbert` with the weights of `tensors`, every one of which must be there in its shape, and their
/// checksum.
pub(super) fn load(
    colbert: Colbert,
    tensors: StoredTensors,
    projection: Projection,
    device: &Device,
) -> Result<(Colbert, u32), Error> {
    Loader::new(tensors, projection, device).load(colbert)
}

/// As [`load`], an encoder that is all there is of a model.
pub(super) fn load_encoder(
    bert: Bert,
    tensors: StoredTensors,
    device: &Device,
) -> Result<(Bert, u32), Error> {
    let mut loader = Loader::new(tensors, Projection::Fresh, device);
    loader.path.enter(ENCODER, "Struct:Bert");
    loader.load(bert)
}

/// The encoder's name in a [`Colbert`].
const ENCODER: &str = "bert";

/// Walks the model; after a failure it leaves the rest as it is.
struct Loader<'a> {
    tensors: StoredTensors,
    projection: Projection,
    device: &'a Device,
    path: ModulePath,
    checksum: WeightsChecksum,
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
        if self.projection == Projection::Fresh && self.path.stored_name() == PROJECTION {
            self.tensors.leave_aside(PROJECTION);
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
    fn new(tensors: StoredTensors, projection: Projection, device: &'a Device) -> Self {
        Self {
            tensors,
            projection,
            device,
            path: ModulePath::default(),
            checksum: WeightsChecksum::default(),
            failure: None,
        }
    }

    /// `module` with the weights that were found, and their checksum.
    fn load<M: Module>(mut self, module: M) -> Result<(M, u32), Error> {
        let module = module.map(&mut self);
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        self.tensors.finish()?;
        Ok((module, self.checksum.finish()))
    }

    /// The weights of the parameter at the current path, of the given shape.
    fn data(&mut self, shape: &[usize]) -> Result<TensorData, Error> {
        let name = self.path.stored_name();
        let mut stored_shape = shape.to_vec();
        if self.path.is_linear() && shape.len() == 2 {
            stored_shape.reverse();
        }
        let stored = self.tensors.take(&name, &stored_shape)?;
        self.checksum.add(name, &stored_shape, &stored);
        let values = match *shape {
            [inputs, _] if self.path.is_linear() => transposed(&stored, inputs),
            _ => stored,
        };
        Ok(TensorData::new(values, shape.to_vec()))
    }
}
