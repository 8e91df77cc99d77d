//! Training data from pairs, labelled pairs or triplets of texts, with negatives that a search finds.
//!
//! ```
//! use jacolbert_train::prepare::{MiningOptions, TrainingData};
//!
//! let mut data = TrainingData::from_pairs([
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

mod mining;
mod text_set;
mod writing;

pub use mining::{Mined, MiningOptions, Ranker};
pub use writing::{COLLECTION, QUERIES, ROWS, Written};

use crate::Error;
use crate::data::{RowFault, beginning};
use text_set::TextSet;

/// Queries, passages, and judgements of which passage answers which query. Every text is stored once.
#[derive(Debug, Clone, Default)]
pub struct TrainingData {
    queries: TextSet,
    passages: TextSet,
    /// One for each query.
    judgements: Vec<Judgement>,
}

/// Judged passages of one query, by number, in the order of the input.
#[derive(Debug, Clone, Default)]
struct Judgement {
    positives: Vec<usize>,
    negatives: Vec<usize>,
    answers: Vec<String>,
}

/// The judgement of a passage for a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    Positive,
    Negative,
}

impl TrainingData {
    /// Queries, each with a passage that answers it.
    ///
    /// # Errors
    /// [`Error::Item`] with [`RowFault::EmptyText`].
    pub fn from_pairs<Q: AsRef<str>, P: AsRef<str>>(
        pairs: impl IntoIterator<Item = (Q, P)>,
    ) -> Result<Self, Error> {
        Self::from_judged(
            pairs.into_iter().map(|(query, positive)| (query, vec![(positive, Label::Positive)])),
        )
    }

    /// Queries, each with a passage and whether the passage answers it.
    ///
    /// # Errors
    /// [`Error::Item`] with [`RowFault::EmptyText`], and with [`RowFault::NegativeIsPositive`] for a
    /// pair that has the opposite label earlier.
    pub fn from_labelled_pairs<Q: AsRef<str>, P: AsRef<str>>(
        pairs: impl IntoIterator<Item = (Q, P, bool)>,
    ) -> Result<Self, Error> {
        Self::from_judged(pairs.into_iter().map(|(query, passage, answers)| {
            let label = if answers { Label::Positive } else { Label::Negative };
            (query, vec![(passage, label)])
        }))
    }

    /// Queries, each with a passage that answers it and one that does not.
    ///
    /// # Errors
    /// As [`from_labelled_pairs`](Self::from_labelled_pairs).
    pub fn from_triplets<Q: AsRef<str>, P: AsRef<str>>(
        triplets: impl IntoIterator<Item = (Q, P, P)>,
    ) -> Result<Self, Error> {
        Self::from_judged(triplets.into_iter().map(|(query, positive, negative)| {
            (query, vec![(positive, Label::Positive), (negative, Label::Negative)])
        }))
    }

    fn from_judged<Q: AsRef<str>, P: AsRef<str>>(
        given: impl IntoIterator<Item = (Q, Vec<(P, Label)>)>,
    ) -> Result<Self, Error> {
        let mut data = Self::default();
        for (position, (query, passages)) in given.into_iter().enumerate() {
            let faulty = |fault| Error::Item { position, fault };
            let query = data.insert_query(query.as_ref()).map_err(faulty)?;
            for (passage, label) in passages {
                let passage = data.passages.insert(passage.as_ref()).map_err(faulty)?;
                data.add_judgement(query, passage, label).map_err(faulty)?;
            }
        }
        Ok(data)
    }

    /// Adds passages that may become negatives. A known passage is not added again.
    ///
    /// # Errors
    /// [`Error::Item`] with [`RowFault::EmptyText`]; earlier passages are added.
    pub fn add_passages<P: AsRef<str>>(
        &mut self,
        passages: impl IntoIterator<Item = P>,
    ) -> Result<(), Error> {
        for (position, passage) in passages.into_iter().enumerate() {
            let inserted = self.passages.insert(passage.as_ref());
            inserted.map_err(|fault| Error::Item { position, fault })?;
        }
        Ok(())
    }

    /// Adds answers of queries. A passage that contains an answer is not mined as a negative.
    ///
    /// # Errors
    /// [`Error::Item`] with [`RowFault::UnknownQuery`] for an unknown query, and with
    /// [`RowFault::EmptyText`] for an empty answer; earlier answers are added.
    pub fn add_answers<Q: AsRef<str>, A: Into<String>>(
        &mut self,
        answers: impl IntoIterator<Item = (Q, A)>,
    ) -> Result<(), Error> {
        for (position, (query, answer)) in answers.into_iter().enumerate() {
            let query = query.as_ref();
            let answer = answer.into();
            let fault = match self.queries.number(query) {
                None => RowFault::UnknownQuery { id: query.into() },
                Some(_) if answer.trim().is_empty() => RowFault::EmptyText,
                Some(query) => {
                    self.judgements[query].answers.push(answer);
                    continue;
                }
            };
            return Err(Error::Item { position, fault });
        }
        Ok(())
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

    /// Adds a query if it is new, and returns its number.
    fn insert_query(&mut self, text: &str) -> Result<usize, RowFault> {
        let number = self.queries.insert(text)?;
        if number == self.judgements.len() {
            self.judgements.push(Judgement::default());
        }
        Ok(number)
    }

    fn add_judgement(
        &mut self,
        query: usize,
        passage: usize,
        label: Label,
    ) -> Result<(), RowFault> {
        let Judgement { positives, negatives, .. } = &mut self.judgements[query];
        let (same, opposite) = match label {
            Label::Positive => (positives, negatives),
            Label::Negative => (negatives, positives),
        };
        if opposite.contains(&passage) {
            return Err(RowFault::NegativeIsPositive {
                passage: beginning(self.passages.text(passage)),
            });
        }
        if !same.contains(&passage) {
            same.push(passage);
        }
        Ok(())
    }
}
