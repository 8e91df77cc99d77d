//! The weights of a model as plain numbers, taken one tensor at a time.

use std::path::Path;

#[cfg(any(feature = "burn", test))]
use super::TensorFile;
use super::layout::open_weights;
use super::stored_tensors::StoredTensors;
use crate::Error;
use crate::fingerprint::WeightsChecksum;

/// The weights of a model: named tensors as colbert-ai stores them, a matrix as `[outputs, inputs]`.
///
/// Each is read from its file when it is taken, so that packing or uploading them one by one never holds all of them
/// in memory. The packed engine and the Burn module are both built from this.
pub(crate) struct Weights {
    source: Source,
    checksum: WeightsChecksum,
}

enum Source {
    Files(Box<StoredTensors>),
    #[cfg(any(feature = "burn", test))]
    Memory(TensorFile),
}

impl Weights {
    pub(super) fn of_files(tensors: StoredTensors) -> Self {
        Self { source: Source::Files(Box::new(tensors)), checksum: WeightsChecksum::default() }
    }

    /// Opens the weights of an encoder of any family in the folder `dir`. Poolers and heads of other tasks are
    /// ignored.
    ///
    /// # Errors
    /// Those of opening a file.
    pub(crate) fn of_encoder(dir: &Path) -> Result<Self, Error> {
        Ok(Self::of_files(StoredTensors::of_encoder(open_weights(dir)?)))
    }

    /// The weights of a model in memory.
    #[cfg(any(feature = "burn", test))]
    pub(crate) fn of_memory(tensors: TensorFile) -> Self {
        Self { source: Source::Memory(tensors), checksum: WeightsChecksum::default() }
    }

    /// Takes the values of the tensor `name`, row by row. It must have the shape `shape`.
    ///
    /// # Errors
    /// [`Error::MissingTensor`], [`Error::TensorShape`], [`Error::TensorDtype`], and those of reading a file.
    pub(crate) fn take(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, Error> {
        let values = match &mut self.source {
            Source::Files(tensors) => tensors.take(name, shape)?,
            #[cfg(any(feature = "burn", test))]
            Source::Memory(tensors) => tensors.remove(name, shape).ok_or_else(|| {
                Error::MissingTensor { path: "the model in memory".into(), tensor: name.into() }
            })?,
        };
        self.checksum.add(name.into(), shape, &values);
        Ok(values)
    }

    /// Takes the tensor `name`, if there is one, without reading it.
    #[cfg(feature = "burn")]
    pub(crate) fn leave_aside(&mut self, name: &str) {
        match &mut self.source {
            Source::Files(tensors) => tensors.leave_aside(name),
            Source::Memory(_) => {}
        }
    }

    /// The checksum of all tensors that were taken.
    ///
    /// # Errors
    /// [`Error::SurplusTensor`] if an encoder tensor of the file was not taken.
    pub(crate) fn finish(self) -> Result<u32, Error> {
        match self.source {
            Source::Files(tensors) => tensors.finish()?,
            #[cfg(any(feature = "burn", test))]
            Source::Memory(_) => {}
        }
        Ok(self.checksum.finish())
    }
}
