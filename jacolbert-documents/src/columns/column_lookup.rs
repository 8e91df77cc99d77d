//! The documents with one value of a column.

use std::fmt::Debug;

use tantivy_columnar::Column;

/// The documents of which a value is `value`, ascending.
pub(super) fn documents_with<T: PartialOrd + Copy + Debug + Send + Sync + 'static>(
    column: &Column<T>,
    value: T,
) -> Vec<u32> {
    let mut documents = Vec::new();
    // Below the least value, tantivy-columnar 0.27 finds the least.
    if column.min_value() <= value && value <= column.max_value() {
        column.get_docids_for_value_range(value..=value, 0..column.num_docs(), &mut documents);
    }
    documents
}
