//! The tensors of a checkpoint under the names that colbert-ai gives them.

use std::collections::BTreeSet;

use super::stored_names::{bare_name, has_prefix, needs_a_place, old_name};
use super::weights_file::WeightsFile;
use crate::Error;

/// The files of weights of a checkpoint. Each tensor is taken once; what is left over is known.
pub(super) struct StoredTensors {
    encoder: Unread,
    projection: Option<Unread>,
}

/// A file and the names of its tensors that nobody has taken.
struct Unread {
    file: WeightsFile,
    left: BTreeSet<String>,
    /// Whether the encoder's tensors have the prefix `bert.` in this file.
    prefixed: bool,
}

impl StoredTensors {
    pub(super) fn in_one_file(file: WeightsFile) -> Self {
        Self { encoder: Unread::new(file), projection: None }
    }

    pub(super) fn in_two_files(encoder: WeightsFile, projection: WeightsFile) -> Self {
        Self { encoder: Unread::new(encoder), projection: Some(Unread::new(projection)) }
    }

    /// The values of tensor `name` (or of its old name), which must have this shape.
    pub(super) fn take(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, Error> {
        match &mut self.projection {
            Some(projection) if !has_prefix(name) => projection.take(name, shape),
            _ => self.encoder.take(name, shape),
        }
    }

    /// Takes tensor `name`, if there is one, without reading it.
    pub(super) fn leave_aside(&mut self, name: &str) {
        self.encoder.left.remove(name);
    }

    /// Fails if a tensor is left for which the model should have had a place.
    pub(super) fn finish(self) -> Result<(), Error> {
        let mut files = [Some(self.encoder), self.projection].into_iter().flatten();
        files.try_for_each(Unread::finish)
    }
}

impl Unread {
    fn new(file: WeightsFile) -> Self {
        let left: BTreeSet<String> = file.names().into_iter().collect();
        let prefixed = left.iter().any(|name| has_prefix(name));
        Self { file, left, prefixed }
    }

    fn take(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, Error> {
        let name = self.present(if self.prefixed { name } else { bare_name(name) })?;
        let values = self.file.values(&name, shape)?;
        self.left.remove(&name);
        Ok(values)
    }

    /// `name` or its old name, whichever the file has.
    fn present(&self, name: &str) -> Result<String, Error> {
        let mut names = [Some(name.to_string()), old_name(name)].into_iter().flatten();
        names.find(|name| self.left.contains(name)).ok_or_else(|| self.file.missing(name))
    }

    fn finish(self) -> Result<(), Error> {
        match self.left.into_iter().find(|name| needs_a_place(name, self.prefixed)) {
            Some(tensor) => Err(Error::SurplusTensor { path: self.file.path().into(), tensor }),
            None => Ok(()),
        }
    }
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
