//! Late-interaction search over token embeddings.
//!
//! The score of a passage is [`maxsim`], on every path: [`exhaustive_search`] applies it to plain
//! embeddings, [`Searcher`] to the decoded passages of an index, of which it looks at a few
//! promising ones only.
//!
//! ```
//! use jacolbert_index::{BuildOptions, Embeddings, IndexBuilder, PassageId};
//! use jacolbert_search::{SearchOptions, Searcher, exhaustive_search};
//!
//! let passages = vec![
//!     Embeddings::new(vec![0.6, 0.8, 1.0, 0.0], 2)?,
//!     Embeddings::new(vec![0.0, 1.0], 2)?,
//! ];
//! let mut builder = IndexBuilder::new(2, BuildOptions::default())?;
//! for passage in &passages {
//!     builder.add(passage.as_ref())?;
//! }
//! let index = builder.build()?;
//!
//! let query = Embeddings::new(vec![1.0, 0.0], 2)?;
//! let all = (0..).map(PassageId).zip(passages.iter().map(Embeddings::as_ref));
//! let exact = exhaustive_search(query.as_ref(), all, 1)?;
//! let hits = Searcher::new(&index).search(query.as_ref(), &SearchOptions::default())?;
//! assert_eq!(hits[0].passage, exact[0].passage);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod candidate;
mod error;
mod exhaustive;
mod explain;
mod hit;
mod maxsim;
mod options;
mod probe;
mod ranking;
mod rerank;
mod rescore;
mod scope;
mod searcher;
mod shortlist;
mod subset;

pub use error::Error;
pub use exhaustive::exhaustive_search;
pub use explain::{Match, explain};
pub use hit::Hit;
pub use maxsim::maxsim;
pub use options::SearchOptions;
pub use searcher::Searcher;
pub use subset::PassageSubset;

/// Compiles what the README shows.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
