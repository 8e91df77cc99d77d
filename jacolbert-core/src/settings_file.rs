//! A JSON settings file, read key by key, so that an error names the file and the key.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::WrongFile;
use crate::python_json::{whole_number, with_quoted_numbers};

/// The top-level object of a JSON settings file. A key whose value is `null` counts as absent.
///
/// A file is read as Python reads it: a byte order mark is skipped, of a key that stands twice the last value counts,
/// keys that nobody asks for may have any value, and `NaN`, `Infinity` and `-Infinity` are values, which no key of a
/// model accepts. Unlike there, a whole number may be written as `512.0`, and half of a surrogate pair is an error.
#[derive(Debug, Clone)]
pub struct SettingsFile {
    path: PathBuf,
    values: Map<String, Value>,
}

/// Why a settings file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The file could not be read.
    #[error("cannot read {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The file is something else than its name says, such as a git-LFS pointer or text in Shift_JIS.
    #[error("{} {what}", path.display())]
    WrongFile {
        /// The file.
        path: PathBuf,
        /// What it is, and what to do.
        what: WrongFile,
    },
    /// The file is not a JSON object.
    #[error("{} is not a JSON object", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// The place in the file, and what was expected there.
        source: serde_json::Error,
    },
    /// The file lacks a required key.
    #[error("{} has no key `{key}`", path.display())]
    MissingKey {
        /// The file.
        path: PathBuf,
        /// The key.
        key: &'static str,
    },
    /// A key has a value that is not supported.
    #[error("{}: `{key}` is {found}; it must be {expected}", path.display())]
    Value {
        /// The file.
        path: PathBuf,
        /// The key.
        key: &'static str,
        /// The value in the file.
        found: String,
        /// The values that are supported.
        expected: Cow<'static, str>,
    },
}

impl SettingsFile {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// [`SettingsError::Io`], [`SettingsError::WrongFile`] and [`SettingsError::Json`].
    pub fn open(path: &Path) -> Result<Self, SettingsError> {
        Ok(Self { path: path.into(), values: Self::read_json(path)? })
    }

