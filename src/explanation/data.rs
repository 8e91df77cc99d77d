//! Why a passage has its score, as data.

use std::ops::Range;

use jacolbert_model::TokenRole;
use serde::{Deserialize, Serialize};

/// For each token of a query the token of a passage that it matches best.
///
/// [`to_text`](Self::to_text) shows it on a terminal, [`to_html`](Self::to_html) as a page.
///
/// ```no_run
/// use jacolbert::Collection;
///
/// let collection = Collection::open("my-index")?;
/// let query = "一番高い山は？";
/// for hit in &collection.search(query, 3)? {
///     let explanation = collection.explain(query, hit.passage_id)?;
///     for found in &explanation.matches {
///         let surface = explanation.query_surface(found).unwrap_or(&found.query_token);
///         println!("{} {:?} {:.2}", surface, explanation.passage_surface(found), found.score);
///     }
/// }
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The query.
    pub query: String,
    /// The text of the passage.
    pub content: String,
    /// One match per token of the query that the model read; their scores add up to the score of the hit.
    pub matches: Vec<TokenMatch>,
    /// Tokens at the end of the query that the model did not read because the query was too long; 0 for
    /// most queries.
    pub tokens_cut: usize,
}

/// The token of a passage that a token of a query matches best.
///
/// ```no_run
/// # let collection = jacolbert::Collection::open("my-index")?;
/// # let hits = collection.search("一番高い山は？", 1)?;
/// let explanation = collection.explain("一番高い山は？", hits[0].passage_id)?;
/// let best = explanation.matches.iter().max_by(|a, b| a.score.total_cmp(&b.score));
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TokenMatch {
    /// The token of the query, as the vocabulary has it, such as `東京`, `##都` or `[MASK]`.
    pub query_token: String,
    /// What that token is: one of the text, or one that every query has.
    pub query_role: TokenRole,
    /// Where it lies in [`query`](Explanation::query), in bytes; none if it is not of the text, or is a part of a
    /// character.
    pub query_range: Option<Range<usize>>,
    /// The token of the passage, as the vocabulary has it; none where rows of the passage are not single
    /// tokens, since the collection [pools](crate::Pooling) them, or where the passage is cut elsewhere now than
    /// when it was indexed.
    pub passage_token: Option<String>,
    /// What that token is; none where `passage_token` is.
    pub passage_role: Option<TokenRole>,
    /// Where it lies in [`content`](Explanation::content), in bytes; none if it is not of the text, is a part of a
    /// character, or is not known.
    pub passage_range: Option<Range<usize>>,
    /// Number of that token's row among the rows of the passage, from 0; punctuation has no row. Of equal rows,
    /// the first.
    pub passage_row: usize,
    /// The dot product of both rows.
    pub score: f32,
}

impl Explanation {
    /// The sum of all matches: the score of the hit, up to the rounding of a sum.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// # let hits = collection.search("一番高い山は？", 1)?;
    /// let explanation = collection.explain("一番高い山は？", hits[0].passage_id)?;
    /// assert!((explanation.score() - hits[0].score).abs() < 1e-3);
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn score(&self) -> f32 {
        self.matches.iter().map(|found| found.score).sum()
    }

    /// The token of the query as the query has it, such as `東京`; none if it has no place in the text.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// # let hits = collection.search("一番高い山は？", 1)?;
    /// let explanation = collection.explain("一番高い山は？", hits[0].passage_id)?;
    /// // Of `[CLS]`.
    /// assert_eq!(explanation.query_surface(&explanation.matches[0]), None);
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn query_surface(&self, found: &TokenMatch) -> Option<&str> {
        self.query.get(found.query_range.clone()?)
    }

    /// The token of the passage as the passage has it; none if it has no place in the text.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// # let hits = collection.search("一番高い山は？", 1)?;
    /// let explanation = collection.explain("一番高い山は？", hits[0].passage_id)?;
    /// let found: Vec<_> = explanation.matches.iter().map(|m| explanation.passage_surface(m)).collect();
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn passage_surface(&self, found: &TokenMatch) -> Option<&str> {
        self.content.get(found.passage_range.clone()?)
    }

    /// The token of the passage as people read it: as the passage has it, else by its role or its row.
    pub(super) fn passage_label(&self, found: &TokenMatch) -> String {
        match (self.passage_surface(found), found.passage_role) {
            (Some(surface), _) => surface.to_owned(),
            (None, Some(TokenRole::Text)) => found.passage_token.clone().unwrap_or_default(),
            (None, Some(role)) => role_name(role).to_owned(),
            (None, None) => format!("row {}", found.passage_row),
        }
    }

    /// The token of the query as people read it: as the query has it, else by its role.
    pub(super) fn query_label(&self, found: &TokenMatch) -> String {
        match (self.query_surface(found), found.query_role) {
            (Some(surface), _) => surface.to_owned(),
            (None, TokenRole::Text) => found.query_token.clone(),
            (None, role) => role_name(role).to_owned(),
        }
    }
}

/// The name of a role as people read it.
fn role_name(role: TokenRole) -> &'static str {
    match role {
        TokenRole::Class => "[CLS]",
        TokenRole::Marker => "[marker]",
        TokenRole::Separator => "[SEP]",
        TokenRole::Mask => "[MASK]",
        _ => "[text]",
    }
}
