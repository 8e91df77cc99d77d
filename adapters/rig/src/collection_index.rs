//! A collection as an index of rig.

use std::fmt;
use std::sync::Arc;

#[cfg(feature = "words")]
use jacolbert::Fusion;
use jacolbert::{Collection, DocumentHit, Hit, OnDisk, QueryBuilder, Storage};
use rig_core::vector_store::request::VectorSearchRequest;
use rig_core::vector_store::{
    VectorSearchIdResult, VectorSearchResult, VectorStoreError, VectorStoreIndex,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::blocking::compute;
use crate::metadata_filter::MetadataFilter;

/// A collection as a [`VectorStoreIndex`] of rig, and so as a tool, `search_vector_store`, that a model can call.
///
/// The results are passages. Each has the id of its document, so that two passages of one document have the same id;
/// [`by_document`](Self::by_document) gives each document once. What `top_n` deserialises is a [`Hit`], or anything that
/// can be read from the JSON of one:
///
/// ```no_run
/// use jacolbert::Collection;
/// use jacolbert_rig::CollectionIndex;
/// use rig_core::vector_store::{VectorSearchRequest, VectorStoreIndex};
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Article {
///     content: String,
///     metadata: Dates,
/// }
///
/// #[derive(Deserialize)]
/// struct Dates {
///     year: i64,
/// }
///
/// # async fn search() -> Result<(), Box<dyn std::error::Error>> {
/// let index = CollectionIndex::new(Collection::open("my-index")?);
/// let request = VectorSearchRequest::builder().query("一番高い山は？").samples(3).build();
/// for result in index.top_n::<Article>(request).await? {
///     println!("{} {}", result.document.metadata.year, result.document.content);
/// }
/// # Ok(())
/// # }
/// ```
///
/// The score of a result is [`Hit::normalised_score`], the mean cosine of the tokens of the query, at most 1; with
/// `hybrid` it is [`Hit::score`]. The threshold of a request is compared with it. Unrelated passages often reach 0.9,
/// so measure a threshold before you use one.
///
/// Documents are added with [`Collection::add`]: rig's `InsertDocuments` brings one vector per text, where late
/// interaction needs one per token. Searches go on while documents are added.
pub struct CollectionIndex<S: Storage = OnDisk> {
    collection: Arc<Collection<S>>,
    settings: Settings,
}

#[derive(Debug, Clone, Copy, Default)]
struct Settings {
    by_document: bool,
    #[cfg(feature = "words")]
    hybrid: Option<Fusion>,
}

impl Settings {
    fn is_hybrid(self) -> bool {
        #[cfg(feature = "words")]
        return self.hybrid.is_some();
        #[cfg(not(feature = "words"))]
        false
    }
}

impl<S: Storage> CollectionIndex<S> {
    /// An index of `collection`, whose results are passages. A collection in an [`Arc`] can be changed beside it.
    ///
    /// ```no_run
    /// use std::sync::Arc;
    ///
    /// use jacolbert::Collection;
    /// use jacolbert_rig::CollectionIndex;
    ///
    /// let collection = Arc::new(Collection::open("my-index")?);
    /// let index = CollectionIndex::new(collection.clone());
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn new(collection: impl Into<Arc<Collection<S>>>) -> Self {
        Self { collection: collection.into(), settings: Settings::default() }
    }

    /// Searches for documents instead of passages. What `top_n` deserialises is a [`DocumentHit`], which has the best
    /// passages of the document, at most three.
    ///
    /// ```no_run
    /// # use jacolbert_rig::CollectionIndex;
    /// let index = CollectionIndex::new(jacolbert::Collection::open("my-index")?).by_document();
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    #[must_use]
    pub fn by_document(mut self) -> Self {
        self.settings.by_document = true;
        self
    }

    /// Searches for words too and unites both rankings by `fusion`. The collection needs words.
    ///
    /// ```no_run
    /// # use jacolbert_rig::CollectionIndex;
    /// use jacolbert::Fusion;
    ///
    /// let collection = jacolbert::Collection::open("my-index")?;
    /// let index = CollectionIndex::new(collection).hybrid(Fusion::default());
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    #[cfg(feature = "words")]
    #[must_use]
    pub fn hybrid(mut self, fusion: Fusion) -> Self {
        self.settings.hybrid = Some(fusion);
        self
    }

    /// The collection.
    pub fn collection(&self) -> &Arc<Collection<S>> {
        &self.collection
    }
}

impl<S: Storage> fmt::Debug for CollectionIndex<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CollectionIndex").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// The most passages of a document that a search for documents returns.
const MAX_PASSAGES: usize = 3;

/// What was found, before it is turned into what the caller asked for.
enum Found {
    Passage(Hit),
    Document(DocumentHit),
}

impl Found {
    fn id(&self) -> &str {
        match self {
            Self::Passage(hit) => &hit.document_id,
            Self::Document(hit) => &hit.document_id,
        }
    }

    fn score(&self, is_hybrid: bool) -> f64 {
        let (score, normalised) = match self {
            Self::Passage(hit) => (hit.score, hit.normalised_score),
            Self::Document(hit) => (hit.score, hit.normalised_score),
        };
        (if is_hybrid { score } else { normalised }).into()
    }

    fn deserialise<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        fn through_json<T: DeserializeOwned>(hit: &impl Serialize) -> Result<T, serde_json::Error> {
            serde_json::from_value(serde_json::to_value(hit)?)
        }
        match self {
            Self::Passage(hit) => through_json(hit),
            Self::Document(hit) => through_json(hit),
        }
    }
}

impl<S: Storage + 'static> CollectionIndex<S> {
    /// What is found for `request`, with scores, best first.
    async fn find(
        &self,
        request: VectorSearchRequest<MetadataFilter>,
    ) -> Result<Vec<(f64, Found)>, VectorStoreError> {
        let (collection, settings) = (self.collection.clone(), self.settings);
        compute(move || search(&collection, settings, &request))
            .await
            .map_err(VectorStoreError::datastore)?
    }
}

