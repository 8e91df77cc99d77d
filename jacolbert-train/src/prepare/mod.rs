//! Training data from pairs, labelled pairs or triplets of texts, with negatives that a search finds.
//!
//! ```
//! use jacolbert_train::prepare::{MiningOptions, TrainingData};
//!
//! let mut data = TrainingData::default();
//! data.add_pairs([
//!     ("日本一高い山は？", "富士山は日本で最も高い山である。"),
//!     ("日本一大きな湖は？", "琵琶湖は日本で最も大きな湖である。"),
//! ])?;
//! data.add_passages(["信濃川は日本で最も長い川である。"])?;
//!
//! // The ranker is BM25 or a trained model. This one always returns the first passages.
//! let mut ranker = |queries: &[&str], k: usize| {
//!     Ok(queries.iter().map(|_| (0..3).take(k).collect()).collect())
//! };
//! let mined = data.mine(&MiningOptions::default(), &mut ranker)?;
//! assert_eq!(mined.num_negatives, 4);
//!
//! let folder = std::env::temp_dir().join("jacolbert-prepare");
//! let written = data.write(&folder)?;
//! assert_eq!(written.num_rows, 2);
//! # std::fs::remove_dir_all(&folder).expect("the folder is there");
//! # Ok::<(), jacolbert_train::Error>(())
//! ```

mod given;
mod judgement;
mod left_out;
mod mining;
mod text_set;
mod writing;

pub use left_out::LeftOut;
pub use mining::{Mined, MiningOptions, Ranker};
pub use writing::{COLLECTION, QUERIES, ROWS, Written};

use crate::BadTexts;
use judgement::Judgement;
use text_set::TextSet;

/// Queries, passages, and judgements of which passage answers which query. Every text is stored once.
#[derive(Debug, Clone, Default)]
pub struct TrainingData {
    queries: TextSet,
    passages: TextSet,
    /// One for each query.
    judgements: Vec<Judgement>,
    bad_texts: BadTexts,
    left_out: LeftOut,
}

impl TrainingData {
    /// No data yet. `bad_texts` says what to do with a text that is empty, or a passage that is both a
    /// positive and a negative of a query; the default is to fail.
    ///
    /// ```
    /// use jacolbert_train::BadTexts;
    /// use jacolbert_train::prepare::TrainingData;
    ///
    /// let mut data = TrainingData::new(BadTexts::Skip);
    /// data.add_pairs([("日本一高い山は？", "富士山"), ("日本一大きな湖は？", "")])?;
    /// assert_eq!((data.queries().len(), data.left_out().empty_texts), (1, 1));
    /// # Ok::<(), jacolbert_train::Error>(())
    /// ```
    pub fn new(bad_texts: BadTexts) -> Self {
        Self { bad_texts, ..Self::default() }
    }

    /// What was left out so far, by [`BadTexts::Skip`].
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }

    /// The queries, in the order of their first occurrence; a query's position is its number.
    pub fn queries(&self) -> impl ExactSizeIterator<Item = &str> {
        self.queries.iter()
    }

    /// The passages, in the order of their first occurrence; a passage's position is its number.
    pub fn passages(&self) -> impl ExactSizeIterator<Item = &str> {
        self.passages.iter()
    }

    /// Numbers of the passages that answer a query, or nothing if there is no query `query`.
    pub fn positives(&self, query: usize) -> &[usize] {
        self.judgements.get(query).map_or(&[], |judgement| &judgement.positives)
    }

    /// Numbers of the passages that do not answer a query, given or mined, or nothing if there is no query
    /// `query`.
    pub fn negatives(&self, query: usize) -> &[usize] {
        self.judgements.get(query).map_or(&[], |judgement| &judgement.negatives)
    }
}
