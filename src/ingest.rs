//! From documents to passages and their embeddings.

use std::ops::ControlFlow;

use jacolbert_index::{Embeddings, Pooling};
use jacolbert_model::Encoder;

use crate::document::check_ids;
use crate::documents::PartBuilder;
use crate::{Document, Error, Splitting};

/// Passages that are encoded before they are handed on; the encoder sorts these by length.
const PASSAGES_PER_ROUND: usize = 1_024;

/// A passage that was longer than the encoder takes: its end was cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truncated {
    /// The document that the passage is a part of.
    pub document_id: String,
    /// Its place among the passages of the document, from 0.
    pub passage: usize,
    /// Tokens that were cut off.
    pub tokens_cut: usize,
}

/// Documents laid out for storage, and what did not fit the encoder.
#[derive(Debug)]
pub(crate) struct Ingested {
    pub(crate) part: Vec<u8>,
    pub(crate) truncated: Vec<Truncated>,
}

/// Splits, encodes and pools `documents`; `each` takes the embeddings of every passage, in order, and
/// `progress` the number of passages done and their number in all; it may end the work.
pub(crate) fn ingest(
    encoder: &Encoder,
    documents: &[Document],
    splitting: Splitting,
    pooling: Pooling,
    first_passage: usize,
    each: &mut dyn FnMut(Embeddings) -> Result<(), Error>,
    progress: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
) -> Result<Ingested, Error> {
    check_ids(documents)?;
    let mut part = PartBuilder::new(first_passage);
    let passages = split(encoder, documents, splitting, &mut part)?;
    let mut truncated = Vec::new();
    let mut done = 0;
    for round in passages.chunks(PASSAGES_PER_ROUND) {
        let texts: Vec<&str> = round.iter().map(|passage| passage.text).collect();
        let encoded = encoder.encode_pooled_passages(&texts, pooling)?;
        truncated.extend(encoded.truncated.iter().map(|cut| Truncated {
            document_id: round[cut.text].document.id.clone(),
            passage: round[cut.text].number,
            tokens_cut: cut.tokens_cut,
        }));
        encoded.embeddings.into_iter().try_for_each(&mut *each)?;
        done += round.len();
        if progress(done, passages.len()).is_break() {
            return Err(jacolbert_index::Error::Cancelled.into());
        }
    }
    Ok(Ingested { part: part.build(), truncated })
}

/// A passage on its way to the encoder.
struct Split<'d> {
    document: &'d Document,
    /// Its place among the passages of the document.
    number: usize,
    text: &'d str,
}

fn split<'d>(
    encoder: &Encoder,
    documents: &'d [Document],
    splitting: Splitting,
    part: &mut PartBuilder<'d>,
) -> Result<Vec<Split<'d>>, Error> {
    let splitting = splitting.clipped(encoder.max_passage_tokens());
    let mut passages = Vec::with_capacity(documents.len());
    for document in documents {
        let num_tokens = |text: &str| encoder.num_tokens(text);
        let texts = splitting.split(&document.text, &num_tokens);
        part.add(&document.id, document.metadata.to_string(), texts.iter().copied());
        let numbered = texts.into_iter().enumerate();
        passages.extend(numbered.map(|(number, text)| Split { document, number, text }));
    }
    Ok(passages)
}
