//! The metadata of a block as columns: one file beside the block, from which filters are evaluated.

mod column_lookup;
mod column_values;
mod deriver;
mod evaluation;
mod layout;
mod number_order;
mod path_columns;
mod path_tree;
mod path_values;
mod truth_sets;

pub(crate) use deriver::MetadataColumns;
pub(crate) use evaluation::matching;
