//! Shape of the encoder of a model with one vector per text, as `config.json` gives it.

use std::path::Path;

use jacolbert_core::SettingsFile;

use super::file_names::BERT;
use super::limits::MAX_SIZE;
use crate::{BertConfig, Error};

/// The families that have the layers of a BERT. LUKE, on which GLuCoSE is built, has others.
const FAMILIES: [(&str, Family); 3] =
    [("bert", Family::Bert), ("roberta", Family::Roberta), ("xlm-roberta", Family::XlmRoberta)];

/// A family with the layers of a BERT. In a RoBERTa, positions are counted from the padding's id plus one.
#[derive(Clone, Copy)]
enum Family {
    Bert,
    Roberta,
    XlmRoberta,
}

impl Family {
    /// Number of tokens of a model whose settings do not say it, as in transformers.
    fn default_vocab_size(self) -> usize {
        match self {
            Self::Bert | Self::XlmRoberta => BertConfig::VOCAB_SIZE_OF_BERT,
            Self::Roberta => 50_265,
        }
    }
}

/// A BERT, or a RoBERTa: the same layers, but a text's first token is not at position 0.
pub(crate) struct SentenceShape {
    /// The shape of the stored weights, with all their positions.
    pub(crate) stored: BertConfig,
    /// The position of a text's first token.
    pub(crate) first_position: usize,
}

impl SentenceShape {
    /// Reads `config.json` in the folder `dir`.
    ///
    /// # Errors
    /// As [`BertConfig::from_dir`], and [`Error::Setting`] for other families.
    pub(crate) fn from_dir(dir: &Path) -> Result<Self, Error> {
        let keys = SettingsFile::open(&dir.join(BERT))?;
        let families = "\"bert\", \"roberta\" or \"xlm-roberta\"; LUKE is not covered";
        let family = keys.one_of("model_type", families, &FAMILIES)?.unwrap_or(Family::Bert);
        let first_position = match family {
            Family::Bert => 0,
            Family::Roberta | Family::XlmRoberta => read_padding(&keys)?.unwrap_or(1) + 1,
        };
        let stored = BertConfig::of_family(&keys, family.default_vocab_size())?;
        if first_position < stored.max_position_embeddings {
            return Ok(Self { stored, first_position });
        }
        let found = format!("{}", first_position - 1);
        Err(keys.unsupported("pad_token_id", &found, "below the positions, less one").into())
    }

    /// The shape with the positions that a text can use.
    pub(crate) fn bert(&self) -> BertConfig {
        let max_position_embeddings = self.stored.max_position_embeddings - self.first_position;
        BertConfig { max_position_embeddings, ..self.stored.clone() }
    }
}

/// Reads the id of the padding token.
fn read_padding(keys: &SettingsFile) -> Result<Option<usize>, Error> {
    Ok(keys.whole_number_if_given("pad_token_id", 0, MAX_SIZE)?)
}
