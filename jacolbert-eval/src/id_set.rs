//! An ordered set of string ids in one piece of memory.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

/// String ids in the order of their insertion, each found by its text or by its place.
///
/// All texts stand in one string and the table holds places, so that an id costs its bytes and
/// about 22 more, and no allocation of its own.
#[derive(Debug, Clone, Default)]
pub(crate) struct IdSet {
    text: String,
    ends: Vec<usize>,
    places: HashTable<usize>,
}

impl IdSet {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The id at a place.
    ///
    /// # Panics
    ///
    /// If `place` is not below [`Self::len`].
    pub(crate) fn id(&self, place: usize) -> &str {
        id_at(&self.text, &self.ends, place)
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|place| self.id(place))
    }

    /// The place of an id, if it is there.
    pub(crate) fn place(&self, id: &str) -> Option<usize> {
        self.places.find(hash(id), |&place| self.id(place) == id).copied()
    }

    /// Puts an id at the end: `Ok` is its place, `Err` the place where it stood already.
    pub(crate) fn insert(&mut self, id: &str) -> Result<usize, usize> {
        let Self { text, ends, places } = self;
        let is_id = |&place: &usize| id_at(text, ends, place) == id;
        let rehash = |&place: &usize| hash(id_at(text, ends, place));
        let new = match places.entry(hash(id), is_id, rehash) {
            Entry::Occupied(entry) => return Err(*entry.get()),
            Entry::Vacant(entry) => *entry.insert(ends.len()).get(),
        };
        text.push_str(id);
        ends.push(text.len());
        Ok(new)
    }
}

/// Equal ids in equal order.
impl PartialEq for IdSet {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.ends == other.ends
    }
}

fn id_at<'a>(text: &'a str, ends: &[usize], place: usize) -> &'a str {
    let start = if place == 0 { 0 } else { ends[place - 1] };
    &text[start..ends[place]]
}

/// The seed is fixed: nothing of a result depends on the order of the table.
fn hash(id: &str) -> u64 {
    FixedState::default().hash_one(id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn places_are_those_of_a_map_over_owned_strings(ids: Vec<String>) {
            let mut set = IdSet::default();
            let mut map = BTreeMap::new();
            for id in &ids {
                let expected = map.get(id).copied().map_or(Ok(map.len()), Err);
                prop_assert_eq!(set.insert(id), expected);
                map.entry(id.clone()).or_insert(set.len() - 1);
            }
            for (id, &place) in &map {
                prop_assert_eq!(set.place(id), Some(place));
                prop_assert_eq!(set.id(place), id);
            }
            prop_assert_eq!(set.iter().len(), map.len());
        }
    }
}
