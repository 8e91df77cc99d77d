//! What can be wrong with a compiled MeCab dictionary.

/// Why a folder or a file in it cannot be used as a compiled MeCab dictionary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DictionaryFault {
    /// Files that every compiled dictionary has are absent from the folder.
    #[error("not a compiled MeCab dictionary: no {}", missing.join(", no "))]
    NotADictionary {
        /// Names of the absent files.
        missing: Vec<&'static str>,
    },
    /// The file ends before a field of its header does.
    #[error("truncated: {field} ends at byte {end}, the file has {len}")]
    Truncated {
        /// The first field that is not whole.
        field: &'static str,
        /// Where that field would end.
        end: u64,
        /// Bytes in the file.
        len: u64,
    },
    /// The magic number does not stand for the length of the file.
    #[error("magic number stands for {recorded} bytes, the file has {len}")]
    Magic {
        /// The length that the magic number stands for.
        recorded: u64,
        /// Bytes in the file.
        len: u64,
    },
    /// The file was written by another version of the dictionary compiler.
    #[error("format version {found}, this reader knows {supported}")]
    Version {
        /// The version in the header.
        found: u32,
        /// The version read here.
        supported: u32,
    },
    /// A dictionary of another kind stands under this file's name.
    #[error("dictionary type {found} where {expected} belongs")]
    Kind {
        /// The type in the header (0 system, 1 user, 2 unknown words).
        found: u32,
        /// The type that belongs there.
        expected: u32,
    },
    /// The dictionary is not in UTF-8.
    #[error("character set {found:?}, only UTF-8 dictionaries are read")]
    Charset {
        /// The character set in the header.
        found: String,
    },
    /// A length in a header disagrees with another one or with the file.
    #[error("{field} is {found}, expected {expected}")]
    Size {
        /// The length in question.
        field: &'static str,
        /// Its value.
        found: u64,
        /// The value that the rest of the header asks for.
        expected: u64,
    },
    /// A character category has no unknown-word entry in `unk.dic`.
    #[error("no unknown-word entry for category {category}")]
    Category {
        /// Name of the category in `char.bin`.
        category: String,
    },
    /// A number inside the file points outside of what it indexes.
    #[error("{field} {found} is outside 0..{limit}")]
    Payload {
        /// What the number is.
        field: &'static str,
        /// Its value.
        found: u64,
        /// The first value that is too large.
        limit: u64,
    },
}
