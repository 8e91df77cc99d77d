//! Why a passage has its score.

use jacolbert_core::PoolFactor;
use jacolbert_index::PassageId;
use jacolbert_model::Tokenizer;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::collection::Collection;
use crate::storage::{Snapshot, Storage};

/// For each token of a query the token of a passage that it matches best.
///
/// ```no_run
/// use jacolbert::Collection;
///
/// let collection = Collection::open("my-index")?;
/// let query = "一番高い山は？";
/// for hit in &collection.search(query, 3)? {
///     for found in collection.explain(query, hit.passage_id)?.matches {
///         let passage_token = found.passage_token.as_deref().unwrap_or("?");
///         println!("{} {} {:.2}", found.query_token, passage_token, found.score);
///     }
/// }
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Explanation {
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
    /// The token of the passage, as the vocabulary has it; none where rows of the passage are not single
    /// tokens, since the collection [pools](crate::Pooling) them, or where the passage is cut elsewhere now than
    /// when it was indexed.
    pub passage_token: Option<String>,
    /// Number of that token's row among the rows of the passage, from 0; punctuation has no row. Of equal rows,
    /// the first.
    pub passage_row: usize,
    /// The dot product of both rows.
    pub score: f32,
}

impl<S: Storage> Collection<S> {
    /// For each token of the query the token of the passage that it matches best. The scores add up to the
    /// score of the hit.
    ///
    /// ```no_run
    /// use jacolbert::Collection;
    ///
    /// let collection = Collection::open("my-index")?;
    /// let query = "一番高い山は？";
    /// for hit in &collection.search(query, 3)? {
    ///     let explanation = collection.explain(query, hit.passage_id)?;
    ///     println!("{} matches of {}", explanation.matches.len(), hit.document_id);
    /// }
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::UnknownPassage`], [`Error::Model`], [`Error::Search`]; [`Error::Documents`] where the stored
    /// documents are damaged.
    pub fn explain(
        &self,
        query: impl AsRef<str>,
        passage: PassageId,
    ) -> Result<Explanation, Error> {
        let query = query.as_ref();
        let snapshot = self.snapshot();
        if !snapshot.contains(passage) {
            return Err(Error::UnknownPassage { passage });
        }
        let encoded = self.encoder().encode_query(query)?;
        let matches = snapshot.explain(encoded.embeddings.as_ref(), passage)?;
        let tokenizer = self.encoder().tokenizer();
        let query_tokens = texts_of(tokenizer, &tokenizer.encode_query(query)?.ids);
        let passage_tokens = tokens_of_rows(tokenizer, snapshot.as_ref(), passage)?;
        let name = |(query_token, found): (String, jacolbert_search::Match)| TokenMatch {
            query_token,
            passage_token: passage_tokens.get(found.passage_token).cloned(),
            passage_row: found.passage_token,
            score: found.score,
        };
        let matches = query_tokens.into_iter().zip(matches).map(name).collect();
        Ok(Explanation { matches, tokens_cut: encoded.tokens_cut })
    }
}

/// The token of each row of a passage; none if rows are not single tokens.
fn tokens_of_rows(
    tokenizer: &Tokenizer,
    snapshot: &impl Snapshot,
    passage: PassageId,
) -> Result<Vec<String>, Error> {
    if snapshot.pooling().factor != PoolFactor::One {
        return Ok(Vec::new());
    }
    let encoding = tokenizer.encode_passage(snapshot.documents().passage(passage)?.text)?;
    let tokens = texts_of(tokenizer, &encoding.ids).into_iter().zip(encoding.keep);
    let kept = tokens.filter_map(|(token, is_kept)| is_kept.then_some(token));
    let kept: Vec<String> = kept.collect();
    let is_complete = kept.len() == snapshot.num_rows(passage)?;
    Ok(if is_complete { kept } else { Vec::new() })
}

/// The tokens with these ids; empty where the vocabulary has none.
fn texts_of(tokenizer: &Tokenizer, ids: &[u32]) -> Vec<String> {
    let token = |&id: &u32| tokenizer.text_tokenizer().token(id).unwrap_or_default();
    ids.iter().map(token).collect()
}
