//! The tables of the JaColBERT reports, each by one command.
//!
//! A module for each test collection reads it as it is distributed: [`jsquad`], [`miracl`], [`mr_tydi`],
//! [`jqara`], [`jacwir`]. Each gives a [`TestCollection`], on which an [`Experiment`] runs models and BM25
//! and makes one table, with the [`published`] figures beside the measured ones. What an experiment has
//! finished stays in a folder and is taken up again.

mod args;
mod beir;
mod collection;
mod contexts;
mod dense;
mod error;
mod experiment;
mod files;
pub mod jacwir;
pub mod jqara;
mod json_file;
pub mod jsquad;
mod kept;
mod lines;
pub mod miracl;
mod model_name;
pub mod mr_tydi;
pub mod pool;
pub mod published;
mod python_random;
mod rows;
mod systems;
mod table;

pub use args::{Args, USAGE};
pub use collection::TestCollection;
pub use dense::DenseModel;
pub use error::Error;
pub use experiment::{Experiment, Progress};
pub use kept::Kept;
pub use python_random::PythonRandom;
pub use systems::{Bm25, ColbertModel, SearchBy, System, check_systems};
pub use table::Table;
