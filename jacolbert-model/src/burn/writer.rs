//! From a model to a file of weights.

use std::path::Path;

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{DType, Tensor};
use safetensors::tensor::TensorView;

use super::colbert::Colbert;
use super::module_path::ModulePath;
use super::transpose::transposed;
use super::weight_format::WeightFormat;
use crate::fingerprint::WeightsChecksum;
use crate::{Error, TensorFile};

/// Writes the weights of `colbert`.
pub(super) fn save(colbert: &Colbert, path: &Path, format: WeightFormat) -> Result<(), Error> {
    let tensors = collected(colbert)?;
    tensors.iter().try_for_each(|tensor| tensor.check(path, format))?;
    let bytes: Vec<Vec<u8>> = tensors.iter().map(|tensor| format.bytes(&tensor.values)).collect();
    let views = tensors.iter().zip(&bytes).map(|(tensor, bytes)| {
        let view = TensorView::new(format.dtype(), tensor.shape.clone(), bytes)?;
        Ok((tensor.name.as_str(), view))
    });
    let views = views.collect::<Result<Vec<_>, safetensors::SafeTensorError>>();
    let metadata = [("format".to_string(), "pt".to_string())].into();
    views
        .and_then(|views| safetensors::serialize_to_file(views, Some(metadata), path))
        .map_err(|source| Error::safetensors(path, source))
}

/// The checksum of the weights of `colbert`, read back from its device.
pub(crate) fn weights_checksum(colbert: &Colbert) -> Result<u32, Error> {
    let mut checksum = WeightsChecksum::default();
    for Stored { name, shape, values } in collected(colbert)? {
        checksum.add(name, &shape, &values);
    }
    Ok(checksum.finish())
}

/// The weights of `colbert`, read back from its device, under the names and in the layout of a checkpoint.
///
/// # Errors
/// [`Error::Device`].
pub(crate) fn stored_tensors(colbert: &Colbert) -> Result<TensorFile, Error> {
    let mut tensors = TensorFile::default();
    for Stored { name, shape, values } in collected(colbert)? {
        tensors.insert(&name, &shape, values);
    }
    Ok(tensors)
}

fn collected(colbert: &Colbert) -> Result<Vec<Stored>, Error> {
    let mut collector = Collector::default();
    colbert.visit(&mut collector);
    match collector.failure {
        Some(failure) => Err(failure),
        None => Ok(collector.tensors),
    }
}

/// A tensor as it will stand in the file.
struct Stored {
    name: String,
    shape: Vec<usize>,
    values: Vec<f32>,
}

impl Stored {
    fn check(&self, path: &Path, format: WeightFormat) -> Result<(), Error> {
        let outside =
            |value| Error::OutOfRange { path: path.into(), tensor: self.name.clone(), value };
        format.misfit(&self.values).map_or(Ok(()), |value| Err(outside(value)))
    }
}

/// Walks the model; after a failure it collects no more.
#[derive(Default)]
struct Collector {
    path: ModulePath,
    tensors: Vec<Stored>,
    failure: Option<Error>,
}

impl ModuleVisitor for Collector {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.enter(name, container_type);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if self.failure.is_some() {
            return;
        }
        match self.stored(param.val()) {
            Ok(stored) => self.tensors.push(stored),
            Err(failure) => self.failure = Some(failure),
        }
    }
}

impl Collector {
    fn stored<const D: usize>(&self, tensor: Tensor<D>) -> Result<Stored, Error> {
        let mut shape = tensor.dims().to_vec();
        let data = tensor.try_into_data_dtype(DType::F32).map_err(|e| Error::Device(e.into()))?;
        let mut values = data.as_slice::<f32>().map_err(|e| Error::Device(e.into()))?.to_vec();
        if let (true, &[_, outputs]) = (self.path.is_linear(), shape.as_slice()) {
            values = transposed(&values, outputs);
            shape.reverse();
        }
        Ok(Stored { name: self.path.stored_name(), shape, values })
    }
}
