//! Which dictionary the settings of a tokenizer name.

use std::path::Path;

use jacolbert_core::{SettingsError, SettingsFile};

use super::dictionary::Dictionary;
use super::dictionary_kind::DictionaryKind;
use crate::Error;

/// The dictionary that a `tokenizer_config.json` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NamedDictionary {
    /// This one, by `mecab_dic`.
    Named(DictionaryKind),
    /// None; until 2024 transformers then took ipadic.
    Silent,
    /// `null`, which leaves the choice to the machine.
    Any,
}

impl NamedDictionary {
    /// Reads the settings at `path`.
    pub(crate) fn of_settings(path: &Path) -> Result<Self, SettingsError> {
        let Some(mecab) = SettingsFile::open(path)?.object_if_given("mecab_kwargs")? else {
            return Ok(Self::Silent);
        };
        if mecab.is_null("mecab_dic") {
            return Ok(Self::Any);
        }
        let known = [
            ("ipadic", DictionaryKind::Ipadic),
            ("unidic_lite", DictionaryKind::UnidicLite),
            ("unidic", DictionaryKind::Unidic),
        ];
        let expected = "\"ipadic\", \"unidic_lite\" or \"unidic\"";
        let named = mecab.one_of("mecab_dic", expected, &known)?;
        Ok(named.map_or(Self::Silent, Self::Named))
    }

    /// The error that the settings at `path` need a dictionary.
    pub(crate) fn needed(self, path: &Path) -> Error {
        let path = path.into();
        match self {
            Self::Named(kind) => Error::NeedsDictionary { path, name: kind.to_string() },
            Self::Silent => {
                Error::NeedsDictionary { path, name: DictionaryKind::Ipadic.to_string() }
            }
            Self::Any => Error::NeedsAnyDictionary { path },
        }
    }

    /// Checks that `dictionary` is not known to be another one than the settings at `path` name.
    pub(crate) fn check(self, path: &Path, dictionary: &Dictionary) -> Result<(), Error> {
        let expected = match self {
            Self::Named(kind) => kind,
            Self::Silent => DictionaryKind::Ipadic,
            Self::Any => return Ok(()),
        };
        match dictionary.kind() {
            Some(found) if found != expected => Err(Error::OtherDictionary {
                settings: path.into(),
                named: matches!(self, Self::Named(_)).then_some(expected),
                folder: dictionary.folder().into(),
                found,
            }),
            _ => Ok(()),
        }
    }
}
