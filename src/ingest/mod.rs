//! From documents to stored passages: read, split, tokenise, encode, pool, store.

mod index_sink;
mod passage_sink;
mod passage_store;
mod splitter;
mod tokenised_document;
mod truncated;

use std::borrow::Borrow;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use jacolbert_core::Pooling;
use jacolbert_documents::Document;
use jacolbert_model::{Encoder, StreamOptions};

pub(crate) use index_sink::IndexSink;
pub(crate) use passage_sink::Ingested;
pub(crate) use passage_store::PassageStore;
pub(crate) use splitter::{OwnSplitter, Splitter};
pub use truncated::Truncated;

use crate::Error;
use passage_sink::PassageSink;
use tokenised_document::tokenise_document;

/// How documents become passages, and the id of the first of them.
#[derive(Debug)]
pub(crate) struct Ingest<'e> {
    pub(crate) encoder: &'e Encoder,
    pub(crate) splitter: Splitter<'e>,
    pub(crate) pooling: Pooling,
    pub(crate) first_passage: usize,
}

impl Ingest<'_> {
    /// Splits, tokenises, encodes, pools and stores `documents`, whose ids are known to differ.
    ///
    /// While some passages are encoded, the next ones are read and tokenised, and the previous ones are
    /// stored. `on_progress` gets the number of stored documents, first 0, and may stop the work.
    pub(crate) fn run<D: Borrow<Document> + Send>(
        self,
        documents: impl Iterator<Item = Result<D, Error>> + Send,
        store: &mut dyn PassageStore,
        on_progress: &mut dyn FnMut(usize) -> ControlFlow<()>,
    ) -> Result<Ingested, Error> {
        let splitter = self.splitter.clipped(self.encoder.max_passage_tokens());
        let num_stored = AtomicUsize::new(0);
        let mut sink = PassageSink::new(self.pooling, self.first_passage, store, &num_stored);
        let numbered = documents.enumerate().map(|(n, document)| Ok((n, document?)));
        let tokenise = |(n, document)| tokenise_document(self.encoder, &splitter, n, document);
        let take = |round| sink.take(round);
        let mut report = || match on_progress(num_stored.load(Ordering::Relaxed)) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::Cancelled),
        };
        report()?;
        let options = StreamOptions::default();
        self.encoder.encode_stream(numbered, options, tokenise, take, &mut report)?;
        sink.finish()
    }
}
