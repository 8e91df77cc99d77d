//! A subset of the passages to search among.

use jacolbert_index::PassageId;

/// The passages that [`Searcher::search_among`](crate::Searcher::search_among) may return: any number of them,
/// given in any order.
///
/// It takes one bit per id between the first and the last, or 4 bytes per passage, whichever is less.
///
/// ```
/// use jacolbert_index::PassageId;
/// use jacolbert_search::PassageSubset;
///
/// let subset: PassageSubset = [7, 3, 7].map(PassageId).into_iter().collect();
/// assert!(subset.contains(PassageId(3)) && !subset.contains(PassageId(4)));
/// assert_eq!(subset.iter().collect::<Vec<_>>(), [PassageId(3), PassageId(7)]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassageSubset {
    members: Members,
}

/// Which form a subset has depends only on its passages, so that equal subsets have equal forms.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Members {
    /// The ids, ascending.
    Sparse(Vec<u32>),
    /// One bit per id, from the id `64 * first_word` on.
    Dense { first_word: usize, words: Vec<u64>, count: usize },
}

/// Bytes of an id.
const ID_BYTES: usize = size_of::<u32>();
/// Bytes of a word of bits.
const WORD_BYTES: usize = size_of::<u64>();

impl PassageSubset {
    /// Number of passages.
    pub fn len(&self) -> usize {
        match &self.members {
            Members::Sparse(ids) => ids.len(),
            Members::Dense { count, .. } => *count,
        }
    }

    /// Whether no passage is in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether `passage` is in it.
    pub fn contains(&self, passage: PassageId) -> bool {
        match &self.members {
            Members::Sparse(ids) => ids.binary_search(&passage.0).is_ok(),
            Members::Dense { first_word, words, .. } => {
                let word = (passage.index() / 64).checked_sub(*first_word);
                let word = word.and_then(|word| words.get(word));
                word.is_some_and(|word| word >> (passage.index() % 64) & 1 == 1)
            }
        }
    }

    /// The ids of the passages, ascending.
    pub fn iter(&self) -> impl Iterator<Item = PassageId> {
        let (sparse, first_word, dense): (&[u32], usize, &[u64]) = match &self.members {
            Members::Sparse(ids) => (ids, 0, &[]),
            Members::Dense { first_word, words, .. } => (&[], *first_word, words),
        };
        let set_bits = (first_word..)
            .zip(dense)
            .flat_map(|(number, &word)| SetBits(word).map(move |bit| 64 * number as u32 + bit));
        sparse.iter().copied().chain(set_bits).map(PassageId)
    }

    /// The subset of the ids `ids`, which ascend.
    fn from_ascending(ids: Vec<u32>) -> Self {
        let first = ids.first().map_or(0, |&id| id as usize / 64);
        let num_words = ids.last().map_or(0, |&id| id as usize / 64 + 1 - first);
        if num_words * WORD_BYTES >= ids.len() * ID_BYTES {
            return Self { members: Members::Sparse(ids) };
        }
        let mut words = vec![0u64; num_words];
        ids.iter().for_each(|&id| words[id as usize / 64 - first] |= 1 << (id % 64));
        Self { members: Members::Dense { first_word: first, words, count: ids.len() } }
    }
}

impl Default for PassageSubset {
    fn default() -> Self {
        Self { members: Members::Sparse(Vec::new()) }
    }
}

impl FromIterator<PassageId> for PassageSubset {
    fn from_iter<I: IntoIterator<Item = PassageId>>(ids: I) -> Self {
        let mut ids: Vec<u32> = ids.into_iter().map(|passage| passage.0).collect();
        if !ids.is_sorted_by(|a, b| a < b) {
            ids.sort_unstable();
            ids.dedup();
        }
        Self::from_ascending(ids)
    }
}

/// The numbers of the bits that are set, ascending.
struct SetBits(u64);

impl Iterator for SetBits {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        if self.0 == 0 {
            return None;
        }
        let bit = self.0.trailing_zeros();
        self.0 &= self.0 - 1;
        Some(bit)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_subset_is_the_set_of_its_ids(
            near in prop::collection::vec(900u32..1_300, 0..300),
            far in prop::collection::vec(any::<u32>(), 0..3),
            asked in prop::collection::vec(800u32..1_400, 50),
        ) {
            let given: Vec<u32> = near.into_iter().chain(far).collect();
            let set: BTreeSet<u32> = given.iter().copied().collect();
            let subset: PassageSubset = given.iter().copied().map(PassageId).collect();
            prop_assert_eq!(subset.len(), set.len());
            let ids: Vec<u32> = subset.iter().map(|passage| passage.0).collect();
            prop_assert!(ids.iter().eq(&set));
            for id in asked.into_iter().chain(ids) {
                prop_assert_eq!(subset.contains(PassageId(id)), set.contains(&id), "{}", id);
            }
            let again: PassageSubset = set.into_iter().map(PassageId).collect();
            prop_assert_eq!(again, subset, "in any order");
        }
    }

    #[test]
    fn ids_far_apart_take_no_bits_in_between() {
        let subset: PassageSubset = [0, u32::MAX].map(PassageId).into_iter().collect();
        assert!(matches!(&subset.members, Members::Sparse(ids) if ids.len() == 2));
        let near: PassageSubset = (5..500).map(PassageId).collect();
        assert!(
            matches!(near.members, Members::Dense { first_word: 0, ref words, .. } if words.len() == 8)
        );
    }
}
