//! What the columns of a block are called, and what they say.
//!
//! The file has a part `block` and one part for each path of keys in the metadata, named by the JSON array of these
//! keys. Such a part is a file of the crate tantivy-columnar, with the columns below, of which those without a value
//! are absent. A value is in the column of its own type, so that none is rounded.

use crate::filter::Step;

/// The kind of the file.
pub(super) const KIND: &str = "columns";

/// What the columns depend on beside the block: the version of what is derived.
pub(super) const SETTINGS: &[u8] = b"1";

/// Part with two bytes: whether every path has a part, and whether a document is stored more than once.
pub(super) const BLOCK: &str = "block";

pub(super) const BOOL: &str = "bool";
pub(super) const INTEGER: &str = "integer";
pub(super) const REAL: &str = "real";
pub(super) const TEXT: &str = "text";
/// What a value is that no other column has; see [`State`].
pub(super) const STATE: &str = "state";
/// Before the name of a column that has the elements of arrays.
pub(super) const EACH: &str = "each ";

/// Keys of a path that has columns; what lies deeper is read from the JSON.
pub(super) const MAX_DEPTH: usize = 8;
/// Paths that have columns. Those of the most documents are chosen.
pub(super) const MAX_PATHS: usize = 1_000;
/// Bytes of a text that is in a column; a longer one is read from the JSON.
pub(super) const MAX_TEXT: usize = 1_000;

/// A value that is in no column of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Null,
    /// An array whose elements are in columns.
    Array,
    /// An array of which an element is in no column.
    ArrayInJson,
    Object,
    LongText,
}

impl State {
    pub(super) const ALL: [Self; 5] =
        [Self::Null, Self::Array, Self::ArrayInJson, Self::Object, Self::LongText];

    /// Its number in the column.
    pub(super) fn number(self) -> u64 {
        match self {
            Self::Null => 0,
            Self::Array => 1,
            Self::ArrayInJson => 2,
            Self::Object => 3,
            Self::LongText => 4,
        }
    }
}

/// The name of the part of a path.
pub(super) fn part_name(keys: &[&str]) -> String {
    serde_json::to_string(keys).expect("texts are JSON")
}

/// The keys with which a path begins.
pub(super) fn leading_keys(steps: &[Step]) -> Vec<&str> {
    let keys = steps.iter().map_while(|step| match step {
        Step::Key(key) => Some(key.as_str()),
        Step::Element(_) => None,
    });
    keys.collect()
}
