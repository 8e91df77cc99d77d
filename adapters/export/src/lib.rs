//! Exports the passages of a [jacolbert](https://github.com/jacolbert/jacolbert) collection with all their vectors, one
//! per token.
//!
//! - [`Export`] selects what is exported: a filter, and whether the vectors are the stored ones or made anew.
//! - [`Export::write_parquet`] writes a Parquet file, for pandas, Polars, DuckDB and the like.
//! - [`Export::write_qdrant`] writes what the HTTP API of Qdrant takes, as JSON lines. [`QdrantVectors`] makes the
//!   collection and the queries that belong to it.
//! - [`Export::passages`] gives them one after the other, for everything else.
//!
//! ```no_run
//! use jacolbert::Collection;
//! use jacolbert_export::{Export, QdrantVectors};
//!
//! let collection = Collection::open("my-index")?;
//! Export::new(&collection).filter("year >= 2020").write_parquet("passages.parquet")?;
//! Export::new(&collection).write_qdrant("points.jsonl", &QdrantVectors::default())?;
//! # Ok::<(), jacolbert_export::Error>(())
//! ```

mod error;
mod export;
mod export_summary;
mod exported_passages;
mod new_file;
mod parquet_file;
mod qdrant;
mod settings;

pub use error::Error;
pub use export::Export;
pub use export_summary::ExportSummary;
pub use exported_passages::{ExportedPassage, ExportedPassages};
pub use qdrant::QdrantVectors;
pub use settings::{Precision, VectorSource};

/// Compiles the README's examples.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
