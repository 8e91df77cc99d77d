//! An ordered set of string ids in one buffer.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::Error;
use crate::origin::Origin;

/// String ids in the order of their insertion, each found by its text or by its position.
///
/// One string holds all texts and the table holds positions, so that an id costs its bytes and about
/// 22 more, and no allocation of its own.
#[derive(Debug, Clone, Default)]
pub(crate) struct IdSet {
    text: String,
    ends: Vec<usize>,
    positions: HashTable<usize>,
}

impl IdSet {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The id at a position.
    ///
    /// # Panics
    ///
    /// If `position` is not below [`Self::len`].
    pub(crate) fn id(&self, position: usize) -> &str {
        id_at(&self.text, &self.ends, position)
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|position| self.id(position))
    }

    /// The position of an id, if it is there.
    pub(crate) fn position(&self, id: &str) -> Option<usize> {
        self.positions.find(hash(id), |&position| self.id(position) == id).copied()
    }

    /// Appends an id. `Ok` is its position, `Err` the position where it is already.
    pub(crate) fn insert(&mut self, id: &str) -> Result<usize, usize> {
        let Self { text, ends, positions } = self;
        let is_id = |&position: &usize| id_at(text, ends, position) == id;
        let rehash = |&position: &usize| hash(id_at(text, ends, position));
        let new = match positions.entry(hash(id), is_id, rehash) {
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

/// Refuses an id that is empty or that other programs would cut.
pub(crate) fn check_id(id: &str) -> Result<(), Error> {
    let origin = Origin::Memory;
    if id.is_empty() {
        Err(Error::EmptyId { origin })
    } else if id.contains('\0') {
        Err(Error::NulInId { origin, id: id.to_owned() })
    } else {
        Ok(())
    }
}

fn id_at<'a>(text: &'a str, ends: &[usize], position: usize) -> &'a str {
    let start = if position == 0 { 0 } else { ends[position - 1] };
    &text[start..ends[position]]
}

/// The seed is fixed; no result depends on the order of the table.
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
        fn positions_are_those_of_a_map_over_owned_strings(ids: Vec<String>) {
            let mut set = IdSet::default();
            let mut map = BTreeMap::new();
            for id in &ids {
                let expected = map.get(id).copied().map_or(Ok(map.len()), Err);
                prop_assert_eq!(set.insert(id), expected);
                map.entry(id.clone()).or_insert(set.len() - 1);
            }
            for (id, &position) in &map {
                prop_assert_eq!(set.position(id), Some(position));
                prop_assert_eq!(set.id(position), id);
            }
            prop_assert_eq!(set.iter().len(), map.len());
        }
    }
}
