//! Hard negatives: passages that a search ranks high although they are no answers.

use serde::{Deserialize, Serialize};

use super::TrainingData;
use crate::{Cause, Error};

/// Number of queries per call of the ranker.
const QUERIES_PER_CALL: usize = 1_024;

/// Which passages of a search become negatives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MiningOptions {
    /// Largest number of new negatives per query; from 1. Default: 10. The best ranked ones are taken, so
    /// more add easier ones.
    pub num_negatives: usize,
    /// The best rank of a negative, from 1. Default: 1. A larger one avoids answers without a label, which
    /// are ranked high.
    pub minimum_rank: usize,
    /// The worst rank of a negative. Default: 100. It is also the number of passages that the ranker
    /// returns per query, so more of them take longer.
    pub maximum_rank: usize,
}

impl Default for MiningOptions {
    /// Ten negatives from the first hundred passages.
    fn default() -> Self {
        Self { num_negatives: 10, minimum_rank: 1, maximum_rank: 100 }
    }
}

/// The result of mining.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mined {
    /// Number of added negatives, over all queries.
    pub num_negatives: usize,
    /// Number of passages that were skipped because they contain an answer, over all queries.
    pub num_with_answer: usize,
    /// Number of queries without a new negative.
    pub num_queries_without: usize,
}

/// A search: from queries and a largest number of passages per query to the numbers of the best passages
/// for each query, best first.
pub type Ranker<'a> = dyn FnMut(&[&str], usize) -> Result<Vec<Vec<usize>>, Cause> + 'a;

impl TrainingData {
    /// Mines negatives for all queries: passages that `ranker` returns between the two ranks of `options`,
    /// unless they are positives, known negatives, or contain an answer.
    ///
    /// A rank is a position in the ranker's list, including positives.
    ///
    /// # Errors
    /// [`Error::Setting`] for no negatives, or ranks that are 0 or in the wrong order;
    /// [`Error::Ranker`] if the ranker fails, returns lists for another number of queries, or returns the
    /// number of an unknown passage. Earlier queries keep their new negatives.
    pub fn mine(
        &mut self,
        options: &MiningOptions,
        ranker: &mut Ranker<'_>,
    ) -> Result<Mined, Error> {
        options.check()?;
        let mut mined = Mined::default();
        for first in (0..self.queries.len()).step_by(QUERIES_PER_CALL) {
            let queries: Vec<&str> = self.queries().skip(first).take(QUERIES_PER_CALL).collect();
            let ranked = ranker(&queries, options.maximum_rank).map_err(Error::Ranker)?;
            self.check_ranked(queries.len(), &ranked)?;
            for (query, passages) in (first..).zip(ranked) {
                mined.add(self.mine_query(query, &passages, options));
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

    /// Adds negatives to one query from its ranked passages.
    fn mine_query(&mut self, query: usize, ranked: &[usize], options: &MiningOptions) -> Mined {
        let mut mined = Mined::default();
        let ranks = ranked.iter().take(options.maximum_rank).skip(options.minimum_rank - 1);
        for &passage in ranks {
            if mined.num_negatives == options.num_negatives {
                break;
            }
            let text = self.passages.text(passage);
            let judgement = &mut self.judgements[query];
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
    /// Adds the result of one query.
    fn add(&mut self, query: Self) {
        self.num_negatives += query.num_negatives;
        self.num_with_answer += query.num_with_answer;
        self.num_queries_without += usize::from(query.num_negatives == 0);
    }
}
