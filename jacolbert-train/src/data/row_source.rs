//! The row that an example comes from.

use serde::{Deserialize, Serialize};

/// The row that an example comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowSource {
    /// The line in the file of rows, from 1.
    pub line: usize,
    /// The query's id; its text if rows have texts.
    pub query: String,
}
