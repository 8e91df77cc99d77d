//! Negatives that a search takes for answers.

use super::TrainingData;
use crate::{Cause, Error};

/// Queries that the ranker gets at once.
const AT_ONCE: usize = 1_024;

/// Which of the passages that a search finds become negatives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MiningOptions {
    /// Negatives that a query gets at most, besides those that it has; from 1. The best ranked ones
    /// are taken.
    pub num_negatives: usize,
    /// The best rank that a negative may have, from 1. What is found before it may be an answer that
    /// nobody labelled.
    pub minimum_rank: usize,
    /// The worst rank that a negative may have; so many passages are looked at for a query.
    pub maximum_rank: usize,
}

impl Default for MiningOptions {
    /// Ten negatives from the first hundred passages.
    fn default() -> Self {
        Self { num_negatives: 10, minimum_rank: 1, maximum_rank: 100 }
    }
}

/// What a mining has found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mined {
    /// Negatives that were added, of all queries.
    pub num_negatives: usize,
    /// Passages that were passed over since they hold an answer, of all queries.
    pub num_with_answer: usize,
    /// Queries that got none.
    pub num_queries_without: usize,
}

/// The numbers of the best passages for each query, best first: of at most so many passages a query.
pub type Ranker<'a> = dyn FnMut(&[&str], usize) -> Result<Vec<Vec<usize>>, Cause> + 'a;

impl TrainingData {
    /// Adds negatives to all queries: what `ranker` finds between the two ranks of `options` and is no
    /// positive, does not hold an answer, and is not there yet.
    ///
    /// A rank is a place in the ranker's list; positives count.
    ///
    /// # Errors
    /// [`Error::Setting`] for no negatives, or ranks that are 0 or in the wrong order;
    /// [`Error::Ranker`] if the ranker fails, answers to another number of queries than it got, or
    /// names a passage that is not there. Negatives of queries before it stay.
    pub fn mine(
        &mut self,
        options: &MiningOptions,
        ranker: &mut Ranker<'_>,
    ) -> Result<Mined, Error> {
        options.check()?;
        let mut mined = Mined::default();
        for first in (0..self.queries.len()).step_by(AT_ONCE) {
            let queries: Vec<&str> = self.queries().skip(first).take(AT_ONCE).collect();
            let ranked = ranker(&queries, options.maximum_rank).map_err(Error::Ranker)?;
            self.check_ranked(queries.len(), &ranked)?;
            for (query, passages) in (first..).zip(ranked) {
                mined.count(self.take(query, &passages, options));
            }
        }
        Ok(mined)
    }

    fn check_ranked(&self, num_queries: usize, ranked: &[Vec<usize>]) -> Result<(), Error> {
        if ranked.len() != num_queries {
            let found = format!("lists for {} of {num_queries} queries", ranked.len());
            return Err(Error::Ranker(found.into()));
        }
        let mut passages = ranked.iter().flatten();
        match passages.find(|&&passage| passage >= self.passages.len()) {
            Some(passage) => Err(Error::Ranker(format!("no passage {passage}").into())),
            None => Ok(()),
        }
    }

    /// Adds negatives to one query, of those that were found for it.
    fn take(&mut self, query: usize, ranked: &[usize], options: &MiningOptions) -> Mined {
        let mut mined = Mined::default();
        let ranks = ranked.iter().take(options.maximum_rank).skip(options.minimum_rank - 1);
        for &passage in ranks {
            if mined.num_negatives == options.num_negatives {
                break;
            }
            let (text, judgement) = (self.passages.text(passage), &mut self.judgements[query]);
            let is_new = ![&judgement.positives, &judgement.negatives]
                .iter()
                .any(|known| known.contains(&passage));
            if is_new && judgement.answers.iter().any(|answer| text.contains(answer.as_str())) {
                mined.num_with_answer += 1;
            } else if is_new {
                judgement.negatives.push(passage);
                mined.num_negatives += 1;
            }
        }
        mined
    }
}

impl MiningOptions {
    fn check(&self) -> Result<(), Error> {
        let Self { num_negatives, minimum_rank, maximum_rank } = *self;
        if num_negatives == 0 {
            return Err(Error::setting("num_negatives", num_negatives, "from 1"));
        }
        if minimum_rank == 0 {
            return Err(Error::setting("minimum_rank", minimum_rank, "from 1"));
        }
        if maximum_rank < minimum_rank {
            return Err(Error::setting("maximum_rank", maximum_rank, "from the minimum rank"));
        }
        Ok(())
    }
}

impl Mined {
    /// Counts what one query got.
    fn count(&mut self, query: Self) {
        self.num_negatives += query.num_negatives;
        self.num_with_answer += query.num_with_answer;
        self.num_queries_without += usize::from(query.num_negatives == 0);
    }
}
