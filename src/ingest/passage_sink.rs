//! The last stage: passages are pooled and stored, and their documents are laid out.

use std::borrow::Borrow;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use jacolbert_core::{Pooling, pooled_passages};
use jacolbert_documents::{Document, DocumentBlockBuilder};
use jacolbert_model::EncodedPassage;

use super::passage_store::PassageStore;
use super::tokenised_document::PassageMeta;
use super::truncated::Truncated;
use crate::Error;

/// Bytes of texts after which a block is handed on, so that memory does not grow with their number.
const BLOCK_BYTES: usize = 16 << 20;

/// What was stored, and which passages were too long for the encoder.
#[derive(Debug, Default)]
pub(crate) struct Ingested {
    pub(crate) num_documents: usize,
    pub(crate) truncated: Vec<Truncated>,
}

/// Takes encoded passages, in order, round by round.
pub(super) struct PassageSink<'s> {
    pooling: Pooling,
    store: &'s mut dyn PassageStore,
    /// Documents of which at least one passage is stored.
    num_stored: &'s AtomicUsize,
    block: DocumentBlockBuilder,
    /// Id of the document that the next passages belong to.
    document_id: String,
    ingested: Ingested,
}

impl<'s> PassageSink<'s> {
    pub(super) fn new(
        pooling: Pooling,
        first_passage: usize,
        store: &'s mut dyn PassageStore,
        num_stored: &'s AtomicUsize,
    ) -> Self {
        Self {
            pooling,
            store,
            num_stored,
            block: DocumentBlockBuilder::new(first_passage),
            document_id: String::new(),
            ingested: Ingested::default(),
        }
    }

    pub(super) fn take<D: Borrow<Document>>(
        &mut self,
        round: Vec<EncodedPassage<PassageMeta<D>>>,
    ) -> Result<(), Error> {
        let mut metas = Vec::with_capacity(round.len());
        let embeddings = round.into_iter().map(|encoded| {
            metas.push((encoded.passage, encoded.tokens_cut));
            encoded.embeddings
        });
        let pooled = pooled_passages(embeddings.collect(), self.pooling);
        for ((meta, tokens_cut), embeddings) in metas.into_iter().zip(pooled) {
            if let Some((document, passages)) = meta.begins {
                self.begin_document(document.borrow(), passages)?;
            }
            if tokens_cut > 0 {
                let document_id = self.document_id.clone();
                let cut = Truncated { document_id, passage: meta.number, tokens_cut };
                self.ingested.truncated.push(cut);
            }
            self.store.add(embeddings)?;
        }
        self.num_stored.store(self.ingested.num_documents, Ordering::Relaxed);
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Ingested, Error> {
        if !self.block.is_empty() {
            self.end_block()?;
        }
        Ok(self.ingested)
    }

    fn begin_document(
        &mut self,
        document: &Document,
        passages: Vec<Range<usize>>,
    ) -> Result<(), Error> {
        if self.block.text_bytes() >= BLOCK_BYTES {
            self.end_block()?;
        }
        let texts = passages.into_iter().map(|range| &document.text[range]);
        self.block.add(&document.id, &document.metadata.to_string(), texts);
        self.document_id.clone_from(&document.id);
        self.ingested.num_documents += 1;
        Ok(())
    }

    fn end_block(&mut self) -> Result<(), Error> {
        let next = DocumentBlockBuilder::new(self.block.next_passage());
        self.store.add_block(std::mem::replace(&mut self.block, next).build())
    }
}
