//! Documents in memory, searched exhaustively: no index needed.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use jacolbert_core::Pooling;
use jacolbert_eval::Run;
use jacolbert_index::{Embeddings, EmbeddingsRef, PassageId};
use jacolbert_model::Encoder;
use jacolbert_search::exhaustive_search;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use crate::document_search::DocumentSearch;
use crate::hit::described;
use crate::ingest::{Ingest, PassageStore};
use crate::settings::check_fingerprint;
use crate::{Document, Error, Hit, Query, Splitting, Truncated};
use jacolbert_documents::{Documents, block_name, check_ids};

/// Documents and the embeddings of their passages, in memory.
///
/// Every search scores every passage exactly, which is quick up to some ten thousand passages.
#[derive(Debug)]
pub struct MemoryCollection {
    encoder: Arc<Encoder>,
    embeddings: Vec<Embeddings>,
    documents: Documents<Vec<u8>>,
    num_documents: usize,
}

impl MemoryCollection {
    pub(crate) fn new(encoder: Arc<Encoder>) -> Self {
        Self { encoder, embeddings: Vec::new(), documents: Documents::new(), num_documents: 0 }
    }

    /// Number of documents.
    pub fn num_documents(&self) -> usize {
        self.num_documents
    }

    /// Number of passages.
    pub fn num_passages(&self) -> usize {
        self.embeddings.len()
    }

    /// Encodes documents and adds them, all or none; returns the passages that were cut.
    ///
    /// # Errors
    /// [`Error::EmptyId`], [`Error::DuplicateId`], [`Error::Model`].
    pub fn add(
        &mut self,
        documents: &[Document],
        splitting: Splitting,
    ) -> Result<Vec<Truncated>, Error> {
        self.add_with(documents, splitting, &mut |_, _| ControlFlow::Continue(()))
    }

    /// As [`add`](Self::add); `progress` gets the number of documents encoded and their number in all,
    /// and may end the work, after which the collection is as it was before.
    ///
    /// # Errors
    /// As [`add`](Self::add), and [`jacolbert_index::Error::Cancelled`] within [`Error::Index`].
    pub fn add_with(
        &mut self,
        documents: &[Document],
        splitting: Splitting,
        progress: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
    ) -> Result<Vec<Truncated>, Error> {
        check_ids(documents)?;
        for (position, document) in documents.iter().enumerate() {
            if !self.documents.passages_of(&document.id)?.is_empty() {
                return Err(jacolbert_documents::Error::DuplicateId {
                    id: document.id.clone(),
                    position,
                }
                .into());
            }
        }
        let (first_passage, pooling) = (self.num_passages(), Pooling::default());
        let ingest = Ingest { encoder: &self.encoder, splitting, pooling, first_passage };
        let (mut added, of) = (Added::default(), documents.len());
        let ingested =
            ingest.run(documents.iter().map(Ok), &mut added, &mut |done| progress(done, of))?;
        for part in added.parts {
            self.documents.push(Path::new("documents in memory"), part)?;
        }
        self.embeddings.extend(added.embeddings);
        self.num_documents += ingested.num_documents;
        Ok(ingested.truncated)
    }

    /// The best `k` passages for `query`, best first.
    ///
    /// # Errors
    /// [`Error::Model`], [`Error::Search`].
    pub fn search(&self, query: &str, k: usize) -> Result<Vec<Hit>, Error> {
        let query = self.encoder.encode_query(query)?.embeddings;
        described(&exhaustive_search(query.as_ref(), self.passages(), k)?, &self.documents)
    }

    /// The hits of every query, in order.
    ///
    /// # Errors
    /// As [`search`](Self::search).
    pub fn search_batch(&self, queries: &[&str], k: usize) -> Result<Vec<Vec<Hit>>, Error> {
        let queries = self.encoder.encode_queries(queries)?.embeddings;
        let hits = |query: &Embeddings| {
            described(&exhaustive_search(query.as_ref(), self.passages(), k)?, &self.documents)
        };
        queries.iter().map(hits).collect()
    }

