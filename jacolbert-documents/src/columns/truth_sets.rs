//! What a condition says about every document of a block.

use crate::filter::Truth;
use crate::store::DocumentSet;

/// The documents for which a condition is true, and those for which it is false: a bit each. For the others there is
/// no answer.
#[derive(Debug, Clone)]
pub(super) struct TruthSets {
    yes: Vec<u64>,
    no: Vec<u64>,
    num_documents: usize,
}

impl TruthSets {
    /// The same for all documents.
    pub(super) fn all(num_documents: usize, truth: Truth) -> Self {
        let none = vec![0; num_documents.div_ceil(64)];
        let mut all = vec![u64::MAX; none.len()];
        if let Some(last) = all.last_mut() {
            *last >>= (64 - num_documents % 64) % 64;
        }
        match truth {
            Truth::True => Self { yes: all, no: none, num_documents },
            Truth::False => Self { yes: none, no: all, num_documents },
            Truth::Unknown => Self { yes: none.clone(), no: none, num_documents },
        }
    }

    /// Sets what is said about one document.
    pub(super) fn set(&mut self, document: usize, truth: Truth) {
        let bit = 1 << (document % 64);
        if let (Some(yes), Some(no)) =
            (self.yes.get_mut(document / 64), self.no.get_mut(document / 64))
        {
            *yes &= !bit;
            *no &= !bit;
            match truth {
                Truth::True => *yes |= bit,
                Truth::False => *no |= bit,
                Truth::Unknown => (),
            }
        }
    }

    /// Sets what is said about the 64 documents from `64 * word` on.
    pub(super) fn set_word(&mut self, word: usize, yes: u64, no: u64) {
        self.yes[word] = yes;
        self.no[word] = no;
    }

    pub(super) fn negated(self) -> Self {
        Self { yes: self.no, no: self.yes, ..self }
    }

    /// What all of `sets` say together.
    pub(super) fn all_of(sets: impl Iterator<Item = Self>) -> Option<Self> {
        sets.reduce(|mut a, b| {
            a.yes.iter_mut().zip(b.yes).for_each(|(a, b)| *a &= b);
            a.no.iter_mut().zip(b.no).for_each(|(a, b)| *a |= b);
            a
        })
    }

    /// What any of `sets` says.
    pub(super) fn any_of(sets: impl Iterator<Item = Self>) -> Option<Self> {
        Self::all_of(sets.map(Self::negated)).map(Self::negated)
    }

    /// The documents for which it is true.
    pub(super) fn into_true(self) -> DocumentSet {
        DocumentSet::from_words(self.yes, self.num_documents)
    }
}
