//! The double-array trie of a dictionary file, which finds the keys that a text begins with.

/// The units of a trie, eight bytes each.
///
/// | bytes | field | meaning |
/// |---|---|---|
/// | 0..4 | base, i32 | where the children of this node are, or `-value - 1` at the end of a key |
/// | 4..8 | check, u32 | the base of the parent |
///
/// From a node with base `b`, the child for byte `c` is unit `b + c + 1`, and the end of a key is unit `b`. Either
/// belongs to the node only if its check is `b`.
#[derive(Clone, Copy, Debug)]
pub(super) struct DoubleArray<'a> {
    units: &'a [[u8; 8]],
}

/// A key that the text begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Match {
    /// Bytes in the key.
    pub(super) len: usize,
    /// Its value in the trie.
    pub(super) value: u32,
}

/// The keys of a trie that a text begins with, shortest first.
#[derive(Debug)]
pub(super) struct Matches<'a> {
    units: &'a [[u8; 8]],
    text: &'a [u8],
    len: usize,
    base: Option<u32>,
}

impl<'a> DoubleArray<'a> {
    /// The trie in `bytes`. An incomplete last unit is ignored.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { units: bytes.as_chunks().0 }
    }

    /// The keys that `text` begins with, shortest first. A link to outside of the trie ends the search.
    pub(super) fn prefixes(self, text: &'a [u8]) -> Matches<'a> {
        let base = self.units.first().map(|unit| split(*unit).0);
        Matches { units: self.units, text, len: 0, base }
    }

    /// The value of `key`, if the trie has it.
    pub(super) fn exact(self, key: &[u8]) -> Option<u32> {
        self.prefixes(key).find(|found| found.len == key.len()).map(|found| found.value)
    }
}

impl Iterator for Matches<'_> {
    type Item = Match;

    #[inline]
    fn next(&mut self) -> Option<Match> {
        while let Some(base) = self.base {
            let len = self.len;
            let next = self.text.get(len).copied();
            self.base = next.and_then(|byte| child(self.units, base, byte));
            self.len += 1;
            if next.is_some_and(continues_character) {
                continue;
            }
            if let Some(value) = value(self.units, base) {
                return Some(Match { len, value });
            }
        }
        None
    }
}

/// Whether `byte` continues a character, so that no key can end before it.
#[inline]
fn continues_character(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

#[inline]
fn child(units: &[[u8; 8]], base: u32, byte: u8) -> Option<u32> {
    let index = base.wrapping_add(u32::from(byte)).wrapping_add(1);
    let (next, check) = split(*units.get(index as usize)?);
    (check == base).then_some(next)
}

#[inline]
fn value(units: &[[u8; 8]], base: u32) -> Option<u32> {
    let (value, check) = split(*units.get(base as usize)?);
    // Ends of keys are stored as `-value - 1`, which is `!value` in two's complement and negative.
    (check == base && value >> 31 == 1).then_some(!value)
}

#[inline]
fn split(unit: [u8; 8]) -> (u32, u32) {
    let both = u64::from_le_bytes(unit);
    (both as u32, (both >> 32) as u32)
}
