//! The results of encoding.

use jacolbert_core::Embeddings;

use crate::Encoding;

/// One encoded text.
#[derive(Debug, Clone, PartialEq)]
pub struct EncodedText {
    /// Unit rows of its kept tokens, `[tokens, dim]`.
    pub embeddings: Embeddings,
    /// Number of tokens that were cut from its end because it was too long; 0 for most texts.
    pub tokens_cut: usize,
}

/// Several encoded texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoded {
    /// Per text, in the order given: unit rows of its kept tokens, `[tokens, dim]`.
    ///
    /// A query keeps all its tokens, including the `[MASK]`s that fill it. An empty passage has
    /// the rows of `[CLS]`, marker and `[SEP]`, as in the original.
    pub embeddings: Vec<Embeddings>,
    /// Texts that were cut because they were too long, in the order given.
    pub truncated: Vec<Truncation>,
}

/// A text that was cut because it was too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Truncation {
    /// Its position among the texts given, from 0.
    pub text: usize,
    /// Number of tokens that were cut from its end.
    pub tokens_cut: usize,
}

impl Truncation {
    /// The texts of `encodings` that were cut, in order.
    pub(crate) fn all(encodings: &[Encoding]) -> Vec<Self> {
        let all = encodings.iter().enumerate();
        let all = all.map(|(text, encoding)| Self { text, tokens_cut: encoding.tokens_cut });
        all.filter(|truncation| truncation.tokens_cut > 0).collect()
    }
}
