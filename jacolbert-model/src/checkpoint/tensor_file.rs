//! Named tensors in a file, such as the state of a training.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use safetensors::Dtype;
use safetensors::tensor::TensorView;

use super::safetensors_file::SafetensorsFile;
use crate::Error;
use crate::fingerprint::WeightsChecksum;

/// Key of the checksum among the file's metadata.
const CHECKSUM: &str = "checksum";

/// Named `f32` tensors, stored without loss in a safetensors file.
///
/// The metadata of the file contains a checksum of names, shapes and values. [`open`](Self::open) requires
/// it; other readers of the format ignore it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TensorFile {
    tensors: BTreeMap<String, (Vec<usize>, Vec<f32>)>,
}

impl TensorFile {
    /// Adds the tensor `name`, row by row.
    ///
    /// # Panics
    /// If the number of values does not fit the shape.
    pub fn insert(&mut self, name: &str, shape: &[usize], values: Vec<f32>) {
        assert_eq!(shape.iter().product::<usize>(), values.len(), "{name}");
        self.tensors.insert(name.into(), (shape.into(), values));
    }

    /// Removes the tensor `name` and returns its values; `None` if it is missing or has another shape.
    pub fn remove(&mut self, name: &str, shape: &[usize]) -> Option<Vec<f32>> {
        let (found, _) = self.tensors.get(name)?;
        if found != shape {
            return None;
        }
        self.tensors.remove(name).map(|(_, values)| values)
    }

    /// The names of the tensors, ascending.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// Writes the file at `path`.
    ///
    /// # Errors
    /// [`Error::Safetensors`].
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let bytes: Vec<Vec<u8>> =
            self.tensors.values().map(|(_, values)| to_bytes(values)).collect();
        let views = self.tensors.iter().zip(&bytes).map(|((name, (shape, _)), bytes)| {
            Ok((name.as_str(), TensorView::new(Dtype::F32, shape.clone(), bytes)?))
        });
        let metadata = HashMap::from([(CHECKSUM.to_string(), self.checksum())]);
        let views = views.collect::<Result<Vec<_>, safetensors::SafeTensorError>>();
        views
            .and_then(|views| safetensors::serialize_to_file(views, Some(metadata), path))
            .map_err(|source| Error::safetensors(path, source))
    }

    /// Reads the whole file at `path`.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Safetensors`], [`Error::TensorDtype`], and [`Error::Checksum`] if the
    /// contents do not match the checksum.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let file = SafetensorsFile::open(path)?;
        let mut tensors = Self::default();
        for name in file.names() {
            let missing = || Error::MissingTensor { path: path.into(), tensor: name.clone() };
            let shape = file.shape(&name).ok_or_else(missing)?.to_vec();
            tensors.tensors.insert(name.clone(), (shape, file.values(&name)?));
        }
        if file.metadata(CHECKSUM) != Some(&tensors.checksum()) {
            return Err(Error::Checksum { path: PathBuf::from(path) });
        }
        Ok(tensors)
    }

    fn checksum(&self) -> String {
        let mut checksum = WeightsChecksum::default();
        for (name, (shape, values)) in &self.tensors {
            checksum.add(name.clone(), shape, values);
        }
        format!("{:08x}", checksum.finish())
    }
}

fn to_bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}
