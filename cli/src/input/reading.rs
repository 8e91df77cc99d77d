//! How records become documents.

use jacolbert::documents::FieldNames;

use super::values::Numbers;

/// How records become documents.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    pub(super) names: FieldNames,
    pub(super) numbers: Numbers,
    /// Records that may be left out.
    pub(super) max_skipped: usize,
}
