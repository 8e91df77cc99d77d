//! Runs of a retriever: the best of all documents, or another run's candidates in a better order.

use std::collections::HashMap;
use std::ops::ControlFlow;

use jacolbert_eval::{Run, TieRule};
use jacolbert_index::{Embeddings, PassageId};
use jacolbert_search::exhaustive_search;

use crate::query::check_query_ids;
use crate::{Document, Error, Query, Retriever, Splitting};
use jacolbert_documents::check_ids;

impl Retriever {
    /// The best `k` of `documents` for every query, found by exhaustive search in memory. Each document is
    /// a single passage, cut where it is too long.
    ///
    /// [`Collection::run`](crate::Collection::run) searches through an index instead, and
    /// [`MemoryCollection::run`](crate::MemoryCollection::run) keeps the documents for further runs.
    /// `progress` gets the number of texts done, documents and queries, and their number in all, and may
    /// end the work.
    ///
    /// ```no_run
    /// use std::ops::ControlFlow;
    /// use std::path::Path;
    ///
    /// use jacolbert::eval::{BeirFolder, EvaluateOptions, Metric, evaluate};
    /// use jacolbert::{Device, Document, Query, Retriever};
    ///
    /// let beir = BeirFolder::open(Path::new("jsquad-valid"))?;
    /// let documents = beir.documents()?.map(|document| document.map(|d| Document::new(d.id, d.text)));
    /// let queries = beir.queries()?.map(|query| query.map(Query::from));
    /// let (documents, queries) =
    ///     (documents.collect::<Result<Vec<_>, _>>()?, queries.collect::<Result<Vec<_>, _>>()?);
    ///
    /// let retriever = Retriever::from_dir(Path::new("assets/mini"), &Device::cpu())?;
    /// let mut go_on = |_, _| ControlFlow::Continue(());
    /// let run = retriever.run("mini", &queries, &documents, 10, &mut go_on)?;
    /// let metrics = Metric::parse_list("recall@1, recall@10")?;
    /// let report = evaluate(&beir.qrels("test")?, &run, &metrics, &EvaluateOptions::default())?;
    /// println!("{}", report.to_text());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Documents`], [`Error::DuplicateQuery`], [`Error::Model`],
    /// [`Error::Eval`] for an empty id of a query, and [`jacolbert_index::Error::Cancelled`] within
    /// [`Error::Index`].
    pub fn run(
        &self,
        name: &str,
        queries: &[Query],
        documents: &[Document],
        k: usize,
        progress: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
    ) -> Result<Run, Error> {
        // Before the documents are encoded.
        check_query_ids(queries)?;
        let of = documents.len() + queries.len();
        let mut collection = self.in_memory();
        collection.add_with(documents, Splitting::Whole, &mut |done, _| progress(done, of))?;
        collection.run(name, queries, k, &mut |done, _| progress(documents.len() + done, of))
    }

    /// The candidates of every query in the model's order: those that the run `candidates` has for it,
    /// whose texts `documents` hold. Each text is a single passage, cut where it is too long.
    ///
    /// The candidates of one query are in memory at a time, so that a text is encoded as often as it is
    /// a candidate. `progress` gets the number of queries done and their number in all, and may end the
    /// work.
    ///
    /// # Errors
    /// [`Error::UnknownId`] for a candidate without a text, [`Error::Documents`],
    /// [`Error::DuplicateQuery`], [`Error::Model`], [`Error::Eval`] for an empty id, and
    /// [`jacolbert_index::Error::Cancelled`] within [`Error::Index`].
    pub fn rerank_run(
        &self,
        name: &str,
        queries: &[Query],
        documents: &[Document],
        candidates: &Run,
        progress: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
    ) -> Result<Run, Error> {
        check_query_ids(queries)?;
        check_ids(documents)?;
        let texts = documents.iter().map(|document| (document.id.as_str(), document.text.as_str()));
        let texts: HashMap<&str, &str> = texts.collect();
        let mut run = Run::new(name);
        for (n, query) in queries.iter().enumerate() {
            run.push_query(&query.id)?;
            for (id, score) in self.reranked(query, candidates, &texts)? {
                run.push(&query.id, id, score.into())?;
            }
            if progress(n + 1, queries.len()).is_break() {
                return Err(jacolbert_index::Error::Cancelled.into());
            }
        }
        Ok(run)
    }

    /// The candidates of `query` with their scores, best first.
    fn reranked<'r>(
        &self,
        query: &Query,
        candidates: &'r Run,
        texts: &HashMap<&str, &str>,
    ) -> Result<Vec<(&'r str, f32)>, Error> {
        let ranking = candidates.ranking(&query.id);
        let ranking = ranking.map(|ranking| ranking.best_first(TieRule::InputOrder));
        let ids: Vec<&str> = ranking.into_iter().flatten().map(|(id, _)| id).collect();
        let text = |id: &&str| {
            texts.get(id).copied().ok_or_else(|| Error::UnknownId { id: id.to_string() })
        };
        let passages = ids.iter().map(text).collect::<Result<Vec<_>, _>>()?;
        if passages.is_empty() {
            return Ok(Vec::new());
        }
        let passages = self.encoder().encode_passages(&passages)?.embeddings;
        let query = self.encoder().encode_query(&query.text)?.embeddings;
        let hits = exhaustive_search(
            query.as_ref(),
            (0..).map(PassageId).zip(passages.iter().map(Embeddings::as_ref)),
            passages.len(),
        )?;
        Ok(hits.iter().map(|hit| (ids[hit.passage.index()], hit.score)).collect())
    }
}
