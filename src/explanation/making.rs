//! Making an explanation: matches of rows become matches of tokens.

use jacolbert_core::PoolFactor;
use jacolbert_index::PassageId;
use jacolbert_model::{Encoding, TokenPlace, Tokenizer};
use jacolbert_search::Match;

use super::data::{Explanation, TokenMatch};
use crate::Error;
use crate::collection::Collection;
use crate::storage::{Snapshot, Storage};

/// A token with its place in the text.
#[derive(Debug, Clone)]
struct Token {
    name: String,
    place: TokenPlace,
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
    ///     println!("{}", collection.explain(query, hit.passage_id)?.to_text());
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
        let query_tokens = tokens_of(tokenizer, query, &tokenizer.encode_query(query)?)?;
        let passage_tokens = tokens_of_rows(tokenizer, snapshot.as_ref(), passage)?;
        let matches = query_tokens.into_iter().zip(matches);
        let matches = matches.map(|(token, found)| {
            let passage_token = passage_tokens.get(found.passage_token).cloned();
            match_of(token, passage_token, &found)
        });
        Ok(Explanation {
            query: query.to_owned(),
            content: snapshot.documents().passage(passage)?.text.into(),
            matches: matches.collect(),
            tokens_cut: encoded.tokens_cut,
        })
    }
}

fn match_of(query: Token, passage: Option<Token>, found: &Match) -> TokenMatch {
    let (passage_token, place) = passage.map(|token| (token.name, token.place)).unzip();
    TokenMatch {
        query_token: query.name,
        query_role: query.place.role,
        query_range: query.place.range,
        passage_token,
        passage_role: place.as_ref().map(|place| place.role),
        passage_range: place.and_then(|place| place.range),
        passage_row: found.passage_token,
        score: found.score,
    }
}

/// The token of each row of a passage; none if rows are not single tokens.
fn tokens_of_rows(
    tokenizer: &Tokenizer,
    snapshot: &impl Snapshot,
    passage: PassageId,
) -> Result<Vec<Token>, Error> {
    if snapshot.pooling().factor != PoolFactor::One {
        return Ok(Vec::new());
    }
    let text = snapshot.documents().passage(passage)?.text;
    let encoding = tokenizer.encode_passage(text)?;
    let tokens = tokens_of(tokenizer, text, &encoding)?.into_iter().zip(encoding.keep);
    let kept = tokens.filter_map(|(token, is_kept)| is_kept.then_some(token));
    let kept: Vec<Token> = kept.collect();
    let is_complete = kept.len() == snapshot.embeddings(passage)?.num_tokens();
    Ok(if is_complete { kept } else { Vec::new() })
}

/// The tokens of `encoding`, which is that of `text`. A name is empty where the vocabulary has none.
fn tokens_of(tokenizer: &Tokenizer, text: &str, encoding: &Encoding) -> Result<Vec<Token>, Error> {
    let places = tokenizer.token_places(text, encoding)?;
    let name = |&id: &u32| tokenizer.text_tokenizer().token(id).unwrap_or_default();
    let tokens = encoding.ids.iter().map(name).zip(places);
    Ok(tokens.map(|(name, place)| Token { name, place }).collect())
}
