//! What is measured: late interaction models, dense ones, and BM25.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use jacolbert::model::ColbertConfig;
use jacolbert::{Bits, Device, LoadOptions, Retriever};
use jacolbert_baselines::{Analyser, Bm25Options, WordDictionary};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::collection::hexadecimal;
use crate::model_name::{folder, last_part};
use crate::{DenseModel, Error};

/// A system that ranks documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum System {
    /// A late interaction model.
    Colbert(ColbertModel),
    /// A model of one vector a text.
    Dense(DenseModel),
    /// BM25.
    Bm25(Bm25),
}

/// A late interaction model by the name that it was asked for, not yet loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColbertModel {
    /// A folder, or with the feature `hub` a name on the hub.
    pub name: String,
    /// Folder of the MeCab dictionary, for models that need one.
    pub dictionary: Option<PathBuf>,
    /// Tokens of a passage in the place of the model's own setting.
    pub doc_maxlen: Option<usize>,
    /// How it searches where there are no candidates.
    pub search: SearchBy,
}

/// How a model searches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchBy {
    /// Every passage is scored, with the vectors as the model gives them.
    Exhaustive,
    /// Through an index of so many bits a component, which stays in a folder.
    Index(Bits),
}

/// BM25, with the defaults of [`Bm25Options`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bm25 {
    /// Over character bigrams.
    Bigrams,
    /// Over words.
    Words {
        /// Folder with `vocab.txt` and `tokenizer_config.json` of a BertJapaneseTokenizer.
        tokenizer: PathBuf,
        /// Folder of the MeCab dictionary.
        dictionary: PathBuf,
    },
}

impl System {
    /// The name in published tables: the last part of a model's name, or `bm25`.
    pub fn published_name(&self) -> &str {
        match self {
            Self::Colbert(model) => last_part(&model.name),
            Self::Dense(model) => last_part(&model.name),
            Self::Bm25(_) => "bm25",
        }
    }
}

/// Loads every system once, so that what cannot be loaded is known before the first is measured.
///
/// # Errors
/// A model, a tokenizer or a dictionary that cannot be loaded.
pub fn check_systems(systems: &[System], device: &Device) -> Result<(), Error> {
    systems.iter().try_for_each(|system| match system {
        System::Colbert(model) => model.load(device).map(|_| ()),
        System::Dense(model) => model.load(device).map(|_| ()),
        System::Bm25(bm25) => bm25.analyser().map(|_| ()),
    })
}

impl ColbertModel {
    /// The model in its folder, loaded, and what tells its runs from others'.
    pub(crate) fn load(&self, device: &Device) -> Result<(Retriever, Value), Error> {
        let folder = folder(&self.name)?;
        let mut config = ColbertConfig::from_dir(&folder)?;
        config.doc_maxlen = self.doc_maxlen.unwrap_or(config.doc_maxlen);
        let description = format!("{config:?}");
        let dictionary = self.dictionary.clone();
        let options = LoadOptions { dictionary, config: Some(config), ..Default::default() };
        let loader = Retriever::loader().options(options).device(device.clone());
        let retriever = loader.load(&folder)?;
        let fingerprint = retriever.encoder().fingerprint()?.to_string();
        Ok((retriever, json!({ "fingerprint": fingerprint, "reads": description })))
    }

    /// The name in a table: the last part, and how it searches.
    pub(crate) fn row(&self, has_candidates: bool) -> String {
        let name = last_part(&self.name);
        match self.search {
            _ if has_candidates => name.to_owned(),
            SearchBy::Exhaustive => format!("{name}, exhaustive"),
            SearchBy::Index(bits) => format!("{name}, {} bits", bits.get()),
        }
    }
}

impl Bm25 {
    /// The name in a table.
    pub(crate) fn row(&self) -> &'static str {
        match self {
            Self::Bigrams => "BM25, bigrams",
            Self::Words { .. } => "BM25, words",
        }
    }

    /// What cuts texts into terms, opened.
    pub(crate) fn analyser(&self) -> Result<Analyser, Error> {
        let Self::Words { tokenizer, dictionary } = self else { return Ok(Analyser::Bigrams) };
        let dictionary = WordDictionary::open(tokenizer, dictionary);
        Ok(Analyser::Words(dictionary.map_err(jacolbert_baselines::Error::from)?))
    }

    /// What tells its runs from others'.
    pub(crate) fn description(&self) -> Result<Value, Error> {
        let Bm25Options { k1, b, lengths } = Bm25Options::default();
        // Stored runs have the settings in this form.
        let params = format!("Bm25Params {{ k1: {k1:?}, b: {b:?}, lengths: {lengths:?} }}");
        Ok(match self {
            Self::Bigrams => json!({ "bm25": params, "terms": "bigrams" }),
            Self::Words { tokenizer, dictionary } => {
                let digest = digest_of_words(tokenizer, dictionary)?;
                json!({ "bm25": params, "terms": "words", "digest": digest })
            }
        })
    }
}

/// SHA-256 of the files that decide over words.
fn digest_of_words(tokenizer: &Path, dictionary: &Path) -> Result<String, Error> {
    let mut digest = Sha256::new();
    let files = ["sys.dic", "unk.dic", "matrix.bin", "char.bin"].map(|name| dictionary.join(name));
    for path in [tokenizer.join("tokenizer_config.json")].iter().chain(&files) {
        let copied = File::open(path).and_then(|mut file| io::copy(&mut file, &mut digest));
        copied.map_err(Error::io(path))?;
    }
    Ok(hexadecimal(digest))
}
