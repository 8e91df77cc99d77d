//! The words of a collection: what is between spaces, marks and numbers.

use std::collections::BTreeMap;

use tokenizers::{
    Normalizer, OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer, Result, Tokenizer,
};

use crate::Error;

/// Longer words are cut, because the trainer computes the likelihood of a word over all its characters at once.
const MAX_CHARS: usize = 1_000;

/// Words and their counts.
pub(super) struct Words(BTreeMap<String, u64>);

impl Words {
    /// Counts the words of `texts`, normalized and split as `tokenizer` does it.
    pub(super) fn count<'a>(
        tokenizer: &Tokenizer,
        texts: impl IntoIterator<Item = &'a str>,
    ) -> std::result::Result<Self, Error> {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for (n, text) in texts.into_iter().enumerate() {
            let words = words_of(tokenizer, text);
            for word in words.map_err(|source| Error::TrainingText { text: n, source })? {
                *counts.entry(word).or_default() += 1;
            }
        }
        if counts.is_empty() {
            return Err(Error::NoText);
        }
        Ok(Self(counts))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(word, &count)| (word.as_str(), count))
    }

    /// The parts of the words whose characters are all known, cut to [`MAX_CHARS`].
    pub(super) fn split_at_unknown(self, is_known: impl Fn(char) -> bool) -> Self {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for (word, count) in self.iter() {
            for part in word.split(|char| !is_known(char)) {
                let chars: Vec<char> = part.chars().collect();
                for part in chars.chunks(MAX_CHARS) {
                    *counts.entry(part.iter().collect()).or_default() += count;
                }
            }
        }
        Self(counts)
    }

    /// Every n-th word, so that about `max_chars` characters remain. Words that begin alike are neighbours in their
    /// order, so that the sample has some of each kind.
    pub(super) fn sampled(self, max_chars: usize) -> Self {
        let all: usize = self.0.keys().map(|word| word.chars().count()).sum();
        let nth = all.div_ceil(max_chars.max(1)).max(1);
        Self(self.0.into_iter().step_by(nth).collect())
    }

    /// The words in order with their counts. If the sum of the counts does not fit into 32 bits, all are scaled
    /// down, to at least 1.
    pub(super) fn into_counts(self) -> Vec<(String, u32)> {
        let all: u64 = self.0.values().sum();
        let one = all / u64::from(u32::MAX / 2) + 1;
        let count = |count: u64| u32::try_from((count / one).max(1)).unwrap_or(u32::MAX);
        self.0.into_iter().map(|(word, all)| (word, count(all))).collect()
    }
}

fn words_of(tokenizer: &Tokenizer, text: &str) -> Result<Vec<String>> {
    let mut text = PreTokenizedString::from(text);
    if let Some(normalizer) = tokenizer.get_normalizer() {
        text.normalize(|text| normalizer.normalize(text))?;
    }
    if let Some(pre_tokenizer) = tokenizer.get_pre_tokenizer() {
        pre_tokenizer.pre_tokenize(&mut text)?;
    }
    let words = text.get_splits(OffsetReferential::Normalized, OffsetType::None);
    // The trainer uses U+0000 as the end of a word.
    let words = words.into_iter().map(|(word, ..)| word.replace('\0', ""));
    Ok(words.filter(|word| !word.is_empty()).collect())
}
