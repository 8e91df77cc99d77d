//! Passages that are ranked by BM25.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};
use std::fmt;

use crate::postings::{Postings, PostingsWriter};
use crate::{Analyzer, Bm25Options, Error};

/// Passages in memory that are ranked by BM25; see the [crate](crate) for the formula.
///
/// Several threads may search it at the same time.
pub struct Bm25Index {
    ids: Vec<String>,
    analyzer: Analyzer,
    options: Bm25Options,
    norms: Vec<f64>,
    postings: Postings,
}

impl Bm25Index {
    /// Indexes passages, each with an id and a text.
    ///
    /// A passage without terms is never found, but counts in the mean length.
    ///
    /// # Errors
    ///
    /// An option outside its range, two passages with one id, a text that the analyzer refuses.
    pub fn new<I: Into<String>, T: AsRef<str>>(
        passages: impl IntoIterator<Item = (I, T)>,
        analyzer: Analyzer,
        options: &Bm25Options,
    ) -> Result<Self, Error> {
        let passages = passages.into_iter().map(|(id, text)| Ok((id.into(), text)));
        Self::try_new(passages, analyzer, options)
    }

    /// As [`Self::new`], with passages that may fail to be read.
    pub(crate) fn try_new<T: AsRef<str>>(
        passages: impl IntoIterator<Item = Result<(String, T), Error>>,
        analyzer: Analyzer,
        options: &Bm25Options,
    ) -> Result<Self, Error> {
        options.check()?;
        let mut ids = Vec::new();
        let mut lengths = Vec::new();
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
        let norms = options.norms(&lengths);
        Ok(Self { ids, analyzer, options: *options, norms, postings: writer.finish()? })
    }

    /// The best `k` passages for a query and their scores, best first; passages of equal score keep the
    /// order of adding. Passages without a term of the query are not returned.
    ///
    /// # Errors
    ///
    /// A query that the analyzer refuses.
    pub fn search(&self, query: &str, k: usize) -> Result<Vec<(&str, f64)>, Error> {
        let scores = self.scores(&self.query_terms(query)?)?;
        let hits = best(&scores, k);
        Ok(hits.into_iter().map(|position| (&*self.ids[position], scores[position])).collect())
    }

    /// Number of passages.
    pub fn num_passages(&self) -> usize {
        self.ids.len()
    }

    /// The terms of a query, sorted, and how often each occurs.
    fn query_terms(&self, query: &str) -> Result<BTreeMap<String, u32>, Error> {
        let query_error = |source| Error::QueryTerms { query: query.to_owned(), source };
        let terms = self.analyzer.terms(query).map_err(query_error)?;
        let mut counts = BTreeMap::new();
        terms.into_iter().for_each(|term| *counts.entry(term).or_insert(0) += 1);
        Ok(counts)
    }

    /// The score of every passage. Scores are summed in the order of the terms, so that their bits do
    /// not depend on the segments of the postings.
    fn scores(&self, terms: &BTreeMap<String, u32>) -> Result<Vec<f64>, Error> {
        let mut scores = vec![0.0; self.ids.len()];
        for (term, &count) in terms {
            let weight = f64::from(count) * self.idf(term)? * (self.options.k1 + 1.0);
            self.postings.for_each(term, |position, frequency| {
                let frequency = f64::from(frequency);
                scores[position] += weight * frequency / (frequency + self.norms[position]);
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
            .field("options", &self.options)
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

/// The positions of the best `k` scores above 0, best first, ties by position.
fn best(scores: &[f64], k: usize) -> Vec<usize> {
    let order = |a: &usize, b: &usize| -> Ordering {
        scores[*b].total_cmp(&scores[*a]).then_with(|| a.cmp(b))
    };
    let mut positions: Vec<_> =
        (0..scores.len()).filter(|&position| scores[position] > 0.0).collect();
    if k < positions.len() {
        positions.select_nth_unstable_by(k, order);
        positions.truncate(k);
    }
    positions.sort_unstable_by(order);
    positions
}
