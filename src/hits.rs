//! The results of a search for one query.

use std::ops::Deref;

use jacolbert_model::Encoded;
use serde::{Deserialize, Serialize};

use crate::passage_hit::Hit;

/// The results for one query, best first, and whether the query was truncated.
///
/// It dereferences to a slice of [`Hit`], of [`DocumentHit`](crate::DocumentHit) or of
/// [`Reranked`](crate::Reranked).
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
    num_query_rows: usize,
    tokens_cut: usize,
}

impl<T> Hits<T> {
    pub(crate) fn new(hits: Vec<T>, num_query_rows: usize, tokens_cut: usize) -> Self {
        Self { hits, num_query_rows, tokens_cut }
    }

    /// Tokens at the end of the query that the model did not read because the query was too long; 0
    /// for most queries. A [longer query](crate::Loader::query_length) is an option of loading.
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

    /// Number of rows of the query: its tokens with `[CLS]`, marker, `[SEP]` and the `[MASK]`s that fill it. A
    /// score is a sum of as many cosines, so that it is at most this number.
    ///
    /// ```no_run
    /// # let hits = jacolbert::Collection::open("my-index")?.search("一番高い山は？", 10)?;
    /// println!("{:.2} of {}", hits[0].score, hits.num_query_rows());
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn num_query_rows(&self) -> usize {
        self.num_query_rows
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
