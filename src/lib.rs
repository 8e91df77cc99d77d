//! Japanese late-interaction retrieval: JaColBERT in Rust.
//!
//! A [`Retriever`] holds a model that turns a text into one vector a token. It indexes [`Document`]s
//! into a folder ([`Collection`]), keeps them in memory ([`MemoryCollection`]), or puts another
//! engine's list in a better order. Every [`Hit`] carries its text, its score, its document and what
//! that document came with.
//!
//! ```no_run
//! use std::path::Path;
//!
//! use jacolbert::{Device, Document, Retriever, SearchOptions};
//!
//! let retriever = Retriever::from_dir(Path::new("assets/mini"), &Device::cpu())?;
//! let documents = [
//!     Document::new("fuji", "富士山は日本で最も高い山である。"),
//!     Document::new("biwa", "琵琶湖は日本で最も大きな湖である。"),
//! ];
//! let indexed = retriever.index(Path::new("my-index"), &documents, &Default::default())?;
//! for hit in indexed.collection.search("一番高い山は？", &SearchOptions::default())? {
//!     println!("{} {:.2} {}", hit.rank, hit.score, hit.content);
//! }
//! # Ok::<(), jacolbert::Error>(())
//! ```
//!
//! The rooms behind it can be used on their own: [`model`] (text to embeddings, on Burn), [`index`]
//! (compressed embeddings on disk), [`search`] (the best passages for a query), [`eval`] (how good
//! they are), and with the feature `train` (which needs a C++ compiler) the losses that train a model.
//! [`index`] and [`search`] work on anybody's token embeddings and do not need Burn.
//!
//! What [`Retriever::run`], [`Collection::run`] and [`Retriever::rerank_run`] find for many queries is a
//! run, which [`eval`] judges.
//!
//! Backends are features: `flex` (CPU, default), `ndarray`, `wgpu`, `vulkan`, `metal`, `cuda`. The
//! [`Device`] value picks among those compiled in. `fusion` and `autotune` are Burn's, for a GPU.
//!
//! With the feature `hub`, `Retriever::from_hub_with("bclavie/JaColBERT", ..)` gets a checkpoint from the
//! Hugging Face hub and keeps it in the cache that is shared with the hub's clients in Python.
//! Nothing else of this crate ever uses a network.
//!
//! With the feature `import`, `Retriever::import_ragatouille` makes a collection of an index that
//! RAGatouille wrote, without encoding anything anew.

mod collection;
mod document_search;
mod error;
mod hit;
#[cfg(feature = "import")]
mod import;
mod ingest;
mod memory_collection;
mod query;
mod retriever;
mod runs;
mod search_quality;
mod settings;

pub use jacolbert_core::{PoolFactor, Pooling};
pub use jacolbert_documents as documents;
pub use jacolbert_documents::{
    Document, Splitting, read_jsonl, read_tsv, stream_jsonl, stream_tsv,
};
pub use jacolbert_eval as eval;
#[cfg(feature = "hub")]
pub use jacolbert_hub as hub;
#[cfg(feature = "hub")]
pub use jacolbert_hub::{HubOptions, HubProgress, HubToken, fetch_checkpoint};
pub use jacolbert_index as index;
pub use jacolbert_index::{Bits, BuildOptions, PassageId};
pub use jacolbert_model as model;
pub use jacolbert_model::{Device, Encoder, LoadOptions};
pub use jacolbert_search as search;
pub use jacolbert_search::{Match, SearchOptions};
pub use jacolbert_tokenizer as tokenizer;
#[cfg(feature = "train")]
pub use jacolbert_train as train;

pub use collection::Collection;
pub use error::Error;
pub use hit::{Hit, Reranked};
pub use ingest::Truncated;
pub use memory_collection::MemoryCollection;
pub use query::Query;
pub use retriever::{IndexOptions, IndexProgress, Indexed, Retriever};
pub use search_quality::SearchQuality;

/// Compiles what the README shows.
#[cfg(all(doctest, feature = "flex"))]
#[doc = include_str!("../README.md")]
struct Readme;
