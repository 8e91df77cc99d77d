//! Documents in, passages out, for retrieval with
//! [jacolbert](https://github.com/jacolbert/jacolbert).
//!
//! - [`Document`] is a text with an id and metadata; [`read_jsonl`], [`read_tsv`] and their streams read
//!   files of them.
//! - [`Splitting`] cuts long documents into passages at the ends of sentences.
//! - [`Documents`] are the texts, ids and metadata of a collection, read in place from blocks that are
//!   part of an index's commits. [`DocumentBlockBuilder`] writes a block.
//! - A [`Filter`] is an expression over metadata, with the semantics of SQLite; [`Documents::matching`] finds the
//!   documents that pass. The feature `filter` keeps the metadata in columns for it.
//! - [`ragatouille_documents`] reads the documents beside an index of RAGatouille.
//!
//! No model is needed: splitting takes a function that counts tokens.
//!
//! ```
//! use jacolbert_documents::Splitting;
//!
//! let count = |text: &str| Ok::<_, std::convert::Infallible>(text.chars().count());
//! let splitting = Splitting::Sentences { max_tokens: 12, overlap: 0 };
//! let passages = splitting.split("富士山は高い。琵琶湖は大きい。信濃川は長い。", count)?;
//! assert_eq!(passages, ["富士山は高い。", "琵琶湖は大きい。", "信濃川は長い。"]);
//! # Ok::<(), std::convert::Infallible>(())
//! ```

#[cfg(feature = "filter")]
mod columns;
mod document;
mod error;
mod filter;
mod ragatouille;
mod reading;
mod splitting;
mod store;
#[cfg(feature = "words")]
mod words;

pub use document::{
    Document, MAX_METADATA_DEPTH, check_documents, check_metadata, check_passages,
    checked_documents,
};
pub use error::{Error, PassageFault};
pub use filter::{
    Expected, Field, Filter, FilterError, FilterFault, FilterPosition, FilterValue, Quoted, field,
};
pub use ragatouille::{
    RagatouilleDocument, RagatouillePassage, ragatouille_block, ragatouille_documents,
};
pub use reading::{
    DocumentStream, FieldFault, FieldNames, Quotes, read_jsonl, read_tsv, stream_jsonl, stream_tsv,
};
pub use splitting::Splitting;
pub use store::{
    Companions, DocumentBlock, DocumentBlockBuilder, DocumentChanges, Documents, Join,
    MatchingDocuments, NewCompanion, StoredPassage, block_name, check_features,
};
#[cfg(feature = "words")]
pub use words::{
    Analyser, Bm25Options, Lengths, PassageScores, ScoredPassage, WordBlockBuilder, WordDictionary,
    WordIndex,
};

/// Compiles the README's example.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
