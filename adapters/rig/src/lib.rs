//! [Late interaction](https://github.com/jacolbert/jacolbert) for the agents of [rig](https://docs.rs/rig-core).
//!
//! - [`CollectionIndex`] makes a collection a [`VectorStoreIndex`](rig_core::vector_store::VectorStoreIndex), and with
//!   that also a tool that a model can call.
//! - [`MetadataFilter`] is a filter over the metadata, from rig's builders or from a text.
//! - [`rerank_model`] makes a retriever a model that reranks.
//!
//! Searches and reranking compute on Tokio's threads for blocking work, so that they hold up no other task. Outside a
//! Tokio runtime they compute where they are awaited.
//!
//! ```no_run
//! use jacolbert::{Collection, Hit};
//! use jacolbert_rig::{CollectionIndex, MetadataFilter};
//! use rig_core::vector_store::{VectorSearchRequest, VectorStoreIndex};
//!
//! # async fn search() -> Result<(), Box<dyn std::error::Error>> {
//! let index = CollectionIndex::new(Collection::open("my-index")?);
//! let filter: MetadataFilter = "year >= 2020".parse()?;
//! let request = VectorSearchRequest::builder().query("一番高い山は？").samples(3).filter(filter).build();
//! for result in index.top_n::<Hit>(request).await? {
//!     println!("{} {:.2} {}", result.id, result.score, result.document.content);
//! }
//! # Ok(())
//! # }
//! ```

mod blocking;
mod collection_index;
mod metadata_filter;
mod rerank;

pub use collection_index::CollectionIndex;
pub use metadata_filter::{InvalidFilter, MetadataFilter};
pub use rerank::{LocalReranker, RerankModel, rerank_model};

/// Compiles the README's examples.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
