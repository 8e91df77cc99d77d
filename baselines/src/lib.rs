//! Baselines to compare late interaction with: BM25 for Japanese.
//!
//! A [`Bm25Index`] holds passages in memory, cut into terms by an [`Analyser`], and ranks them for a
//! query. A whole BEIR folder becomes an index with [`Bm25Index::from_beir`] and a run with
//! [`Bm25Index::run`], which `jacolbert_eval` judges like any other.
//!
//! ```
//! use jacolbert_baselines::{Analyser, Bm25Index, Bm25Options};
//!
//! let passages = [("fuji", "富士山は日本で最も高い山である。"), ("biwa", "琵琶湖は日本で最も大きい湖である。")];
//! let index = Bm25Index::new(passages, Analyser::Bigrams, &Bm25Options::default())?;
//!
//! let hits = index.search("日本一高い山は?", 10)?;
//! assert_eq!(hits[0].0, "fuji");
//! # Ok::<(), jacolbert_baselines::Error>(())
//! ```
//!
//! Analyser, postings and score are those of collections: `jacolbert_documents::WordIndex`, whose
//! [`Bm25Options`] have the formula. Lengths are exact unless [`Lengths::Lucene`] asks for the one byte in which
//! tantivy has them. Scores then equal those of tantivy; a test checks it.

mod beir;
mod error;
mod index;

pub use beir::Content;
pub use error::Error;
pub use index::Bm25Index;
pub use jacolbert_documents::{Analyser, Bm25Options, Lengths, WordDictionary};
