//! SentencePiece's compiled normalizer: a table in a model file, or in the `Precompiled` normalizer of a `tokenizer.json`.
//!
//! The table consists of the length of a trie in bytes, the trie as a double array of `u32`s, and the replacements as
//! one text in which a zero ends each. The crate spm_precompiled does not check the indices in the trie, so that a
//! damaged table makes it panic. [`check`] takes every step that any text can take, so that a table that passes cannot.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::alignment::Alignment;

/// A fault in a compiled table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TableFault {
    /// `precompiled_charsmap` is absent or not a text in base 64.
    Text,
    /// The trie is longer than the table, has an incomplete unit, or is empty.
    Length,
    /// The replacements are not UTF-8.
    Utf8,
    /// A step from a unit leaves the trie.
    Step {
        /// The unit where the next units would be.
        base: usize,
    },
    /// A leaf's replacement begins outside the text or inside a character.
    Replacement {
        /// The byte where it would begin.
        at: usize,
    },
}

impl std::error::Error for TableFault {}

impl fmt::Display for TableFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => f.write_str("a compiled table that is no text in base 64"),
            Self::Length => f.write_str("a compiled table with a trie that is not whole"),
            Self::Utf8 => f.write_str("a compiled table whose replacements are not UTF-8"),
            Self::Step { base } => write!(f, "a compiled table whose trie leads to unit {base}"),
            Self::Replacement { at } => write!(f, "a compiled table with no replacement at {at}"),
        }
    }
}

/// Checks every compiled table within `normalizer`, the value of that key in a `tokenizer.json`.
pub(crate) fn check_within(normalizer: &Value) -> Result<(), TableFault> {
    match normalizer {
        Value::Object(keys) => {
            let is_named = keys.get("type").is_some_and(|class| class == "Precompiled");
            match keys.get("precompiled_charsmap") {
                None if is_named => return Err(TableFault::Text),
                None => {}
                Some(table) => check(&decoded(table)?).map(drop)?,
            }
            keys.values().try_for_each(check_within)
        }
        Value::Array(several) => several.iter().try_for_each(check_within),
        _ => Ok(()),
    }
}

/// The bytes of a table, decoded as spm_precompiled does.
fn decoded(table: &Value) -> Result<Vec<u8>, TableFault> {
    let text = table.as_str().ok_or(TableFault::Text)?;
    base64::decode(text).map_err(|_| TableFault::Text)
}

/// A table that was checked, which replaces as SentencePiece itself does: the longest beginning of what is left of a text.
/// The crate `tokenizers` looks up a whole character with its marks first, then the shortest beginning.
#[derive(Debug)]
pub(crate) struct CompiledTable {
    units: Vec<Unit>,
    replacements: String,
}

impl CompiledTable {
    /// Reads and checks `table`.
    pub(super) fn new(table: &[u8]) -> Result<Self, TableFault> {
        let (units, replacements) = check(table)?;
        Ok(Self { units, replacements: replacements.to_owned() })
    }

    /// `text` with replacements, except within the tokens `kept`.
    pub(crate) fn replaced(&self, text: &str, kept: &KeptTokens) -> (String, Alignment) {
        let mut changed = String::with_capacity(text.len());
        let mut alignment = Alignment::default();
        let mut at = 0;
        while let Some(character) = text[at..].chars().next() {
            let rest = &text[at..];
            let (len, part) = match kept.at_beginning(rest) {
                Some(token) => (token.len(), token),
                None => self
                    .longest(rest)
                    .unwrap_or((character.len_utf8(), &rest[..character.len_utf8()])),
            };
            changed.push_str(part);
            alignment.push(part.len(), at..at + len);
            at += len;
        }
        (changed, alignment)
    }

    /// The length of the longest beginning of `text` that has a replacement, and the replacement.
    fn longest(&self, text: &str) -> Option<(usize, &str)> {
        let mut base = self.units.first()?.offset();
        let mut found = None;
        for (at, byte) in text.bytes().enumerate().take_while(|(_, byte)| *byte != 0) {
            let next = base ^ usize::from(byte);
            let unit = self.units.get(next).filter(|unit| unit.label() == u32::from(byte));
            let Some(unit) = unit else { break };
            base = next ^ unit.offset();
            // A damaged trie may have a leaf inside a character.
            if unit.has_leaf() && text.is_char_boundary(at + 1) {
                found = self.units.get(base).map(|leaf| (at + 1, leaf.value()));
            }
        }
        let (len, start) = found?;
        let replacement = self.replacements.get(start..)?;
        Some((len, replacement.split('\0').next().unwrap_or_default()))
    }
}

