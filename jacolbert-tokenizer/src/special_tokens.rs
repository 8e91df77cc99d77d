//! The ids of the tokens that stand for no text.

/// The ids of the five special tokens of a BERT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpecialTokens {
    /// `[PAD]`, which fills a batch.
    pub pad: u32,
    /// `[UNK]`, for words that the vocabulary lacks.
    pub unknown: u32,
    /// `[CLS]`, which goes before a text.
    pub class: u32,
    /// `[SEP]`, which goes after a text.
    pub separator: u32,
    /// `[MASK]`, for tokens that are hidden from the model.
    pub mask: u32,
}
