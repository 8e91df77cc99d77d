//! Texts to batches, by the rules that `encode.py` has for them.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::path::Path;

use serde_json::Value;
use tokenizers::Tokenizer;

use crate::error::Result;

/// Texts that go through the model together.
const BATCH: usize = 32;
/// Passages lose tokens that are one of these.
const PUNCTUATION: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

/// How texts become ids.
pub(crate) struct Texts {
    tokenizer: Tokenizer,
    query_tokens: usize,
    passage_tokens: usize,
    skipped: HashSet<u32>,
}

/// Texts of like length, padded.
pub(crate) struct Batch {
    /// Which texts they are.
    pub(crate) places: Vec<usize>,
    /// Tokens of each, padding counted.
    pub(crate) width: usize,
    /// `[places.len(), width]`.
    pub(crate) ids: Vec<u32>,
    /// As many; 1 for tokens that are seen.
    pub(crate) attention: Vec<u32>,
    /// Tokens of each that have a row.
    pub(crate) kept: Vec<Vec<usize>>,
}

impl Texts {
    /// By the lengths in the model's `artifact.metadata`.
    pub(crate) fn new(tokenizer: Tokenizer, model: &Path) -> Result<Self> {
        let settings: Value =
            serde_json::from_slice(&std::fs::read(model.join("artifact.metadata"))?)?;
        let length =
            |key: &str| settings[key].as_u64().map(|length| length as usize).ok_or("no length");
        let unknown = tokenizer.token_to_id("[UNK]").ok_or("no [UNK]")?;
        let mark = |mark: char| tokenizer.token_to_id(&mark.to_string()).unwrap_or(unknown);
        let skipped = PUNCTUATION.chars().map(mark).collect();
        let query_tokens = length("query_maxlen")?;
        let passage_tokens = length("doc_maxlen")?;
        Ok(Self { tokenizer, query_tokens, passage_tokens, skipped })
    }

    /// Batches of the longest first.
    pub(crate) fn batches(&self, texts: &[String], are_queries: bool) -> Result<Vec<Batch>> {
        let ids =
            texts.iter().map(|text| self.ids(text, are_queries)).collect::<Result<Vec<_>>>()?;
        let mut order: Vec<usize> = (0..ids.len()).collect();
        order.sort_by_key(|&place| Reverse(ids[place].len()));
        order.chunks(BATCH).map(|places| self.batch(places, &ids, are_queries)).collect()
    }

    fn batch(&self, places: &[usize], all: &[Vec<u32>], are_queries: bool) -> Result<Batch> {
        let width = if are_queries { self.query_tokens } else { all[places[0]].len() };
        let filling = self.number(if are_queries { "[MASK]" } else { "[PAD]" })?;
        let mut ids = Vec::new();
        let mut attention = Vec::new();
        let mut kept = Vec::new();
        for text in places.iter().map(|&place| &all[place]) {
            let padding = width - text.len();
            ids.extend(text.iter().copied().chain(std::iter::repeat_n(filling, padding)));
            attention.extend(text.iter().map(|_| 1).chain(std::iter::repeat_n(0, padding)));
            let is_kept = |&token: &usize| are_queries || !self.skipped.contains(&text[token]);
            kept.push((0..if are_queries { width } else { text.len() }).filter(is_kept).collect());
        }
        Ok(Batch { places: places.to_vec(), width, ids, attention, kept })
    }

    fn ids(&self, text: &str, is_query: bool) -> Result<Vec<u32>> {
        let limit = if is_query { self.query_tokens } else { self.passage_tokens } - 3;
        let marker = if is_query { "[unused0]" } else { "[unused1]" };
        let mut ids = vec![self.number("[CLS]")?, self.number(marker)?];
        ids.extend(self.tokenizer.encode_fast(text, false)?.get_ids().iter().take(limit));
        ids.push(self.number("[SEP]")?);
        Ok(ids)
    }

    fn number(&self, token: &str) -> Result<u32> {
        self.tokenizer.token_to_id(token).ok_or_else(|| format!("no {token}").into())
    }
}
