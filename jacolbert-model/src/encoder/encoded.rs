//! What encoding gives.

use jacolbert_core::Embeddings;

use crate::Encoding;

/// One text encoded.
#[derive(Debug, Clone, PartialEq)]
pub struct EncodedText {
    /// Unit rows of its kept tokens, `[tokens, dim]`.
    pub embeddings: Embeddings,
    /// Tokens at its end that were left out because it was too long; 0 for most texts.
    pub tokens_cut: usize,
}

/// Several texts encoded.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoded {
    /// Per text, in the order given: unit rows of its kept tokens, `[tokens, dim]`.
    ///
    /// A query keeps all its tokens, the `[MASK]`s that fill it included. An empty passage has
    /// the rows of `[CLS]`, marker and `[SEP]`, as in the original.
    pub embeddings: Vec<Embeddings>,
    /// Texts that were cut because they were too long, in the order given.
    pub truncated: Vec<Truncation>,
}

/// A text that was longer than the model takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Truncation {
    /// Its place among the texts given, from 0.
    pub text: usize,
    /// Tokens at its end that were left out.
    pub tokens_cut: usize,
}

impl Truncation {
    /// Those of `encodings`, in order.
    pub(crate) fn all(encodings: &[Encoding]) -> Vec<Self> {
        let all = encodings.iter().enumerate();
        let all = all.map(|(text, encoding)| Self { text, tokens_cut: encoding.tokens_cut });
        all.filter(|truncation| truncation.tokens_cut > 0).collect()
    }
}
