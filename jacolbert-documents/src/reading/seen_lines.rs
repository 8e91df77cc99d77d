//! The lines on which ids were seen.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::document::IdHasher;

/// From the hash of each id so far to its line. It takes about 50 bytes per id.
#[derive(Debug, Default)]
pub(super) struct SeenLines {
    hasher: IdHasher,
    lines: HashMap<[u64; 2], usize>,
}

impl SeenLines {
    /// Notes that `id` is on `line`; returns the earlier line that it is on, if there is one.
    pub(super) fn note(&mut self, id: &str, line: usize) -> Option<usize> {
        match self.lines.entry(self.hasher.hash(id)) {
            Entry::Occupied(seen) => Some(*seen.get()),
            Entry::Vacant(new) => {
                new.insert(line);
                None
            }
        }
    }
}
