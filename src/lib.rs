//! Japanese retrieval with late interaction: encode, index, search, rerank and evaluate.
//!
//! A [`Retriever`] is a loaded model. It indexes [`Document`]s into a folder (a [`Collection`]) or keeps
//! them in memory (a [`MemoryCollection`]), and reranks the results of other engines. A [`Hit`] has the
//! text of a passage, its score, its document's id and metadata.
//!
//! ```no_run
//! use jacolbert::{Bits, Collection, Document, Retriever};
//!
//! let retriever = Retriever::from_dir("assets/mini")?;
//! let documents = [
//!     Document::new("fuji", "富士山は日本で最も高い山である。"),
//!     Document::new("biwa", "琵琶湖は日本で最も大きな湖である。"),
//! ];
//! retriever.indexer("my-index").bits(Bits::Four).run(&documents)?;
//!
//! // Later, or in another process.
//! let collection = Collection::open("my-index")?;
//! for hit in &collection.search("一番高い山は？", 10)? {
//!     println!("{} {:.2} {}", hit.rank, hit.score, hit.content);
//! }
//! let hits = collection.query("一番大きな湖は？").k(3).among(["fuji", "biwa"]).search()?;
//! println!("{} hits, query truncated: {}", hits.len(), hits.is_truncated());
//! collection.delete(["fuji"])?;
//! # Ok::<(), jacolbert::Error>(())
//! ```
//!
//! # Calls
//!
//! Common calls have a short form with few arguments. The long form is a builder that ends in a verb:
//!
//! | short | long |
//! |---|---|
//! | [`Retriever::from_dir`] | [`Retriever::loader`], then [`load`](Loader::load) |
//! | [`Retriever::index`] | [`Retriever::indexer`], then [`run`](Indexer::run) or [`run_stream`](Indexer::run_stream) |
//! | [`Collection::open`] | [`Retriever::loader`], then [`open_collection`](Loader::open_collection) |
//! | [`Collection::search`] | [`Collection::query`], then [`search`](SearchBuilder::search) |
//! | [`Collection::search_batch`] | [`Collection::query_batch`], then [`search`](SearchBuilder::search) |
//! | | [`Collection::query`], then [`by_document`](SearchBuilder::by_document) and `search` |
//! | [`Collection::add`], [`replace`](Collection::replace), [`upsert`](Collection::upsert), [`delete`](Collection::delete) | [`Collection::update`], then [`add`](Updater::add), [`replace`](Updater::replace), [`upsert`](Updater::upsert) or [`delete`](Updater::delete) |
//! | | [`Collection::update`], then [`update_metadata`](Updater::update_metadata) or [`delete_where`](Updater::delete_where) |
//! | [`Retriever::rerank`] | [`Retriever::reranker`], then [`rerank`](Reranker::rerank) or [`rerank_run`](Reranker::rerank_run) |
//! | | [`Collection::runner`], then [`run`](SearchBuilder::run) or [`measure_loss`](SearchBuilder::measure_loss) |
//!
//! Progress callbacks may stop a long call, which then returns [`Error::Cancelled`] and changes nothing.
//!
//! # Features
//!
//! By default the model computes on the CPU, with kernels of this project. `flex`, `ndarray`, `wgpu`,
//! `vulkan`, `metal` and `cuda` add devices of [Burn](https://burn.dev); a [`Device`] selects one of
//! those compiled in. `fusion` and `autotune` are Burn's options for GPUs. `pytorch` reads
//! `pytorch_model.bin`. `hub` adds `Retriever::from_hub`; nothing else ever uses a network. `import` adds
//! `Retriever::import_ragatouille`. `filter` makes [filters](SearchBuilder::filter) fast.
//! `words` adds hybrid search: BM25 beside late interaction. `train` adds the training of models and needs a C++
//! compiler.
//!
//! # Crates
//!
//! The crates below also work alone: [`model`] (text to embeddings), [`index`] (compressed embeddings on
//! disk), [`search`] (the best passages for a query), [`documents`] (reading and splitting), [`eval`]
//! (how good results are).

