//! The well-known MeCab dictionaries.

use std::fmt;

/// A well-known MeCab dictionary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DictionaryKind {
    /// The IPA dictionary, 9 features a word; the package `ipadic`.
    Ipadic,
    /// UniDic 2.1.2 in its compiled form, 26 features a word; the package `unidic-lite`.
    UnidicLite,
    /// UniDic from 2.2 on, 29 features a word; the package `unidic`.
    Unidic,
    /// UniDic 2.1.2 compiled from its source, 17 features a word.
    UnidicOfSource,
    /// The dictionary of JUMAN, 7 features a word.
    Jumandic,
}

impl DictionaryKind {
    /// The dictionary whose words have so many features.
    pub(super) fn with_features(num_fields: usize) -> Option<Self> {
        match num_fields {
            7 => Some(Self::Jumandic),
            9 => Some(Self::Ipadic),
            17 => Some(Self::UnidicOfSource),
            26 => Some(Self::UnidicLite),
            29 => Some(Self::Unidic),
            _ => None,
        }
    }
}

/// The name that transformers has for it, else what it is.
impl fmt::Display for DictionaryKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ipadic => "ipadic",
            Self::UnidicLite => "unidic_lite",
            Self::Unidic => "unidic",
            Self::UnidicOfSource => "UniDic compiled from its source",
            Self::Jumandic => "the dictionary of JUMAN",
        })
    }
}
