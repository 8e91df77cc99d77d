//! The tensors of a safetensors file, checked and turned into `f32`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use burn::tensor::{bf16, f16};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use super::stored_names::{needs_a_place, old_name};
use crate::Error;

/// A parsed file of weights. Each tensor is taken once; what is left over is known.
pub(super) struct StoredTensors<'b> {
    path: PathBuf,
    tensors: SafeTensors<'b>,
    left: BTreeSet<String>,
}

impl<'b> StoredTensors<'b> {
    /// `path` is where `bytes` come from.
    pub(super) fn parse(path: &Path, bytes: &'b [u8]) -> Result<Self, Error> {
        let tensors = SafeTensors::deserialize(bytes);
        let tensors = tensors.map_err(|source| Error::safetensors(path, source))?;
        let left = tensors.names().into_iter().map(String::from).collect();
        Ok(Self { path: path.into(), tensors, left })
    }

    /// The values of tensor `name` (or of its old name), which must have this shape.
    pub(super) fn take(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, Error> {
        let name = self.present(name)?;
        let view = self.tensors.tensor(&name);
        let view = view.map_err(|source| Error::safetensors(&self.path, source))?;
        if view.shape() != shape {
            return Err(Error::TensorShape {
                path: self.path.clone(),
                tensor: name,
                expected: shape.into(),
                found: view.shape().into(),
            });
        }
        let values = values(&view).ok_or_else(|| Error::TensorDtype {
            path: self.path.clone(),
            tensor: name.clone(),
            found: format!("{:?}", view.dtype()),
        })?;
        self.left.remove(&name);
        Ok(values)
    }

    /// Fails if a tensor is left for which the model should have had a place.
    pub(super) fn finish(self) -> Result<(), Error> {
        match self.left.into_iter().find(|name| needs_a_place(name)) {
            Some(tensor) => Err(Error::SurplusTensor { path: self.path, tensor }),
            None => Ok(()),
        }
    }

    /// `name` or its old name, whichever the file has.
    fn present(&self, name: &str) -> Result<String, Error> {
        let mut names = [Some(name.to_string()), old_name(name)].into_iter().flatten();
        names
            .find(|name| self.left.contains(name))
            .ok_or_else(|| Error::MissingTensor { path: self.path.clone(), tensor: name.into() })
    }
}

/// The numbers of a float tensor; `None` for any other kind.
fn values(view: &TensorView<'_>) -> Option<Vec<f32>> {
    let bytes = view.data();
    match view.dtype() {
        Dtype::F32 => Some(numbers(bytes, f32::from_le_bytes)),
        Dtype::F16 => Some(numbers(bytes, |n| f16::from_le_bytes(n).to_f32())),
        Dtype::BF16 => Some(numbers(bytes, |n| bf16::from_le_bytes(n).to_f32())),
        _ => None,
    }
}

fn numbers<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> f32) -> Vec<f32> {
    bytes.as_chunks::<N>().0.iter().map(|&chunk| number(chunk)).collect()
}

/// The transpose of the matrix `values` with rows of length `columns`.
pub(super) fn transposed(values: &[f32], columns: usize) -> Vec<f32> {
    let mut transposed = Vec::with_capacity(values.len());
    for column in 0..columns {
        transposed.extend(values.iter().skip(column).step_by(columns));
    }
    transposed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transpose_swaps_rows_and_columns() {
        assert_eq!(transposed(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
    }
}
