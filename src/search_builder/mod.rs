//! Searches of a collection, each a builder that ends in a verb.

mod aliases;
mod by_document;
mod one_query;
mod queries;
mod query_batch;
mod runner;
mod settings;

pub use aliases::{QueryBatchBuilder, QueryBuilder, Runner};
pub use settings::SearchBuilder;
