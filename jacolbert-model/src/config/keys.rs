//! Keys of a JSON settings file, read one by one so that an error names file and key.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::Error;

/// The top level of a JSON file.
pub(crate) struct Keys {
    path: PathBuf,
    values: Map<String, Value>,
}

impl Keys {
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let bytes = std::fs::read(path).map_err(|source| Error::io(path, source))?;
        let values = serde_json::from_slice(&bytes)
            .map_err(|source| Error::Json { path: path.into(), source })?;
        Ok(Self { path: path.into(), values })
    }

    /// The keys of `value`, as a file at `path` would have them.
    pub(crate) fn of(value: Map<String, Value>, path: &Path) -> Self {
        Self { path: path.into(), values: value }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A needed count, from 1 to `max`.
    pub(crate) fn count(&self, key: &'static str, max: u32) -> Result<usize, Error> {
        self.count_if_given(key, max)?
            .ok_or_else(|| Error::MissingKey { path: self.path.clone(), key })
    }

    /// A count, from 1 to `max`.
    pub(crate) fn count_if_given(
        &self,
        key: &'static str,
        max: u32,
    ) -> Result<Option<usize>, Error> {
        self.convert(key, "a whole number above 0, and not absurdly large", |value| {
            let count = u32::try_from(value.as_u64()?).ok()?;
            (1..=max).contains(&count).then_some(count as usize)
        })
    }

    /// A needed number of at least 0.
    pub(crate) fn non_negative(&self, key: &'static str) -> Result<f64, Error> {
        self.non_negative_if_given(key)?
            .ok_or_else(|| Error::MissingKey { path: self.path.clone(), key })
    }

    /// A number of at least 0.
    pub(crate) fn non_negative_if_given(&self, key: &'static str) -> Result<Option<f64>, Error> {
        self.convert(key, "a number of at least 0", |value| {
            value.as_f64().filter(|number| *number >= 0.0)
        })
    }

    /// A number from 0 up to, but not including, 1.
    pub(crate) fn probability_if_given(&self, key: &'static str) -> Result<Option<f64>, Error> {
        self.convert(key, "a number from 0 to below 1", |value| {
            value.as_f64().filter(|number| (0.0..1.0).contains(number))
        })
    }

    /// `true` or `false`.
    pub(crate) fn flag_if_given(&self, key: &'static str) -> Result<Option<bool>, Error> {
        self.convert(key, "true or false", Value::as_bool)
    }

    /// A word that `meaning` knows; `expected` lists these words.
    pub(crate) fn word_if_given<T>(
        &self,
        key: &'static str,
        expected: &'static str,
        meaning: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        self.convert(key, expected, |value| value.as_str().and_then(&meaning))
    }

    /// The error that the value of `key` cannot be followed.
    pub(super) fn unfit(&self, key: &'static str, found: &str, expected: &'static str) -> Error {
        Error::Setting { path: self.path.clone(), key, found: found.into(), expected }
    }

    /// What one of the `known` words stands for; `expected` lists these words.
    pub(crate) fn one_of<T: Copy>(
        &self,
        key: &'static str,
        expected: &'static str,
        known: &[(&str, T)],
    ) -> Result<Option<T>, Error> {
        let meaning = |word: &str| known.iter().find(|(known, _)| *known == word);
        self.word_if_given(key, expected, |word| meaning(word).map(|(_, meaning)| *meaning))
    }

    /// A list of words.
    pub(crate) fn words_if_given(&self, key: &'static str) -> Result<Option<Vec<String>>, Error> {
        self.convert(key, "a list of words", |value| {
            value.as_array()?.iter().map(|word| word.as_str().map(str::to_owned)).collect()
        })
    }

    /// The keys of an object within.
    pub(crate) fn object_if_given(&self, key: &'static str) -> Result<Option<Self>, Error> {
        let values = self.convert(key, "an object", |value| value.as_object().cloned())?;
        Ok(values.map(|values| Self { path: self.path.clone(), values }))
    }

    /// The value of `key` as `convert` reads it; `null` is as good as absent.
    pub(crate) fn convert<T>(
        &self,
        key: &'static str,
        expected: &'static str,
        convert: impl Fn(&Value) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        let Some(value) = self.values.get(key).filter(|value| !value.is_null()) else {
            return Ok(None);
        };
        convert(value).map(Some).ok_or_else(|| self.unfit(key, &value.to_string(), expected))
    }
}
