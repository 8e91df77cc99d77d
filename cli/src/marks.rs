//! Which parts of a passage match a question.

use std::collections::HashSet;

use crate::snippet::Mark;

/// Characters that stand in every text, so that they tell nothing.
fn is_telling(c: char) -> bool {
    c.is_alphanumeric() && !('ぁ'..='ゖ').contains(&c)
}

/// The parts of `passage` that have two neighbouring characters of `question`, one of which is no hiragana.
pub(crate) fn lexical_marks(question: &str, passage: &str) -> Vec<Mark> {
    let pairs: HashSet<(char, char)> =
        pairs(question).map(|(_, first, second)| (first, second)).collect();
    let known = pairs_of(passage, &pairs);
    known.into_iter().map(|range| Mark { range, weight: 1.0 }).collect()
}

fn pairs_of(passage: &str, known: &HashSet<(char, char)>) -> Vec<std::ops::Range<usize>> {
    let found = pairs(passage).filter(|(_, first, second)| known.contains(&(*first, *second)));
    found.map(|(at, first, second)| at..at + first.len_utf8() + second.len_utf8()).collect()
}

fn pairs(text: &str) -> impl Iterator<Item = (usize, char, char)> {
    let next = text.chars().skip(1);
    let pairs = text.char_indices().zip(next).map(|((at, first), second)| (at, first, second));
    pairs.filter(|(_, first, second)| {
        first.is_alphanumeric()
            && second.is_alphanumeric()
            && (is_telling(*first) || is_telling(*second))
    })
}
