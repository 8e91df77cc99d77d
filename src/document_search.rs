//! From the passages that are found for queries to a run of documents.

use std::collections::HashSet;
use std::ops::ControlFlow;

use jacolbert_eval::Run;
use jacolbert_index::Embeddings;
use jacolbert_model::Encoder;
use jacolbert_search::Hit;

use crate::query::check_query_ids;
use crate::{Error, Query};
use jacolbert_documents::Documents;

/// Queries that are encoded and searched for before the progress is told.
const QUERIES_PER_ROUND: usize = 128;

/// The best passages of every query, as many as asked for.
type Search<'a> = dyn Fn(&[Embeddings], usize) -> Result<Vec<Vec<Hit>>, Error> + 'a;

/// A search for the best `k` documents, of which each counts with its best passage.
pub(crate) struct DocumentSearch<'a, B> {
    pub(crate) encoder: &'a Encoder,
    pub(crate) documents: &'a Documents<B>,
    pub(crate) search: &'a Search<'a>,
    pub(crate) k: usize,
}

impl<B: AsRef<[u8]>> DocumentSearch<'_, B> {
    /// The run of all queries; `progress` gets the number done and their number in all.
    pub(crate) fn run(
        &self,
        name: &str,
        queries: &[Query],
        progress: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
    ) -> Result<Run, Error> {
        check_query_ids(queries)?;
        let mut run = Run::new(name);
        let mut done = 0;
        for round in queries.chunks(QUERIES_PER_ROUND) {
            self.add_round(round, &mut run)?;
            done += round.len();
            if progress(done, queries.len()).is_break() {
                return Err(jacolbert_index::Error::Cancelled.into());
            }
        }
        Ok(run)
    }

    fn add_round(&self, round: &[Query], run: &mut Run) -> Result<(), Error> {
        let texts: Vec<&str> = round.iter().map(|query| query.text.as_str()).collect();
        let encoded = self.encoder.encode_queries(&texts)?.embeddings;
        let found = (self.search)(&encoded, self.k)?;
        for ((query, encoded), hits) in round.iter().zip(&encoded).zip(found) {
            run.push_query(&query.id)?;
            for (document, score) in self.best_documents(encoded, hits)? {
                run.push(&query.id, document, score.into())?;
            }
        }
        Ok(())
    }

    /// The `k` best documents, where `hits` are the `k` best passages. Those may belong to fewer
    /// documents; then further passages are asked for until there are enough or no more.
    fn best_documents(
        &self,
        query: &Embeddings,
        mut hits: Vec<Hit>,
    ) -> Result<Vec<(&str, f32)>, Error> {
        let mut asked = self.k;
        loop {
            let documents = self.distinct(&hits)?;
            if documents.len() == self.k || hits.len() < asked {
                return Ok(documents);
            }
            asked = asked.saturating_mul(2);
            let found = (self.search)(std::slice::from_ref(query), asked)?;
            hits = found.into_iter().next().unwrap_or_default();
        }
    }

    /// The first `k` documents among those of `hits`, each with the score of its first passage.
    fn distinct(&self, hits: &[Hit]) -> Result<Vec<(&str, f32)>, Error> {
        let (mut seen, mut documents) = (HashSet::new(), Vec::new());
        for hit in hits {
            let id = self.documents.passage(hit.passage)?.document_id;
            if documents.len() < self.k && seen.insert(id) {
                documents.push((id, hit.score));
            }
        }
        Ok(documents)
    }
}
