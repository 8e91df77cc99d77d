//! Filters over the metadata of documents.

mod error;
mod expression;
mod field;
mod field_path;
mod json_fields;
mod like_pattern;
mod node;
mod parser;
mod program;
mod token;
mod truth;
mod value;

pub use error::{Expected, FilterError, FilterFault, FilterPosition, Quoted};
pub use expression::Filter;
pub use field::{Field, field};
pub(crate) use program::Program;
pub(crate) use truth::Truth;
pub use value::FilterValue;
