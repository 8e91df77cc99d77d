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
        /// The first incomplete field.
        field: &'static str,
        /// Where that field would end.
        end: u64,
        /// Bytes in the file.
        len: u64,
    },
    /// The magic number does not encode the length of the file.
    #[error("the magic number encodes a length of {recorded} bytes, the file has {len}")]
    Magic {
        /// The length that the magic number encodes.
        recorded: u64,
        /// Bytes in the file.
        len: u64,
    },
    /// The file was written by another version of the dictionary compiler.
    #[error("format version {found} instead of {supported}")]
    Version {
        /// The version in the header.
        found: u32,
        /// The version that can be read.
        supported: u32,
    },
    /// The file is a dictionary of another type than its name says.
    #[error("dictionary type {found} instead of {expected}")]
    Kind {
        /// The type in the header (0 system, 1 user, 2 unknown words).
        found: u32,
        /// The expected type.
        expected: u32,
    },
    /// The dictionary is not in UTF-8.
    #[error(
        "character set {found:?} instead of UTF-8; the packages ipadic, unidic-lite and unidic of Python are in \
         UTF-8, and `mecab-dict-index -t utf-8` compiles a dictionary in it"
    )]
    Charset {
        /// The character set in the header.
        found: String,
    },
    /// A size in a header contradicts another one or the file's length.
    #[error("{field} is {found}, expected {expected}")]
    Size {
        /// The size.
        field: &'static str,
        /// Its value.
        found: u64,
        /// The value that follows from the rest of the header.
        expected: u64,
    },
    /// A character category has no unknown-word entry in `unk.dic`.
    #[error("no unknown-word entry for category {category}")]
    Category {
        /// Name of the category in `char.bin`.
        category: String,
    },
    /// A number in the file is outside of its range.
    #[error("{field} {found} is outside 0..{limit}")]
    Payload {
        /// The meaning of the number.
        field: &'static str,
        /// Its value.
        found: u64,
        /// The smallest value that is too large.
        limit: u64,
    },
}
