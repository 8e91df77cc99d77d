//! The tensors of a checkpoint under the names that colbert-ai gives them.

use std::collections::BTreeSet;

use super::stored_names::{BERT, ROBERTA, is_of_encoder, needs_a_place, old_name, prefixed};
use super::weights_file::WeightsFile;
use crate::Error;

/// The weight files of a checkpoint. Each tensor is taken once, and the remaining ones are tracked.
pub(super) struct StoredTensors {
    encoder: Unread,
    projection: Option<Unread>,
}

/// A file and the names of its tensors that were not taken yet.
struct Unread {
    file: WeightsFile,
    left: BTreeSet<String>,
    /// The prefix of the encoder's names in this file; may be empty.
    prefix: &'static str,
}

impl StoredTensors {
    pub(super) fn in_one_file(file: WeightsFile) -> Self {
        Self { encoder: Unread::new(file, &[BERT]), projection: None }
    }

    /// The file of an encoder of any family.
    pub(super) fn of_encoder(file: WeightsFile) -> Self {
        Self { encoder: Unread::new(file, &[BERT, ROBERTA]), projection: None }
    }

    pub(super) fn in_two_files(encoder: WeightsFile, projection: WeightsFile) -> Self {
        let projection = Some(Unread::new(projection, &[BERT]));
        Self { encoder: Unread::new(encoder, &[BERT]), projection }
    }

    /// Takes the values of tensor `name`, or of its old name. It must have the shape `shape`.
    pub(super) fn take(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, Error> {
        match &mut self.projection {
            Some(projection) if !is_of_encoder(name) => projection.take(name, shape),
            _ => self.encoder.take(name, shape),
        }
    }

    /// Takes tensor `name`, if there is one, without reading it.
    #[cfg(feature = "burn")]
    pub(super) fn leave_aside(&mut self, name: &str) {
        self.encoder.left.remove(name);
    }

    /// Fails if an encoder tensor was not taken.
    pub(super) fn finish(self) -> Result<(), Error> {
        let mut files = [Some(self.encoder), self.projection].into_iter().flatten();
        files.try_for_each(Unread::finish)
    }
}

impl Unread {
    /// A file in which names may have one of the `prefixes`.
    fn new(file: WeightsFile, prefixes: &[&'static str]) -> Self {
        let left: BTreeSet<String> = file.names().into_iter().collect();
        let is_used = |prefix: &&&str| left.iter().any(|name| name.starts_with(**prefix));
        let prefix = prefixes.iter().find(is_used).copied().unwrap_or_default();
        Self { file, left, prefix }
    }

    fn take(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, Error> {
        let name = self.present(&prefixed(name, self.prefix))?;
        let values = self.file.values(&name, shape)?;
        self.left.remove(&name);
        Ok(values)
    }

    /// `name` or its old name, the one that the file has.
    fn present(&self, name: &str) -> Result<String, Error> {
        let mut names = [Some(name.to_string()), old_name(name)].into_iter().flatten();
        names.find(|name| self.left.contains(name)).ok_or_else(|| self.file.missing(name))
    }

    fn finish(self) -> Result<(), Error> {
        match self.left.into_iter().find(|name| needs_a_place(name, self.prefix)) {
            Some(tensor) => Err(Error::SurplusTensor { path: self.file.path().into(), tensor }),
            None => Ok(()),
        }
    }
}