    /// The best documents for every query as a run, which [`eval`](jacolbert_eval) judges: `k` of them
    /// a query, or as many as there are, each with the score of its best passage.
    ///
    /// `progress` gets the number of queries done and their number in all, and may end the work.
    ///
    /// # Errors
    /// As [`search`](Self::search), [`Error::DuplicateQuery`], [`Error::Eval`] for an empty id, and
    /// [`jacolbert_index::Error::Cancelled`] within [`Error::Index`].
    pub fn run(
        &self,
        name: &str,
        queries: &[Query],
        k: usize,
        progress: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
    ) -> Result<Run, Error> {
        let search = |queries: &[Embeddings], k| {
            let hits = |query: &Embeddings| exhaustive_search(query.as_ref(), self.passages(), k);
            Ok(queries.iter().map(hits).collect::<Result<_, _>>()?)
        };
        let (encoder, documents) = (&self.encoder, &self.documents);
        DocumentSearch { encoder, documents, search: &search, k }.run(name, queries, progress)
    }

    /// As [`search`](Self::search), among the passages of the given documents only.
    ///
    /// # Errors
    /// As [`search`](Self::search), and [`Error::UnknownId`].
    pub fn search_among(
        &self,
        query: &str,
        document_ids: &[&str],
        k: usize,
    ) -> Result<Vec<Hit>, Error> {
        let mut ids = Vec::new();
        for &id in document_ids {
            let passages = self.documents.passages_of(id)?;
            if passages.is_empty() {
                return Err(Error::UnknownId { id: id.into() });
            }
            ids.extend(passages);
        }
        ids.sort_unstable();
        ids.dedup();
        let among = ids.into_iter().map(|id| (id, self.embeddings[id.index()].as_ref()));
        let query = self.encoder.encode_query(query)?.embeddings;
        described(&exhaustive_search(query.as_ref(), among, k)?, &self.documents)
    }

    /// All passages with their ids.
    fn passages(&self) -> impl Iterator<Item = (PassageId, EmbeddingsRef<'_>)> {
        (0..).map(PassageId).zip(self.embeddings.iter().map(Embeddings::as_ref))
    }

    /// Forgets all documents.
    pub fn clear(&mut self) {
        *self = Self::new(self.encoder.clone());
    }

    /// Writes documents and embeddings to one safetensors file, exactly.
    ///
    /// # Errors
    /// [`Error::Io`]; a file that was there before stays as it was. [`Error::Model`] if the model's
    /// fingerprint cannot be taken.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let io = |source| Error::io(path, source);
        let fingerprint = self.encoder.fingerprint()?.to_string();
        let bytes = self.to_safetensors(fingerprint).map_err(|e| io(std::io::Error::other(e)))?;
        let new = path.with_added_extension("jacolbert-new");
        let written = fs::File::create(&new)
            .and_then(|mut file| file.write_all(&bytes).and_then(|()| file.sync_all()));
        written.and_then(|()| fs::rename(&new, path)).map_err(io)
    }

    /// Reads what [`save`](Self::save) wrote.
    pub(crate) fn load(encoder: Arc<Encoder>, path: &Path) -> Result<Self, Error> {
        let bytes = fs::read(path).map_err(|source| Error::io(path, source))?;
        let tensors = SafeTensors::deserialize(&bytes)
            .map_err(|cause| Error::corrupt(path, cause.to_string()))?;
        let mut documents = Documents::new();
        while let Ok(part) = tensors.tensor(&block_name(documents.blocks().len())) {
            documents.push(path, part.data().to_vec())?;
        }
        let embeddings = embeddings_of(path, &tensors, encoder.dim())?;
        check_fingerprint(path, fingerprint(&bytes).as_deref(), &encoder)?;
        if documents.num_passages() != embeddings.len() {
            return Err(Error::corrupt(path, "documents and vectors do not agree"));
        }
        let num_documents = documents.num_documents();
        Ok(Self { encoder, embeddings, documents, num_documents })
    }

    fn to_safetensors(&self, fingerprint: String) -> Result<Vec<u8>, safetensors::SafeTensorError> {
        let mut values = Vec::new();
        let mut lengths = Vec::new();
        for passage in &self.embeddings {
            values.extend(passage.values().iter().flat_map(|value| value.to_le_bytes()));
            lengths.extend((passage.num_tokens() as u64).to_le_bytes());
        }
        let dim = self.encoder.dim();
        let tokens = vec![values.len() / 4 / dim, dim];
        let passages = vec![self.embeddings.len()];
        let mut tensors = BTreeMap::from([
            (EMBEDDINGS.to_string(), TensorView::new(Dtype::F32, tokens, &values)?),
            (LENGTHS.to_string(), TensorView::new(Dtype::U64, passages, &lengths)?),
        ]);
        for (n, block) in self.documents.blocks().iter().enumerate() {
            tensors.insert(
                block_name(n),
                TensorView::new(Dtype::U8, vec![block.bytes().len()], block.bytes())?,
            );
        }
        safetensors::serialize(tensors, Some([(FINGERPRINT.into(), fingerprint)].into()))
    }
}

