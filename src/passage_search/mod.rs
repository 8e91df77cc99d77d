//! The passages of a state of a collection, ranked for questions.

mod found;
#[cfg(feature = "words")]
mod fusion;
#[cfg(feature = "words")]
mod hybrid;
mod questions;
mod ranked_by;
mod search;
mod subset;

pub(crate) use found::Found;
#[cfg(feature = "words")]
pub use fusion::Fusion;
pub(crate) use questions::{Question, Questions};
pub(crate) use ranked_by::RankedBy;
pub(crate) use search::PassageSearch;
pub(crate) use subset::subset_of;
