//! Passages that are ranked by BM25.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};
use std::fmt;

use crate::postings::{Postings, PostingsWriter};
use crate::{Analyzer, Bm25Params, Error};

/// Passages in memory that are ranked by BM25; the score's formula stands at the [crate](crate).
///
/// Threads may search it at once.
pub struct Bm25Index {
    ids: Vec<String>,
    analyzer: Analyzer,
    params: Bm25Params,
    norms: Vec<f64>,
    postings: Postings,
}

impl Bm25Index {
    /// An index of passages, each an id and a text.
    ///
    /// A text without terms is a passage that is never found; it counts in the mean length.
    ///
    /// # Errors
    ///
    /// A parameter outside of its range, an id that is there twice, a text that the analyzer refuses.
    pub fn new<I: Into<String>, T: AsRef<str>>(
        passages: impl IntoIterator<Item = (I, T)>,
        analyzer: Analyzer,
        params: &Bm25Params,
    ) -> Result<Self, Error> {
        let passages = passages.into_iter().map(|(id, text)| Ok((id.into(), text)));
        Self::try_new(passages, analyzer, params)
    }

    /// As [`Self::new`], of passages that may fail to be read.
    pub(crate) fn try_new<T: AsRef<str>>(
        passages: impl IntoIterator<Item = Result<(String, T), Error>>,
        analyzer: Analyzer,
        params: &Bm25Params,
    ) -> Result<Self, Error> {
        params.check()?;
        let (mut ids, mut lengths) = (Vec::new(), Vec::new());
        let mut writer = PostingsWriter::new()?;
        for passage in passages {
            let (id, text) = passage?;
            let terms = match analyzer.terms(text.as_ref()) {
                Ok(terms) => terms,
                Err(source) => return Err(Error::PassageTerms { id, source }),
            };
            ids.push(id);
            lengths.push(terms.len());
            writer.push(terms)?;
        }
        check_distinct(&ids)?;
        let norms = params.norms(&lengths);
        Ok(Self { ids, analyzer, params: *params, norms, postings: writer.finish()? })
    }

    /// The best `k` passages for a query and their scores, best first, equal ones in the order of
    /// adding. Passages that share no term with the query are not among them.
    ///
    /// # Errors
    ///
    /// A query that the analyzer refuses.
    pub fn search(&self, query: &str, k: usize) -> Result<Vec<(&str, f64)>, Error> {
        let scores = self.scores(&self.query_terms(query)?)?;
        let hits = best(&scores, k);
        Ok(hits.into_iter().map(|place| (&*self.ids[place], scores[place])).collect())
    }

    /// Number of passages.
    pub fn num_passages(&self) -> usize {
        self.ids.len()
    }

    /// The terms of a query, in an order of their own, and how often it has each.
    fn query_terms(&self, query: &str) -> Result<BTreeMap<String, u32>, Error> {
        let terms = self.analyzer.terms(query);
        let terms =
            terms.map_err(|source| Error::QueryTerms { query: query.to_owned(), source })?;
        let mut counts = BTreeMap::new();
        terms.into_iter().for_each(|term| *counts.entry(term).or_insert(0) += 1);
        Ok(counts)
    }

    /// The score of every passage. Scores are summed in the order of the terms, so that they have
    /// the same bits however the postings are divided.
    fn scores(&self, terms: &BTreeMap<String, u32>) -> Result<Vec<f64>, Error> {
        let mut scores = vec![0.0; self.ids.len()];
        for (term, &count) in terms {
            let weight = f64::from(count) * self.idf(term)? * (self.params.k1 + 1.0);
            self.postings.each(term, |place, frequency| {
                let frequency = f64::from(frequency);
                scores[place] += weight * frequency / (frequency + self.norms[place]);
            })?;
        }
        Ok(scores)
    }

    fn idf(&self, term: &str) -> Result<f64, Error> {
        let with = self.postings.num_passages_with(term)? as f64;
        let without = self.ids.len() as f64 - with;
        Ok((1.0 + (without + 0.5) / (with + 0.5)).ln())
    }
}

impl fmt::Debug for Bm25Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bm25Index")
            .field("num_passages", &self.ids.len())
            .field("analyzer", &self.analyzer)
            .field("params", &self.params)
            .finish_non_exhaustive()
    }
}

fn check_distinct(ids: &[String]) -> Result<(), Error> {
    let mut seen = HashSet::with_capacity(ids.len());
    match ids.iter().find(|id| !seen.insert(id.as_str())) {
        Some(id) => Err(Error::DuplicateId { id: id.clone() }),
        None => Ok(()),
    }
}

/// The places of the best `k` scores above 0, best first, ties by place.
fn best(scores: &[f64], k: usize) -> Vec<usize> {
    let order = |a: &usize, b: &usize| -> Ordering {
        scores[*b].total_cmp(&scores[*a]).then_with(|| a.cmp(b))
    };
    let mut places: Vec<_> = (0..scores.len()).filter(|&place| scores[place] > 0.0).collect();
    if k < places.len() {
        places.select_nth_unstable_by(k, order);
        places.truncate(k);
    }
    places.sort_unstable_by(order);
    places
}