fn search<S: Storage>(
    collection: &Collection<S>,
    settings: Settings,
    request: &VectorSearchRequest<MetadataFilter>,
) -> Result<Vec<(f64, Found)>, VectorStoreError> {
    let query = query(collection, settings, request)?;
    let found: Vec<Found> = if settings.by_document {
        let hits = query.by_document(MAX_PASSAGES).search().map_err(VectorStoreError::datastore)?;
        hits.into_iter().map(Found::Document).collect()
    } else {
        let hits = query.search().map_err(VectorStoreError::datastore)?;
        hits.into_iter().map(Found::Passage).collect()
    };
    let least = request.threshold().unwrap_or(f64::NEG_INFINITY);
    let scored = found.into_iter().map(|hit| (hit.score(settings.is_hybrid()), hit));
    Ok(scored.filter(|(score, _)| *score >= least).collect())
}

/// The query with all that `request` and `settings` say.
fn query<'c, S: Storage>(
    collection: &'c Collection<S>,
    settings: Settings,
    request: &VectorSearchRequest<MetadataFilter>,
) -> Result<QueryBuilder<'c, S>, VectorStoreError> {
    // No more can be found than there are.
    let k = usize::try_from(request.samples()).unwrap_or(usize::MAX).min(collection.num_passages());
    let mut query = collection.query(request.query()).k(k);
    if let Some(filter) = request.filter() {
        let filter = filter.get().map_err(|error| VectorStoreError::FilterError(error.into()))?;
        query = query.filter(filter);
    }
    #[cfg(feature = "words")]
    if let Some(fusion) = settings.hybrid {
        query = query.hybrid(fusion);
    }
    let _ = settings;
    Ok(query)
}

impl<S: Storage + 'static> VectorStoreIndex for CollectionIndex<S> {
    type Filter = MetadataFilter;

    async fn top_n<T: DeserializeOwned + Send>(
        &self,
        request: VectorSearchRequest<MetadataFilter>,
    ) -> Result<Vec<VectorSearchResult<T>>, VectorStoreError> {
        let result = |(score, found): &(f64, Found)| {
            let document = found.deserialise()?;
            Ok(VectorSearchResult { score: *score, id: found.id().into(), document })
        };
        self.find(request).await?.iter().map(result).collect()
    }

    async fn top_n_ids(
        &self,
        request: VectorSearchRequest<MetadataFilter>,
    ) -> Result<Vec<VectorSearchIdResult>, VectorStoreError> {
        let found = self.find(request).await?;
        let result =
            |(score, found): (f64, Found)| VectorSearchIdResult { score, id: found.id().into() };
        Ok(found.into_iter().map(result).collect())
    }
}
