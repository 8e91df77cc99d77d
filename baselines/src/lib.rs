//! Baselines to compare late interaction with: BM25 for Japanese.
//!
//! A [`Bm25Index`] holds passages in memory, cut into terms by an [`Analyzer`], and ranks them for a
//! query. A whole BEIR folder becomes an index with [`Bm25Index::from_beir`] and a run with
//! [`Bm25Index::run`], which `jacolbert_eval` judges like any other.
//!
//! ```
//! use jacolbert_baselines::{Analyzer, Bm25Index, Bm25Options};
//!
//! let passages = [("fuji", "富士山は日本で最も高い山である。"), ("biwa", "琵琶湖は日本で最も大きい湖である。")];
//! let index = Bm25Index::new(passages, Analyzer::Bigrams, &Bm25Options::default())?;
//!
//! let hits = index.search("日本一高い山は?", 10)?;
//! assert_eq!(hits[0].0, "fuji");
//! # Ok::<(), jacolbert_baselines::Error>(())
//! ```
//!
//! # The score
//!
//! Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009), equation
//! 3.15, with the idf of Lucene, which is never negative. Over the terms `t` of the query, with
//! repetitions:
//!
//! ```text
//! sum of  ln(1 + (N - n(t) + 0.5) / (n(t) + 0.5)) * (k1 + 1) * f / (f + k1 * (1 - b + b * l / m))
//! ```
//!
//! `N` is the number of passages, `n(t)` that of passages with the term, `f` how often the passage
//! has it, `l` the passage's length in terms and `m` the mean length.
//!
//! # What tantivy does here
//!
//! tantivy 0.27 stores the terms and their postings. It does not score, because its k1 = 1.2 and b = 0.75
//! are constants and it rounds a length to one byte. Here k1 and b are options, and lengths are exact
//! unless [`Lengths::Lucene`] asks for that byte. Scores then equal those of tantivy; a test checks it.

mod analyzer;
mod beir;
mod error;
mod index;
mod options;
mod postings;

pub use analyzer::Analyzer;
pub use beir::Content;
pub use error::{AnalyzerError, Error};
pub use index::Bm25Index;
pub use options::{Bm25Options, Lengths};
