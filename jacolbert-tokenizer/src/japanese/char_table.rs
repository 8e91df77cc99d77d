//! `char.bin`: the categories of each character, and how unknown words are formed from them.
//!
//! | bytes | field |
//! |---|---|
//! | 0..4 | number of categories `c`, u32 |
//! | 4..4+32c | their names, padded with NUL |
//! | ..+4·65,535 | one u32 for each of the codes 0..=0xfffe, laid out as in [`CharInfo`] |

use std::path::PathBuf;

use super::dictionary_file::DictionaryFile;
use super::word_file::name;
use crate::Error;

const NUM_CODES: usize = 0xffff;
const NAME_BYTES: usize = 32;
/// The set of categories in a [`CharInfo`] has 18 bits.
const MAX_CATEGORIES: u32 = 18;

/// The dictionary's entry for one character.
///
/// | bits | meaning |
/// |---|---|
/// | 0..18 | set of categories |
/// | 18..26 | default category, whose unknown-word entries are used |
/// | 26..30 | length: unknown words of 1..=length characters are tried |
/// | 30 | group: an unknown word of all following characters of the same kind is tried |
/// | 31 | invoke: unknown words are tried even if the dictionary has words |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct CharInfo(u32);

/// The validated table. It is a copy, as it has a quarter of a megabyte in every dictionary.
#[derive(Debug)]
pub(super) struct CharTable {
    categories: Vec<String>,
    infos: Vec<CharInfo>,
}

impl CharTable {
    /// Reads the table and checks that every default category exists.
    pub(super) fn open(path: PathBuf) -> Result<Self, Error> {
        let file = DictionaryFile::open(path)?;
        let num_categories = file.u32_field("number of categories", 0)?;
        if !(1..=MAX_CATEGORIES).contains(&num_categories) {
            let limit = u64::from(MAX_CATEGORIES) + 1;
            return Err(file.payload("number of categories", u64::from(num_categories), limit));
        }
        let categories = categories(&file, num_categories)?;
        let start = 4 + NAME_BYTES * categories.len();
        let len = file.bytes().len() as u64;
        file.check_size("length", len, (start + 4 * NUM_CODES) as u64)?;
        let infos = infos(&file, start, num_categories)?;
        Ok(Self { categories, infos })
    }

    /// Names of the categories, by number.
    pub(super) fn categories(&self) -> &[String] {
        &self.categories
    }

    /// The entry of `character`.
    ///
    /// As in the C library, a character outside of the basic plane counts as U+0000. U+FFFF is one past the end of the
    /// table; the C library reads the zeros after the file there, so that it has no category.
    #[inline]
    pub(super) fn info(&self, character: char) -> CharInfo {
        let code = u32::from(character);
        let code = if code > 0xffff { 0 } else { code as usize };
        self.infos.get(code).copied().unwrap_or_default()
    }
}

impl CharInfo {
    /// Whether the two characters have a category in common.
    #[inline]
    pub(super) fn is_kind_of(self, other: Self) -> bool {
        self.0 & other.0 & 0x3_ffff != 0
    }

    /// Number of the category whose unknown-word entries apply to this character.
    #[inline]
    pub(super) fn default_category(self) -> u8 {
        (self.0 >> 18) as u8
    }

    /// Length in characters of the longest unknown word to try, besides the grouped one.
    #[inline]
    pub(super) fn length(self) -> usize {
        (self.0 >> 26 & 0xf) as usize
    }

    /// Whether to try an unknown word of all following characters of the same kind.
    #[inline]
    pub(super) fn group(self) -> bool {
        self.0 >> 30 & 1 == 1
    }

    /// Whether to try unknown words even if the dictionary has words.
    #[inline]
    pub(super) fn invoke(self) -> bool {
        self.0 >> 31 == 1
    }
}

fn categories(file: &DictionaryFile, num_categories: u32) -> Result<Vec<String>, Error> {
    let starts = (0..num_categories as usize).map(|category| 4 + NAME_BYTES * category);
    starts.map(|start| file.field("category name", start).map(|bytes| name(&bytes))).collect()
}

fn infos(file: &DictionaryFile, start: usize, num_categories: u32) -> Result<Vec<CharInfo>, Error> {
    let words = file.bytes()[start..].as_chunks().0;
    let infos: Vec<_> = words.iter().map(|word| CharInfo(u32::from_le_bytes(*word))).collect();
    match infos.iter().find(|info| u32::from(info.default_category()) >= num_categories) {
        Some(info) => Err(file.payload(
            "default category",
            u64::from(info.default_category()),
            u64::from(num_categories),
        )),
        None => Ok(infos),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn info_is_read_from_its_bits() {
        let info = CharInfo(0b11 | 7 << 18 | 5 << 26 | 1 << 30);
        assert_eq!((info.default_category(), info.length()), (7, 5));
        assert_eq!((info.group(), info.invoke()), (true, false));
        assert!(info.is_kind_of(CharInfo(0b10)) && !info.is_kind_of(CharInfo(0b100 | 7 << 18)));
        assert_eq!((CharInfo(1 << 31).invoke(), CharInfo(1 << 31).group()), (true, false));
    }

    #[test]
    fn characters_outside_of_the_table_are_as_in_the_c_library() {
        let infos = (0..NUM_CODES as u32).map(|code| CharInfo(code + 1)).collect();
        let table = CharTable { categories: Vec::new(), infos };
        assert_eq!(table.info('a'), CharInfo(0x62));
        assert_eq!(table.info('\u{fffe}'), CharInfo(0xffff));
        assert_eq!(table.info('\u{ffff}'), CharInfo(0));
        assert_eq!(table.info('😀'), table.info('\0'));
    }
}