/// Tokens that stay as they are.
#[derive(Debug, Default)]
pub(crate) struct KeptTokens {
    by_first_byte: BTreeMap<u8, Vec<String>>,
}

impl KeptTokens {
    pub(crate) fn new(tokens: impl IntoIterator<Item = String>) -> Self {
        let mut kept = Self::default();
        for token in tokens {
            if let Some(first) = token.bytes().next() {
                kept.by_first_byte.entry(first).or_default().push(token);
            }
        }
        kept
    }

    /// The longest token at the beginning of `text`.
    fn at_beginning(&self, text: &str) -> Option<&str> {
        let tokens = self.by_first_byte.get(text.as_bytes().first()?)?.iter();
        tokens
            .map(String::as_str)
            .filter(|token| text.starts_with(token))
            .max_by_key(|token| token.len())
    }
}

/// Checks one table. Returns its trie and its replacements.
pub(super) fn check(table: &[u8]) -> Result<(Vec<Unit>, &str), TableFault> {
    let (length, rest) = table.split_first_chunk().ok_or(TableFault::Length)?;
    let length = u32::from_le_bytes(*length) as usize;
    let (trie, replacements) = rest.split_at_checked(length).ok_or(TableFault::Length)?;
    let (units, []) = trie.as_chunks() else { return Err(TableFault::Length) };
    let units: Vec<Unit> = units.iter().map(|unit| Unit(u32::from_le_bytes(*unit))).collect();
    let replacements = str::from_utf8(replacements).map_err(|_| TableFault::Utf8)?;
    let root = units.first().ok_or(TableFault::Length)?;
    check_steps(root.offset(), &units, replacements)?;
    Ok((units, replacements))
}

/// Takes every step from the base `root`: a byte leads from the base of a unit to the unit at `base ^ byte` if that has
/// the byte as its label. The leaf of a unit is at its base.
fn check_steps(root: usize, units: &[Unit], replacements: &str) -> Result<(), TableFault> {
    let mut is_seen = vec![false; units.len()];
    let mut bases = vec![root];
    while let Some(base) = bases.pop() {
        // The units of all bytes form one block of 256, and compiled tries consist of whole blocks.
        if base | 0xff >= units.len() {
            return Err(TableFault::Step { base });
        }
        if std::mem::replace(&mut is_seen[base], true) {
            continue;
        }
        for byte in 1..=0xff {
            let next = base ^ byte as usize;
            let unit = units[next];
            if unit.label() == byte {
                let base = next ^ unit.offset();
                let leaf = unit.has_leaf().then(|| units.get(base)).flatten();
                leaf.map_or(Ok(()), |leaf| check_replacement(leaf.value(), replacements))?;
                bases.push(base);
            }
        }
    }
    Ok(())
}

fn check_replacement(at: usize, replacements: &str) -> Result<(), TableFault> {
    if replacements.is_char_boundary(at) { Ok(()) } else { Err(TableFault::Replacement { at }) }
}

/// A unit of the double array, as spm_precompiled reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unit(u32);

impl Unit {
    fn has_leaf(self) -> bool {
        self.0 >> 8 & 1 == 1
    }

    fn value(self) -> usize {
        (self.0 & 0x7fff_ffff) as usize
    }

    /// The byte that leads to this unit; for a leaf, a number that is no byte.
    fn label(self) -> u32 {
        self.0 & 0x8000_00ff
    }

