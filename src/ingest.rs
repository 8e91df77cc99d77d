//! From documents to passages and their embeddings.

use std::borrow::Borrow;
use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicUsize, Ordering};

use jacolbert_core::{Pooling, pooled_passages};
use jacolbert_index::Embeddings;
use jacolbert_model::{
    EncodedPassage, Encoder, Encoding, Error as ModelError, StreamOptions, TokenisedPassage,
};

use crate::{Document, Error, Splitting};
use jacolbert_documents::DocumentBlockBuilder;

/// Bytes of texts after which a part is handed on, so that memory does not grow with their number.
const PART_BYTES: usize = 16 << 20;

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

/// Where passages and documents go, in order.
pub(crate) trait PassageStore: Send {
    /// Takes the next passage.
    fn add(&mut self, passage: Embeddings) -> Result<(), Error>;

    /// Takes the next documents, laid out; their passages are already there.
    fn add_part(&mut self, part: Vec<u8>) -> Result<(), Error>;
}

/// How documents become passages, and where the passages begin.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ingest<'e> {
    pub(crate) encoder: &'e Encoder,
    pub(crate) splitting: Splitting,
    pub(crate) pooling: Pooling,
    pub(crate) first_passage: usize,
}

/// What was stored, and what did not fit the encoder.
#[derive(Debug, Default)]
pub(crate) struct Ingested {
    pub(crate) num_documents: usize,
    pub(crate) truncated: Vec<Truncated>,
}

impl Ingest<'_> {
    /// Splits, tokenises, encodes, pools and stores `documents`, whose ids are known to differ; while
    /// some are encoded, the next are read and tokenised and those before are stored. `progress` gets
    /// the number of documents stored; it may end the work.
    pub(crate) fn run<D: Borrow<Document> + Send>(
        self,
        documents: impl Iterator<Item = Result<D, Error>> + Send,
        store: &mut dyn PassageStore,
        progress: &mut dyn FnMut(usize) -> ControlFlow<()>,
    ) -> Result<Ingested, Error> {
        let splitting = self.splitting.clipped(self.encoder.max_passage_tokens());
        let num_stored = AtomicUsize::new(0);
        let mut shelf = Shelf::new(self, store, &num_stored);
        let numbered = documents.enumerate().map(|(n, document)| Ok((n, document?)));
        let tokenise = |(position, document): (usize, D)| {
            let passages = tokenised_passages(self.encoder, splitting, &document.borrow().text);
            let passages = passages.map_err(|error| in_document(position, error))?;
            Ok(placed(document, passages))
        };
        let take = |round| shelf.take(round);
        let mut report = || match progress(num_stored.load(Ordering::Relaxed)) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(jacolbert_index::Error::Cancelled.into()),
        };
        let options = StreamOptions::default();
        self.encoder.encode_stream(numbered, options, tokenise, take, &mut report)?;
        shelf.finish()
    }
}

/// A text that cannot be tokenised is known by the number of its document.
fn in_document(position: usize, error: ModelError) -> Error {
    match error {
        ModelError::Text { source, .. } => ModelError::Text { text: position, source }.into(),
        other => other.into(),
    }
}

/// The passages of `text`: where each lies, and its tokens.
fn tokenised_passages(
    encoder: &Encoder,
    splitting: Splitting,
    text: &str,
) -> Result<Vec<(Range<usize>, Encoding)>, ModelError> {
    let tokenizer = encoder.tokenizer();
    let whole = tokenizer.encode_passage(text)?;
    let whole_tokens = tokenizer.num_tokens_of(&whole);
    let num_tokens = |part: &str| match part.len() == text.len() {
        true => Ok(whole_tokens),
        false => tokenizer.num_tokens(part),
    };
    let ranges = splitting.ranges(text, num_tokens)?;
    if ranges.len() == 1 {
        return Ok(vec![(0..text.len(), whole)]);
    }
    let encoded = ranges.into_iter().map(|range| {
        let encoding = tokenizer.encode_passage(&text[range.clone()])?;
        Ok((range, encoding))
    });
    encoded.collect()
}

/// A passage on its way.
struct Place<D> {
    /// With the first passage of a document: the document, and where its passages lie.
    begins: Option<(D, Vec<Range<usize>>)>,
    /// Its place among the passages of the document.
    number: usize,
}

fn placed<D>(
    document: D,
    passages: Vec<(Range<usize>, Encoding)>,
) -> Vec<TokenisedPassage<Place<D>>> {
    let (ranges, encodings): (Vec<_>, Vec<_>) = passages.into_iter().unzip();
    let mut begins = Some((document, ranges));
    let numbered = encodings.into_iter().enumerate().map(|(number, encoding)| {
        let passage = Place { begins: begins.take(), number };
        TokenisedPassage { passage, encoding }
    });
    numbered.collect()
}

/// The last stage: passages are pooled and go to the store, their documents are laid out.
struct Shelf<'s> {
    pooling: Pooling,
    store: &'s mut dyn PassageStore,
    /// Documents of which a passage is stored.
    num_stored: &'s AtomicUsize,
    part: DocumentBlockBuilder,
    /// Id of the document whose passages come.
    document_id: String,
    ingested: Ingested,
}

impl<'s> Shelf<'s> {
    fn new(
        ingest: Ingest<'_>,
        store: &'s mut dyn PassageStore,
        num_stored: &'s AtomicUsize,
    ) -> Self {
        Self {
            pooling: ingest.pooling,
            store,
            num_stored,
            part: DocumentBlockBuilder::new(ingest.first_passage),
            document_id: String::new(),
            ingested: Ingested::default(),
        }
    }

    fn take<D: Borrow<Document>>(
        &mut self,
        round: Vec<EncodedPassage<Place<D>>>,
    ) -> Result<(), Error> {
        let mut places = Vec::with_capacity(round.len());
        let embeddings = round.into_iter().map(|encoded| {
            places.push((encoded.passage, encoded.tokens_cut));
            encoded.embeddings
        });
        let pooled = pooled_passages(embeddings.collect(), self.pooling);
        for ((place, tokens_cut), embeddings) in places.into_iter().zip(pooled) {
            if let Some((document, passages)) = place.begins {
                self.begin(document.borrow(), passages)?;
            }
            if tokens_cut > 0 {
                let (document_id, passage) = (self.document_id.clone(), place.number);
                self.ingested.truncated.push(Truncated { document_id, passage, tokens_cut });
            }
            self.store.add(embeddings)?;
        }
        self.num_stored.store(self.ingested.num_documents, Ordering::Relaxed);
        Ok(())
    }

    fn begin(&mut self, document: &Document, passages: Vec<Range<usize>>) -> Result<(), Error> {
        if self.part.text_bytes() >= PART_BYTES {
            self.end_part()?;
        }
        let texts = passages.into_iter().map(|range| &document.text[range]);
        self.part.add(&document.id, &document.metadata.to_string(), texts);
        self.document_id.clone_from(&document.id);
        self.ingested.num_documents += 1;
        Ok(())
    }

    fn end_part(&mut self) -> Result<(), Error> {
        let next = DocumentBlockBuilder::new(self.part.next_passage());
        self.store.add_part(std::mem::replace(&mut self.part, next).build())
    }

    fn finish(mut self) -> Result<Ingested, Error> {
        if !self.part.is_empty() {
            self.end_part()?;
        }
        Ok(self.ingested)
    }
}
