//! The passages of an export, one after the other.

use std::collections::VecDeque;
use std::fmt;

use jacolbert::{
    DocumentIter, Embeddings, PassageId, Retriever, Storage, StoredDocument, StoredPassage,
};
use serde_json::Value;

use crate::error::Error;
use crate::settings::VectorSource;

/// A passage with all its vectors.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ExportedPassage {
    /// The id of its document.
    pub document_id: String,
    /// Its id.
    pub passage_id: PassageId,
    /// Its place among the passages of its document, from 0.
    pub passage_number: usize,
    /// Number of passages of its document.
    pub num_passages: usize,
    /// Its text.
    pub content: String,
    /// The metadata of its document; null if there is none.
    pub metadata: Value,
    /// Its vectors, `[tokens, dim]`, each of length 1. An empty text has those of its markers.
    pub embeddings: Embeddings,
}

/// The passages of an export; made by [`Export::passages`](crate::Export::passages).
///
/// An error ends it.
pub struct ExportedPassages<S: Storage> {
    retriever: Retriever,
    documents: DocumentIter<S>,
    source: VectorSource,
    ready: VecDeque<ExportedPassage>,
    has_failed: bool,
}

/// How many passages are encoded at once, at least.
const ROUND: usize = 256;

impl<S: Storage> ExportedPassages<S> {
    pub(crate) fn new(
        retriever: Retriever,
        documents: DocumentIter<S>,
        source: VectorSource,
    ) -> Self {
        let (ready, has_failed) = (VecDeque::new(), false);
        Self { retriever, documents, source, ready, has_failed }
    }

    /// Number of components of each vector.
    pub fn dim(&self) -> usize {
        self.retriever.encoder().dim()
    }

    /// Reads the next documents until there are passages; none are left if there are none then.
    fn read_round(&mut self) -> Result<(), Error> {
        match self.source {
            VectorSource::Stored => {
                let Some(document) = self.documents.next().transpose()? else { return Ok(()) };
                let stored =
                    |passage: &StoredPassage| self.documents.embeddings(passage.passage_id);
                let embeddings = document.passages.iter().map(stored).collect::<Result<_, _>>()?;
                self.ready.extend(exported(document, embeddings));
                Ok(())
            }
            VectorSource::Encoded => self.encode_round(),
        }
    }

    fn encode_round(&mut self) -> Result<(), Error> {
        let mut round: Vec<StoredDocument> = Vec::new();
        while round.iter().map(|document| document.passages.len()).sum::<usize>() < ROUND
            && let Some(document) = self.documents.next().transpose()?
        {
            round.push(document);
        }
        let passages = round.iter().flat_map(|document| &document.passages);
        let texts: Vec<&str> = passages.map(|passage| passage.content.as_str()).collect();
        let encoded =
            self.retriever.encoder().encode_passages(&texts).map_err(jacolbert::Error::from)?;
        let mut embeddings = encoded.embeddings.into_iter();
        for document in round {
            let ours = embeddings.by_ref().take(document.passages.len()).collect();
            self.ready.extend(exported(document, ours));
        }
        Ok(())
    }
}

/// The passages of `document` with `embeddings`, which are in the same order.
fn exported(
    document: StoredDocument,
    embeddings: Vec<Embeddings>,
) -> impl Iterator<Item = ExportedPassage> {
    let StoredDocument { id, passages, metadata, .. } = document;
    let num_passages = passages.len();
    let export =
        move |(passage_number, (passage, embeddings)): (usize, (StoredPassage, Embeddings))| {
            ExportedPassage {
                document_id: id.clone(),
                passage_id: passage.passage_id,
                passage_number,
                num_passages,
                content: passage.content,
                metadata: metadata.clone(),
                embeddings,
            }
        };
    passages.into_iter().zip(embeddings).enumerate().map(export)
}

impl<S: Storage> Iterator for ExportedPassages<S> {
    type Item = Result<ExportedPassage, Error>;

    fn next(&mut self) -> Option<Result<ExportedPassage, Error>> {
        if self.has_failed {
            return None;
        }
        if self.ready.is_empty()
            && let Err(error) = self.read_round()
        {
            self.has_failed = true;
            return Some(Err(error));
        }
        self.ready.pop_front().map(Ok)
    }
}

impl<S: Storage> fmt::Debug for ExportedPassages<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExportedPassages").field("source", &self.source).finish_non_exhaustive()
    }
}
