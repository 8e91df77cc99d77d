//! The best passages for questions.

use jacolbert_search::{PassageSubset, SearchOptions};
use rayon::prelude::*;

use super::found::Found;
use super::questions::{Question, Questions};
use super::ranked_by::RankedBy;
use crate::Error;
use crate::storage::Snapshot;

/// A search through one state of a collection.
#[derive(Debug)]
pub(crate) struct PassageSearch<'s, S> {
    pub(crate) snapshot: &'s S,
    /// The passages that are searched, if not all are.
    pub(crate) among: Option<&'s PassageSubset>,
    pub(crate) options: &'s SearchOptions,
    pub(crate) ranked_by: RankedBy,
}

impl<S: Snapshot> PassageSearch<'_, S> {
    /// The best `k` passages for a question, best first, ties by id.
    pub(crate) fn best(&self, question: Question<'_>, k: usize) -> Result<Vec<Found>, Error> {
        match self.ranked_by {
            RankedBy::LateInteraction => {
                let options = SearchOptions { k, ..self.options.clone() };
                let hits = self.snapshot.search(question.rows(), self.among, &options)?;
                Ok(hits.into_iter().map(Found::from).collect())
            }
            #[cfg(feature = "words")]
            RankedBy::Words => self.best_by_words(question, k),
            #[cfg(feature = "words")]
            RankedBy::Both(fusion) => self.best_by_both(question, k, fusion),
        }
    }

    /// The best passages for each question, as many as the options say.
    pub(crate) fn best_of_each(&self, questions: &Questions<'_>) -> Result<Vec<Vec<Found>>, Error> {
        if self.among.is_none() && self.ranked_by == RankedBy::LateInteraction {
            let hits = self.snapshot.search_batch(questions.rows(), self.options)?;
            return Ok(hits
                .into_iter()
                .map(|hits| hits.into_iter().map(Found::from).collect())
                .collect());
        }
        let questions: Vec<Question<'_>> = questions.iter().collect();
        questions.par_iter().map(|&question| self.best(question, self.options.k)).collect()
    }

    /// All of `passages` with their exact scores, best first. A hybrid search ranks them beside its candidates.
    pub(crate) fn all_of(
        &self,
        question: Question<'_>,
        passages: &PassageSubset,
    ) -> Result<Vec<Found>, Error> {
        #[cfg(feature = "words")]
        if let RankedBy::Both(fusion) = self.ranked_by {
            return self.given_by_both(question, passages, fusion);
        }
        let options = SearchOptions::exact(passages.len());
        let search = PassageSearch { among: Some(passages), options: &options, ..*self };
        search.best(question, passages.len())
    }
}
