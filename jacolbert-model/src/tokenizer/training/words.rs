//! What a collection has between spaces, marks and numbers.

use std::collections::BTreeMap;

use tokenizers::{
    Normalizer, OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer, Result, Tokenizer,
};

use super::alphabet::Alphabet;
use crate::Error;

/// Longer words are cut: the likelihood of a word is worked out over all its characters at once.
const MAX_CHARS: usize = 1_000;

/// Words and how often each is there.
pub(super) struct Words(BTreeMap<String, u64>);

impl Words {
    /// Counts the words of `texts`, normalised and cut as `tokenizer` does it.
    pub(super) fn count<'a>(
        tokenizer: &Tokenizer,
        texts: impl IntoIterator<Item = &'a str>,
    ) -> std::result::Result<Self, Error> {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for (n, text) in texts.into_iter().enumerate() {
            let words = words_of(tokenizer, text);
            for word in words.map_err(|source| Error::Text { text: n, source })? {
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

    /// The parts of the words that have characters of the alphabet only, none too long.
    pub(super) fn spelled_with(self, alphabet: &Alphabet) -> Self {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for (word, count) in self.iter() {
            for part in word.split(|char| !alphabet.has(char)) {
                let chars: Vec<char> = part.chars().collect();
                for part in chars.chunks(MAX_CHARS) {
                    *counts.entry(part.iter().collect()).or_default() += count;
                }
            }
        }
        Self(counts)
    }

    /// Every so-maniest of the words, so that they have about `max_chars` characters or fewer: in their
    /// order those that begin alike are side by side, so that of all kinds some are kept.
    pub(super) fn sampled(self, max_chars: usize) -> Self {
        let all: usize = self.0.keys().map(|word| word.chars().count()).sum();
        let nth = all.div_ceil(max_chars.max(1)).max(1);
        Self(self.0.into_iter().step_by(nth).collect())
    }

    /// The words in order. Where there are more in all than 32 bits can count, counts are shares of
    /// themselves, of at least 1.
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
    // The trainer ends words with it.
    let words = words.into_iter().map(|(word, ..)| word.replace('\0', ""));
    Ok(words.filter(|word| !word.is_empty()).collect())
}
