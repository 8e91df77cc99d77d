//! The file in which a checkpoint says how it reads text.

use std::path::{Path, PathBuf};

use super::file_names::{COLBERT, SENTENCE_TRANSFORMERS};

/// The file in which a checkpoint says how it reads text.
pub(crate) enum SettingsSource {
    /// `artifact.metadata`, as colbert-ai writes it.
    ColbertAi(PathBuf),
    /// `config_sentence_transformers.json`, as PyLate writes it.
    Pylate(PathBuf),
}

impl SettingsSource {
    /// The file in the folder `dir`: that of PyLate only if the other one is absent.
    pub(crate) fn of(dir: &Path) -> Self {
        let pylate = dir.join(SENTENCE_TRANSFORMERS);
        let colbert_ai = dir.join(COLBERT);
        if !colbert_ai.is_file() && pylate.is_file() {
            Self::Pylate(pylate)
        } else {
            Self::ColbertAi(colbert_ai)
        }
    }

    /// The path of the file, which may be absent.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::ColbertAi(path) | Self::Pylate(path) => path,
        }
    }

    /// The name that the setting `key` has in the file.
    pub(crate) fn key(&self) -> fn(&'static str) -> &'static str {
        match self {
            Self::ColbertAi(_) => |key| key,
            Self::Pylate(_) => |key| match key {
                "query_maxlen" => "query_length",
                "doc_maxlen" => "document_length",
                other => other,
            },
        }
    }
}