#![cfg_attr(docsrs, feature(doc_cfg))]

mod chosen_filter;
mod collection;
mod collection_documents;
mod collection_info;
mod disk_collection;
mod document_hit;
mod document_iter;
mod document_ranking;
mod error;
mod explanation;
mod hits;
#[cfg(feature = "import")]
mod import;
mod index_options;
mod indexer;
mod ingest;
mod loader;
mod loading;
mod lock_wait;
mod memory_collection;
mod page;
mod passage_hit;
mod passage_search;
mod progress;
mod query;
mod reranker;
mod retriever;
mod run_output;
mod scores;
mod search_builder;
mod settings;
mod storage;
mod stored_collection;
mod stored_document;
mod stored_words;
mod turn;
mod update;

pub use jacolbert_core::{Embeddings, PoolFactor, Pooling};
pub use jacolbert_documents as documents;
#[cfg(feature = "words")]
pub use jacolbert_documents::{Analyser, WordDictionary};
pub use jacolbert_documents::{
    Document, Field, Filter, FilterError, FilterValue, Splitting, field, read_jsonl, read_tsv,
    stream_jsonl, stream_tsv,
};
pub use jacolbert_eval as eval;
#[cfg(feature = "hub")]
pub use jacolbert_hub as hub;
#[cfg(feature = "hub")]
pub use jacolbert_hub::{HubOptions, HubProgress, HubToken, fetch_checkpoint};
pub use jacolbert_index as index;
pub use jacolbert_index::{Bits, BuildOptions, PassageId};
pub use jacolbert_model as model;
pub use jacolbert_model::{Device, Encoder, LoadOptions, Precision, TokenRole};
pub use jacolbert_search as search;
pub use jacolbert_search::SearchOptions;
pub use jacolbert_tokenizer as tokenizer;
pub use jacolbert_tokenizer::{IgnorableCharacters, OtherDictionary};
#[cfg(feature = "train")]
pub use jacolbert_train as train;

pub use collection::Collection;
pub use collection_documents::DocumentPages;
pub use collection_info::CollectionInfo;
pub use document_hit::{DocumentHit, FoundPassage};
pub use document_iter::DocumentIter;
pub use error::Error;
pub use explanation::{Explanation, TokenMatch};
pub use hits::Hits;
#[cfg(feature = "import")]
pub use import::RagatouilleImporter;
pub use index_options::{IndexOptions, IndexProgress};
pub use indexer::{Indexed, Indexer};
pub use ingest::Truncated;
pub use loader::Loader;
pub use memory_collection::MemoryCollection;
pub use page::{Page, PageCursor};
pub use passage_hit::Hit;
#[cfg(feature = "words")]
pub use passage_search::Fusion;
pub use progress::Progress;
pub use query::Query;
pub use reranker::{Reranked, Reranker};
pub use retriever::Retriever;
pub use run_output::RunOutput;
pub use scores::Scores;
pub use search_builder::{QueryBatchBuilder, QueryBuilder, Runner, SearchBuilder};
pub use storage::{InMemory, OnDisk, Storage};
pub use stored_collection::StoredCollection;
pub use stored_document::{StoredDocument, StoredPassage};
pub use update::Updater;

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// Compiles the examples of the guides.
#[cfg(all(doctest, feature = "hub", feature = "import"))]
mod guides {
    #[doc = include_str!("../docs/models.md")]
    struct Models;

    #[doc = include_str!("../docs/documents.md")]
    struct DocumentFiles;

    #[doc = include_str!("../docs/collections.md")]
    struct Collections;

    #[doc = include_str!("../docs/filters.md")]
    struct Filters;

    #[doc = include_str!("../docs/migrating-from-ragatouille.md")]
    struct Migrating;

    #[cfg(feature = "words")]
    #[doc = include_str!("../docs/hybrid.md")]
    struct Hybrid;

    #[cfg(feature = "wgpu")]
    #[doc = include_str!("../docs/backends.md")]
    struct Backends;
}
