//! Questions as the search needs them: their texts, and their rows if late interaction is asked for.

use jacolbert_core::{Embeddings, EmbeddingsRef};
use jacolbert_model::Encoder;

use super::ranked_by::RankedBy;
use crate::Error;
use crate::hits::tokens_cut;

/// Questions, encoded if that is needed.
#[derive(Debug)]
pub(crate) struct Questions<'q> {
    texts: &'q [&'q str],
    /// The rows of each; none if words alone are searched.
    rows: Vec<Embeddings>,
    tokens_cut: Vec<usize>,
}

/// One of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question<'q> {
    #[cfg_attr(not(feature = "words"), expect(dead_code, reason = "words are searched by text"))]
    pub(crate) text: &'q str,
    rows: Option<EmbeddingsRef<'q>>,
    /// Tokens at its end that the model did not read.
    pub(crate) tokens_cut: usize,
}

impl<'q> Questions<'q> {
    /// The questions with these texts, in order.
    pub(crate) fn encode(
        encoder: &Encoder,
        texts: &'q [&'q str],
        ranked_by: RankedBy,
    ) -> Result<Self, Error> {
        if !ranked_by.needs_rows() {
            return Ok(Self { texts, rows: Vec::new(), tokens_cut: vec![0; texts.len()] });
        }
        let encoded = encoder.encode_queries(texts)?;
        let tokens_cut = tokens_cut(&encoded);
        Ok(Self { texts, rows: encoded.embeddings, tokens_cut })
    }

    /// The rows of all, which are encoded.
    pub(super) fn rows(&self) -> &[Embeddings] {
        &self.rows
    }

    /// The first question, which there must be.
    pub(crate) fn first(&self) -> Question<'_> {
        self.iter().next().expect("there is a question")
    }

    /// Each question, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Question<'_>> {
        self.texts.iter().enumerate().map(|(n, text)| Question {
            text,
            rows: self.rows.get(n).map(Embeddings::as_ref),
            tokens_cut: self.tokens_cut[n],
        })
    }

    /// Number of questions of which the model did not read the end.
    pub(crate) fn num_truncated(&self) -> usize {
        self.tokens_cut.iter().filter(|&&cut| cut > 0).count()
    }
}

impl<'q> Question<'q> {
    /// Number of rows; 0 if it is not encoded.
    pub(crate) fn num_rows(&self) -> usize {
        self.rows.map_or(0, |rows| rows.num_tokens())
    }

    /// The rows of a question that is encoded.
    pub(super) fn rows(&self) -> EmbeddingsRef<'q> {
        self.rows.expect("a question is encoded unless words alone are searched")
    }
}