    /// The XOR of the unit's place and its base.
    fn offset(self) -> usize {
        let is_far = self.0 >> 9 & 1;
        ((self.0 >> 10) as usize) << (8 * is_far)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::Index;
    use tokenizers::normalizers::Precompiled;

    use super::*;

    /// A table with these replacements, in which each prefix of a key has its own block of units.
    fn table(rules: &[(&str, &str)]) -> Vec<u8> {
        let mut bases = BTreeMap::from([(Vec::new(), 0)]);
        let mut leaves = BTreeMap::new();
        let mut replacements = String::new();
        for (key, replacement) in rules {
            for end in 1..=key.len() {
                let next = bases.len() * 256;
                bases.entry(key.as_bytes()[..end].to_vec()).or_insert(next);
            }
            leaves.insert(key.as_bytes().to_vec(), replacements.len());
            replacements += replacement;
            replacements.push('\0');
        }
        let mut units = vec![0_u32; bases.len() * 256];
        for (key, base) in &bases {
            let Some((byte, before)) = key.split_last() else { continue };
            let place = bases[before] ^ usize::from(*byte);
            let has_leaf = leaves.get(key).inspect(|leaf| units[*base] = **leaf as u32).is_some();
            let unit = ((place ^ base) as u32) << 10 | u32::from(has_leaf) << 8;
            units[place] = unit | u32::from(*byte);
        }
        let mut table = (units.len() as u32 * 4).to_le_bytes().to_vec();
        table.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
        table.extend(replacements.as_bytes());
        table
    }

    fn small() -> Vec<u8> {
        table(&[("a", "bc"), ("ab", ""), ("é", "e"), ("ｱ", "ア"), ("\u{1}", "")])
    }

    /// A text with characters of one to four bytes.
    fn text() -> String {
        let chars = (1..0x180).chain(0x3040..0x3050).chain(0xff66..0xff80).chain([0x1f600]);
        let chars: String = chars.filter_map(char::from_u32).collect();
        format!("aab ab é ｱ {chars}")
    }

    /// Whether the table passes the check. Normalising with a table that does must not panic.
    fn passes(table: &[u8], text: &str) -> bool {
        let passed = check(table).is_ok();
        if passed {
            let whole = Precompiled::from(table).expect("a table that was checked");
            whole.normalize_string(text);
            CompiledTable::new(table)
                .expect("a table that was checked")
                .replaced(text, &KeptTokens::default());
        }
        passed
    }

    #[test]
    fn a_whole_table_passes_and_replaces() {
        let table = small();
        assert!(check(&table).is_ok());
        let whole = Precompiled::from(&table).expect("a whole table");
        assert_eq!(whole.normalize_string("a é ｱ\u{1} z"), "bc e ア z");
    }

    #[test]
    fn the_longest_beginning_is_replaced_and_kept_tokens_are_not() {
        let table = CompiledTable::new(&small()).expect("a whole table");
        let (changed, alignment) =
            table.replaced("aabé<a>a\u{1}z", &KeptTokens::new(["<a>".to_owned()]));
        assert_eq!(changed, "bce<a>bcz");
        assert_eq!(alignment.source(&(0..1)), Some(0..1));
        assert_eq!(alignment.source(&(2..3)), Some(3..5));
        assert_eq!(alignment.source(&(8..9)), Some(10..11));
    }

    #[test]
    fn no_flipped_bit_of_a_trie_makes_a_checked_table_panic() {
        let mut table = small();
        let text = text();
        let mut passed = 0;
        let mut refused = 0;
        let used: Vec<usize> = (4..table.len()).filter(|at| table[*at] != 0).collect();
        for at in used.into_iter().flat_map(|at| at & !3..(at & !3) + 4) {
            for bit in 0..8 {
                let Some(byte) = table.get_mut(at) else { continue };
                *byte ^= 1 << bit;
                let count = if passes(&table, &text) { &mut passed } else { &mut refused };
                *count += 1;
                table[at] ^= 1 << bit;
            }
        }
        assert!(passed > 100 && refused > 100, "{passed} {refused}");
    }

    #[test]
    fn each_fault_is_reported() {
        let unit = |unit: u32| unit.to_le_bytes();
        let check = |bytes: &[u8], fault| assert_eq!(super::check(bytes), Err(fault));
        check(&[], TableFault::Length);
        check(&unit(0), TableFault::Length);
        check(&[unit(8), unit(0)].concat(), TableFault::Length);
        check(&[&unit(2)[..], &[0, 0]].concat(), TableFault::Length);
        check(&[unit(4), unit(0)].concat(), TableFault::Step { base: 0 });
        check(&[unit(4), unit(5 << 10)].concat(), TableFault::Step { base: 5 });
        check(&[small(), vec![0xff]].concat(), TableFault::Utf8);
        let mut inside = table(&[("a", "山")]);
        inside[4 + 256 * 4] = 1;
        check(&inside, TableFault::Replacement { at: 1 });
        inside[4 + 256 * 4] = 9;
        check(&inside, TableFault::Replacement { at: 9 });
    }

    #[test]
    fn a_truncated_table_does_not_panic() {
        let table = small();
        let text = text();
        let ends = (0..table.len()).filter(|end| end % 97 == 0 || end + 40 > table.len());
        let num_refused = ends.filter(|end| !passes(&table[..*end], &text)).count();
        assert!(num_refused > 50);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

        #[test]
        fn changed_bytes_do_not_panic(
            changes in vec((any::<Index>(), any::<u8>()), 1..40), text in any::<String>(),
        ) {
            let mut table = small();
            for (at, byte) in changes {
                let end = table.len();
                table[at.index(end)] = byte;
            }
            passes(&table, &text);
        }

        #[test]
        fn any_units_do_not_panic(
            units in vec(0_u32..1 << 12, 256..=256), more in vec(any::<u8>(), 0..9), text in any::<String>(),
        ) {
            let mut table = 1024_u32.to_le_bytes().to_vec();
            table.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
            table.extend(more);
            passes(&table, &text);
        }
    }
}
