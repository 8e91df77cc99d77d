//! Filters over the metadata of documents.

mod error;
mod expression;
mod field;
mod field_path;
mod from_text;
mod json_fields;
mod like_pattern;
mod node;
mod operands;
mod parser;
mod program;
mod real_text;
mod token;
mod token_cursor;
mod truth;
mod value;

pub use error::{Expected, FilterError, FilterFault, FilterPosition, Quoted};
pub use expression::Filter;
pub use field::{Field, field};
#[cfg(feature = "filter")]
pub(crate) use field_path::{FieldPath, Step};
#[cfg(feature = "filter")]
pub(crate) use json_fields::{FieldValue, WantedFields, elements, members};
#[cfg(feature = "filter")]
pub(crate) use node::Comparison;
pub(crate) use program::Program;
#[cfg(feature = "filter")]
pub(crate) use program::{ProgramStep, ReadyTest};
pub(crate) use truth::Truth;
pub use value::FilterValue;
#[cfg(feature = "filter")]
pub(crate) use value::Scalar;
