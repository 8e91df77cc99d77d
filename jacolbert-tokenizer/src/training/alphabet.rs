//! The characters that a vocabulary knows.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::words::Words;

/// The characters that are tokens of their own, beside longer pieces.
pub(super) struct Alphabet(BTreeSet<char>);

impl Alphabet {
    /// The most frequent characters of `words`, as few as make up `share` of their text, and ASCII punctuation.
    pub(super) fn covering(share: f64, words: &Words) -> Self {
        let mut counts: BTreeMap<char, u64> = BTreeMap::new();
        for (word, count) in words.iter() {
            word.chars().for_each(|char| *counts.entry(char).or_default() += count);
        }
        let wanted = share * counts.values().sum::<u64>() as f64;
        let mut frequent_first: Vec<(char, u64)> = counts.into_iter().collect();
        frequent_first.sort_by_key(|&(_, count)| Reverse(count));
        let mut covered = 0;
        let known = frequent_first.into_iter().take_while(|&(_, count)| {
            let is_wanted = (covered as f64) < wanted;
            covered += count;
            is_wanted
        });
        let punctuation = ('!'..='~').filter(char::is_ascii_punctuation);
        Self(known.map(|(char, _)| char).chain(punctuation).collect())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn has(&self, char: char) -> bool {
        self.0.contains(&char)
    }

    pub(super) fn chars(&self) -> impl Iterator<Item = char> {
        self.0.iter().copied()
    }
}
