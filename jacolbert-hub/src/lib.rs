//! Checkpoints from a hub of models, through the cache that the hub's other clients use.
//!
//! [`fetch_checkpoint`] takes the name of a model and returns the folder of its files:
//!
//! ```no_run
//! use std::ops::ControlFlow;
//!
//! use jacolbert_hub::{HubOptions, fetch_checkpoint};
//!
//! let options = HubOptions::default();
//! let folder = fetch_checkpoint("bclavie/JaColBERT", &options, &mut |_| ControlFlow::Continue(()))?;
//! # Ok::<(), jacolbert_hub::Error>(())
//! ```

mod cache;
mod client;
mod download;
mod error;
mod listing;
mod name;
mod name_fault;
mod options;
mod partial_download;

pub use download::{HubProgress, fetch_checkpoint};
pub use error::Error;
pub use name_fault::NameFault;
pub use options::{HubOptions, HubToken};

/// Compiles what the README shows.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