    /// Reads the JSON in the file at `path`, for a file that is no object.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, SettingsError> {
        let io = |source| SettingsError::Io { path: path.into(), source };
        let wrong = |what| SettingsError::WrongFile { path: path.into(), what };
        let json = |source| SettingsError::Json { path: path.into(), source };
        let bytes = std::fs::read(path).map_err(io)?;
        let text = WrongFile::text(&bytes).map_err(wrong)?;
        serde_json::from_str(&with_quoted_numbers(text)).map_err(json)
    }

    /// The settings `values`, as if they had been read from `path`.
    pub fn from_object(values: Map<String, Value>, path: &Path) -> Self {
        Self { path: path.into(), values }
    }

    /// The path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A required count, from 1 to `max`.
    ///
    /// # Errors
    /// [`SettingsError::MissingKey`] and [`SettingsError::Value`].
    pub fn count(&self, key: &'static str, max: u32) -> Result<usize, SettingsError> {
        self.count_if_given(key, max)?.ok_or_else(|| self.missing(key))
    }

    /// An optional count, from 1 to `max`.
    ///
    /// # Errors
    /// [`SettingsError::Value`].
    pub fn count_if_given(
        &self,
        key: &'static str,
        max: u32,
    ) -> Result<Option<usize>, SettingsError> {
        self.whole_number_if_given(key, 1, max)
    }

    /// An optional whole number from `min` to `max`.
    ///
    /// # Errors
    /// [`SettingsError::Value`].
    pub fn whole_number_if_given(
        &self,
        key: &'static str,
        min: u32,
        max: u32,
    ) -> Result<Option<usize>, SettingsError> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let number = whole_number(value).and_then(|number| u32::try_from(number).ok());
        match number.filter(|number| (min..=max).contains(number)) {
            Some(number) => Ok(Some(number as usize)),
            None => {
                let expected = format!("a whole number from {min} to {max}");
                Err(self.unsupported(key, &value.to_string(), expected))
            }
        }
    }

    /// An optional number of at least 0.
    ///
    /// # Errors
    /// [`SettingsError::Value`].
    pub fn non_negative_if_given(&self, key: &'static str) -> Result<Option<f64>, SettingsError> {
        self.convert(key, "a number of at least 0", |value| {
            value.as_f64().filter(|number| *number >= 0.0)
        })
    }

    /// An optional number from 0 up to, but not including, 1.
    ///
    /// # Errors
    /// [`SettingsError::Value`].
    pub fn probability_if_given(&self, key: &'static str) -> Result<Option<f64>, SettingsError> {
        self.convert(key, "a number from 0 to below 1", |value| {
            value.as_f64().filter(|number| (0.0..1.0).contains(number))
        })
    }

    /// An optional `true` or `false`.
    ///
    /// # Errors
    /// [`SettingsError::Value`].
    pub fn flag_if_given(&self, key: &'static str) -> Result<Option<bool>, SettingsError> {
        self.convert(key, "true or false", Value::as_bool)
    }

    /// An optional word that `meaning` knows; `expected` describes the known words.
    ///
    /// # Errors
    /// [`SettingsError::Value`].
    pub fn word_if_given<T>(
        &self,
        key: &'static str,
        expected: &'static str,
        meaning: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, SettingsError> {
        self.convert(key, expected, |value| value.as_str().and_then(&meaning))
    }

    /// The meaning of an optional word, which must be one of `known`; `expected` lists these words.
    ///
    /// # Errors
    /// [`SettingsError::Value`].
    pub fn one_of<T: Copy>(
        &self,
        key: &'static str,
        expected: &'static str,
        known: &[(&str, T)],
    ) -> Result<Option<T>, SettingsError> {
        let meaning = |word: &str| known.iter().find(|(known, _)| *known == word);
        self.word_if_given(key, expected, |word| meaning(word).map(|(_, meaning)| *meaning))
    }

    /// An optional list of words.
    ///
    /// # Errors
    /// [`SettingsError::Value`].
    pub fn words_if_given(&self, key: &'static str) -> Result<Option<Vec<String>>, SettingsError> {
        self.convert(key, "a list of words", |value| {
            value.as_array()?.iter().map(|word| word.as_str().map(str::to_owned)).collect()
        })
    }

    /// An optional nested object.
    ///
    /// # Errors
    /// [`SettingsError::Value`].
    pub fn object_if_given(&self, key: &'static str) -> Result<Option<Self>, SettingsError> {
        let values = self.convert(key, "an object", |value| value.as_object().cloned())?;
        Ok(values.map(|values| Self { path: self.path.clone(), values }))
    }

    /// The value of `key` as `convert` reads it, `None` if the key is absent.
    ///
    /// # Errors
    /// [`SettingsError::Value`] if `convert` returns `None`.
    pub fn convert<T>(
        &self,
        key: &'static str,
        expected: &'static str,
        convert: impl Fn(&Value) -> Option<T>,
    ) -> Result<Option<T>, SettingsError> {
        let Some(value) = self.value(key) else { return Ok(None) };
        convert(value).map(Some).ok_or_else(|| self.unsupported(key, &value.to_string(), expected))
    }

    /// Whether the file has `key` with the value `null`.
    pub fn is_null(&self, key: &str) -> bool {
        self.values.get(key).is_some_and(Value::is_null)
    }

    /// The value of `key`, unless it is absent or `null`.
    fn value(&self, key: &str) -> Option<&Value> {
        self.values.get(key).filter(|value| !value.is_null())
    }

    /// The error that the value `found` of `key` is not supported.
    pub fn unsupported(
        &self,
        key: &'static str,
        found: &str,
        expected: impl Into<Cow<'static, str>>,
    ) -> SettingsError {
        let expected = expected.into();
        SettingsError::Value { path: self.path.clone(), key, found: found.into(), expected }
    }

    /// The error that the file lacks `key`.
    pub fn missing(&self, key: &'static str) -> SettingsError {
        SettingsError::MissingKey { path: self.path.clone(), key }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn settings(value: Value) -> SettingsFile {
        let values = value.as_object().cloned().unwrap_or_default();
        SettingsFile::from_object(values, Path::new("config.json"))
    }

    #[test]
    fn absent_and_null_keys_are_none_and_wrong_values_are_named() {
        let file = settings(json!({ "dim": 8, "heads": 0, "flag": null }));
        assert_eq!(file.count("dim", 10).ok(), Some(8));
        assert_eq!(file.flag_if_given("flag").ok(), Some(None));
        assert_eq!(file.flag_if_given("other").ok(), Some(None));
        assert!(matches!(file.count("size", 10), Err(SettingsError::MissingKey { .. })));
        for key in ["dim", "heads"] {
            let error = file.count_if_given(key, 7).expect_err(key).to_string();
            assert!(error.starts_with(&format!("config.json: `{key}` is ")), "{error}");
            assert!(error.ends_with("it must be a whole number from 1 to 7"), "{error}");
        }
    }

    #[test]
    fn a_file_that_is_no_object_is_an_error() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("config.json");
        assert!(matches!(SettingsFile::open(&path), Err(SettingsError::Io { .. })));
        for text in ["[]", "{", " "] {
            std::fs::write(&path, text)?;
            assert!(matches!(SettingsFile::open(&path), Err(SettingsError::Json { .. })));
        }
        Ok(())
    }
}
