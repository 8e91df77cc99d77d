//! The ids of the tokens that stand for no text.

use super::options::JapaneseTokenizerOptions;
use super::vocabulary::Vocabulary;
use crate::Error;

/// The ids of the five special tokens of a BERT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpecialTokens {
    /// Fills up a batch.
    pub pad: u32,
    /// Stands for what the vocabulary lacks.
    pub unknown: u32,
    /// Goes before a text.
    pub class: u32,
    /// Goes behind a text.
    pub separator: u32,
    /// Stands for what is hidden from the model.
    pub mask: u32,
}

impl SpecialTokens {
    /// The ids of the tokens named in `options`: those given there, else those in `vocabulary`.
    pub(super) fn new(
        vocabulary: &Vocabulary,
        options: &JapaneseTokenizerOptions,
    ) -> Result<Self, Error> {
        let id = |token: &String| match options.added.iter().find(|(added, _)| added == token) {
            Some((_, id)) => Ok(*id),
            None => vocabulary.required(token),
        };
        Ok(Self {
            pad: id(&options.pad)?,
            unknown: id(&options.unknown)?,
            class: id(&options.class)?,
            separator: id(&options.separator)?,
            mask: id(&options.mask)?,
        })
    }

    /// These tokens and the further ones in `options`, with their ids.
    pub(super) fn added(self, options: &JapaneseTokenizerOptions) -> Vec<(String, u32)> {
        let special = [
            (&options.pad, self.pad),
            (&options.unknown, self.unknown),
            (&options.class, self.class),
            (&options.separator, self.separator),
            (&options.mask, self.mask),
        ];
        let special = special.map(|(token, id)| (token.clone(), id));
        options.added.iter().cloned().chain(special).collect()
    }
}
