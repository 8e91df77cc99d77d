//! Late-interaction search over token embeddings.
//!
//! The score of a passage is always [`maxsim`]. [`exhaustive_search`] computes it for every passage of a
//! list of embeddings. [`Searcher`] searches an index and computes it for the decoded passages that are left
//! after three faster stages:
//!
//! 1. Probe: read the inverted lists of the cells that are closest to the query tokens.
//! 2. Shortlist: score each passage as if every token were its centroid.
//! 3. Rescore: add the residuals, in bytes.
//! 4. Rerank: decode the best passages and score them exactly.
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
mod patience;
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
