//! Results of a search, as users read them.

use std::ops::Deref;

use jacolbert_documents::Documents;
use jacolbert_index::PassageId;
use jacolbert_model::Encoded;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Error;

/// A passage that was found for a query.
///
/// ```
/// use jacolbert::Hit;
///
/// let hit: Hit = serde_json::from_str(
///     r#"{"content":"富士山は高い。","score":12.5,"rank":1,"document_id":"fuji","passage_id":0,
///         "metadata":null}"#,
/// )?;
/// assert_eq!((hit.rank, hit.document_id.as_str()), (1, "fuji"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Hit {
    /// The text of the passage.
    pub content: String,
    /// Its MaxSim score; see [`maxsim`](crate::search::maxsim).
    pub score: f32,
    /// Its place among the hits, from 1.
    pub rank: usize,
    /// The id of the passage's document.
    pub document_id: String,
    /// The id of the passage, for [`Collection::explain`](crate::Collection::explain).
    pub passage_id: PassageId,
    /// The metadata of the passage's document.
    pub metadata: Value,
}

/// A text that was reranked for a query.
///
/// ```no_run
/// use jacolbert::Retriever;
///
/// let retriever = Retriever::from_dir("assets/mini")?;
/// for best in retriever.rerank("一番高い山は？", ["海は広い。", "富士山は高い。"], 10)?.iter() {
///     println!("{} (was {}) {}", best.rank, best.position + 1, best.content);
/// }
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reranked {
    /// The text.
    pub content: String,
    /// Its MaxSim score; see [`maxsim`](crate::search::maxsim).
    pub score: f32,
    /// Its new place, from 1.
    pub rank: usize,
    /// Its place among the given texts, from 0.
    pub position: usize,
    /// Tokens at the end of the text that the model did not read because the text was too long; 0 for
    /// most texts.
    pub tokens_cut: usize,
}

/// The results for one query, best first, and whether the query was truncated.
///
/// It dereferences to a slice of [`Hit`] (or of [`Reranked`]).
///
/// ```no_run
/// use jacolbert::Collection;
///
/// let hits = Collection::open("my-index")?.search("一番高い山は？", 10)?;
/// if hits.is_truncated() {
///     println!("the query is {} tokens too long", hits.tokens_cut());
/// }
/// for hit in &hits {
///     println!("{} {:.2} {}", hit.rank, hit.score, hit.content);
/// }
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hits<T = Hit> {
    hits: Vec<T>,
    tokens_cut: usize,
}

impl<T> Hits<T> {
    pub(crate) fn new(hits: Vec<T>, tokens_cut: usize) -> Self {
        Self { hits, tokens_cut }
    }

    /// Tokens at the end of the query that the model did not read because the query was too long; 0
    /// for most queries.
    ///
    /// ```no_run
    /// # let hits = jacolbert::Collection::open("my-index")?.search("一番高い山は？", 10)?;
    /// println!("{} tokens were not read", hits.tokens_cut());
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn tokens_cut(&self) -> usize {
        self.tokens_cut
    }

    /// Whether the query was too long for the model, so that its end was not read.
    ///
    /// ```no_run
    /// # let hits = jacolbert::Collection::open("my-index")?.search("一番高い山は？", 10)?;
    /// assert!(!hits.is_truncated());
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn is_truncated(&self) -> bool {
        self.tokens_cut > 0
    }

    /// The hits alone.
    ///
    /// ```no_run
    /// # let hits = jacolbert::Collection::open("my-index")?.search("一番高い山は？", 10)?;
    /// let hits: Vec<jacolbert::Hit> = hits.into_vec();
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn into_vec(self) -> Vec<T> {
        self.hits
    }
}

impl<T> Deref for Hits<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.hits
    }
}

impl<T> IntoIterator for Hits<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.hits.into_iter()
    }
}

impl<'h, T> IntoIterator for &'h Hits<T> {
    type Item = &'h T;
    type IntoIter = std::slice::Iter<'h, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.hits.iter()
    }
}

/// How many tokens of each text the model did not read.
pub(crate) fn tokens_cut(encoded: &Encoded) -> Vec<usize> {
    let mut tokens_cut = vec![0; encoded.embeddings.len()];
    for truncation in &encoded.truncated {
        tokens_cut[truncation.text] = truncation.tokens_cut;
    }
    tokens_cut
}

/// The found passages with what `documents` store about them.
pub(crate) fn describe_hits<B: AsRef<[u8]>>(
    found: &[jacolbert_search::Hit],
    documents: &Documents<B>,
) -> Result<Vec<Hit>, Error> {
    let describe = |(n, hit): (usize, &jacolbert_search::Hit)| {
        let passage = documents.passage(hit.passage)?;
        Ok(Hit {
            content: passage.text.into(),
            score: hit.score,
            rank: n + 1,
            document_id: passage.document_id.into(),
            passage_id: hit.passage,
            metadata: documents.metadata(hit.passage)?,
        })
    };
    found.iter().enumerate().map(describe).collect()
}