/// What is added, until all of it is there.
#[derive(Default)]
struct Added {
    embeddings: Vec<Embeddings>,
    parts: Vec<Vec<u8>>,
}

impl PassageStore for Added {
    fn add(&mut self, passage: Embeddings) -> Result<(), Error> {
        self.embeddings.push(passage);
        Ok(())
    }

    fn add_part(&mut self, part: Vec<u8>) -> Result<(), Error> {
        self.parts.push(part);
        Ok(())
    }
}

/// Key of the file's metadata with the fingerprint of the model.
const FINGERPRINT: &str = "fingerprint";
/// Tensor with the rows of all passages, `[tokens, dim]`.
const EMBEDDINGS: &str = "embeddings";
/// Tensor with the number of tokens of each passage, `[passages]`.
const LENGTHS: &str = "lengths";

/// The fingerprint of the model that encoded the file `bytes`, if the file is not older.
fn fingerprint(bytes: &[u8]) -> Option<String> {
    let (_, metadata) = SafeTensors::read_metadata(bytes).ok()?;
    metadata.metadata().as_ref()?.get(FINGERPRINT).cloned()
}

fn embeddings_of(
    path: &Path,
    tensors: &SafeTensors<'_>,
    dim: usize,
) -> Result<Vec<Embeddings>, Error> {
    let corrupt = |what: &str| Error::corrupt(path, what);
    let tensor = |name: &str, dtype: Dtype| {
        let found = tensors.tensor(name).ok().filter(|tensor| tensor.dtype() == dtype);
        found.ok_or_else(|| Error::corrupt(path, format!("tensor {name}")))
    };
    let (rows, lengths) = (tensor(EMBEDDINGS, Dtype::F32)?, tensor(LENGTHS, Dtype::U64)?);
    if rows.shape().last() != Some(&dim) {
        let found = rows.shape().last().copied().unwrap_or_default();
        return Err(jacolbert_index::Error::Dim { expected: dim, found }.into());
    }
    let (values, _) = rows.data().as_chunks::<4>();
    let mut values = values.iter().map(|bytes| f32::from_le_bytes(*bytes));
    let (lengths, _) = lengths.data().as_chunks::<8>();
    let mut passages = Vec::with_capacity(lengths.len());
    for bytes in lengths {
        let length = usize::try_from(u64::from_le_bytes(*bytes)).ok();
        let length = length.and_then(|length| length.checked_mul(dim));
        let length = length.filter(|&length| length <= values.len());
        let length = length.ok_or_else(|| corrupt("lengths of the passages"))?;
        let passage = Embeddings::new(values.by_ref().take(length).collect(), dim);
        passages.push(passage.map_err(|cause| corrupt(&cause.to_string()))?);
    }
    if values.len() > 0 {
        return Err(corrupt("lengths of the passages"));
    }
    Ok(passages)
}
