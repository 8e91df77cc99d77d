//! What is exported.

use std::path::Path;

use jacolbert::{Collection, Filter, FilterError, Storage};

use crate::error::Error;
use crate::export_summary::ExportSummary;
use crate::exported_passages::ExportedPassages;
use crate::parquet_file::write_parquet;
use crate::qdrant::{QdrantVectors, write_qdrant};
use crate::settings::{Precision, VectorSource};

/// An export of a collection: settings, and at the end [`write_parquet`](Self::write_parquet),
/// [`write_qdrant`](Self::write_qdrant) or [`passages`](Self::passages).
///
/// All of it is one state of the collection, whatever changes meanwhile.
///
/// ```no_run
/// use jacolbert::Collection;
/// use jacolbert_export::{Export, Precision, VectorSource};
///
/// let collection = Collection::open("my-index")?;
/// let summary = Export::new(&collection)
///     .filter("lang = 'ja'")
///     .vectors(VectorSource::Encoded)
///     .precision(Precision::F16)
///     .write_parquet("passages.parquet")?;
/// println!("{} passages, {} vectors", summary.num_passages, summary.num_vectors);
/// # Ok::<(), jacolbert_export::Error>(())
/// ```
#[must_use = "nothing is exported before `write_parquet`, `write_qdrant` or `passages`"]
#[derive(Debug)]
pub struct Export<'c, S: Storage> {
    collection: &'c Collection<S>,
    filter: Result<Option<Filter>, FilterError>,
    source: VectorSource,
    precision: Precision,
}

impl<'c, S: Storage> Export<'c, S> {
    /// All passages of `collection` with the stored vectors.
    pub fn new(collection: &'c Collection<S>) -> Self {
        Self {
            collection,
            filter: Ok(None),
            source: VectorSource::default(),
            precision: Precision::default(),
        }
    }

    /// Only passages of documents whose metadata pass `filter`: a text, or a [`Filter`] that is built.
    pub fn filter(mut self, filter: impl TryInto<Filter, Error: Into<FilterError>>) -> Self {
        self.filter = filter.try_into().map(Some).map_err(Into::into);
        self
    }

    /// Where the vectors come from, by default [`VectorSource::Stored`].
    pub fn vectors(mut self, source: VectorSource) -> Self {
        self.source = source;
        self
    }

    /// The number format of vectors in Parquet, by default [`Precision::F32`].
    pub fn precision(mut self, precision: Precision) -> Self {
        self.precision = precision;
        self
    }

    /// The passages one after the other, document by document in the order of adding.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// for passage in jacolbert_export::Export::new(&collection).passages()? {
    ///     let passage = passage?;
    ///     println!("{} {} vectors", passage.document_id, passage.embeddings.num_tokens());
    /// }
    /// # Ok::<(), jacolbert_export::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Collection`] if the filter is none; also for each passage, where the collection is damaged.
    pub fn passages(self) -> Result<ExportedPassages<S>, Error> {
        let filter = self.filter.map_err(jacolbert::Error::from)?;
        let documents = self.collection.documents();
        let documents = match filter {
            Some(filter) => documents.filter(filter),
            None => documents,
        };
        Ok(ExportedPassages::new(self.collection.retriever(), documents.into_iter(), self.source))
    }

    /// Writes a Parquet file, one row per passage. An existing file is never overwritten, and one that could not be
    /// written to its end is not left behind.
    ///
    /// | column | type |
    /// |---|---|
    /// | `passage_id`, `passage_number`, `num_passages` | `UINT_32` |
    /// | `document_id`, `content` | text |
    /// | `metadata` | text, JSON; null if there is none |
    /// | `embeddings` | a list of vectors, each a list of `dim` floats: `[tokens, dim]` |
    ///
    /// # Errors
    /// As [`passages`](Self::passages); [`Error::Exists`], [`Error::Io`], [`Error::Parquet`].
    pub fn write_parquet(self, path: impl AsRef<Path>) -> Result<ExportSummary, Error> {
        let precision = self.precision;
        write_parquet(self.passages()?, precision, path.as_ref())
    }

    /// Writes JSON lines for Qdrant, each the body of one `PUT /collections/{name}/points`. An existing file is never
    /// overwritten, and one that could not be written to its end is not left behind.
    ///
    /// The id of a point is the passage's. Its payload has `document_id`, `content`, `passage_number`, `num_passages`
    /// and the document's `metadata`.
    ///
    /// # Errors
    /// As [`passages`](Self::passages); [`Error::EmptyName`], [`Error::Exists`], [`Error::Io`], [`Error::TooLarge`].
    pub fn write_qdrant(
        self,
        path: impl AsRef<Path>,
        vectors: &QdrantVectors,
    ) -> Result<ExportSummary, Error> {
        write_qdrant(self.passages()?, path.as_ref(), vectors)
    }
}
