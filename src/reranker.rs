//! Reranking: another engine's results in the order of the model.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::fmt;
use std::ops::ControlFlow;

use jacolbert_core::Embeddings;
use jacolbert_documents::{Document, check_ids};
use jacolbert_eval::{Run, TieRule};
use jacolbert_index::{EmbeddingsRef, PassageId};
use jacolbert_search::{Hit, exhaustive_search};

use crate::Error;
use crate::hits::{Hits, Reranked, tokens_cut};
use crate::progress::{OnProgress, Progress, report};
use crate::query::{Query, check_query_ids};
use crate::retriever::Retriever;
use crate::run_output::RunOutput;

/// Settings for reranking the candidates of a run. Create them with [`Retriever::reranker`] and rerank with
/// [`run`](Self::run).
///
/// ```no_run
/// use std::path::Path;
///
/// use jacolbert::eval::Run;
/// use jacolbert::{Document, Query, Retriever};
///
/// let retriever = Retriever::from_dir("assets/mini")?;
/// let queries = [Query::new("q1", "一番高い山は？")];
/// let documents = [Document::new("fuji", "富士山は日本で最も高い山である。")];
/// let candidates = Run::open_trec(Path::new("bm25.trec"))?;
/// let run = retriever.reranker(&queries, &documents, &candidates).run("reranked")?.run;
/// println!("{} results", run.num_results());
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[must_use = "nothing is reranked before `run`"]
pub struct Reranker<'r, D> {
    retriever: &'r Retriever,
    queries: Vec<Query>,
    documents: Vec<D>,
    candidates: &'r Run,
    on_progress: OnProgress<'r, Progress>,
}

impl Retriever {
    /// The best `k` of `texts` for `query`, best first.
    ///
    /// ```no_run
    /// use jacolbert::Retriever;
    ///
    /// let retriever = Retriever::from_dir("assets/mini")?;
    /// let best = retriever.rerank("一番高い山は？", ["海は広い。", "富士山は高い。"], 1)?;
    /// println!("{} (was {})", best[0].content, best[0].position + 1);
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Model`], [`Error::Search`].
    pub fn rerank(
        &self,
        query: impl AsRef<str>,
        texts: impl IntoIterator<Item = impl AsRef<str>>,
        k: usize,
    ) -> Result<Hits<Reranked>, Error> {
        let texts: Vec<String> = texts.into_iter().map(|text| text.as_ref().to_owned()).collect();
        let borrowed: Vec<&str> = texts.iter().map(String::as_str).collect();
        let query = self.encoder().encode_query(query.as_ref())?;
        let passages = self.encoder().encode_passages(&borrowed)?;
        let tokens_cut = tokens_cut(&passages);
        let best = score_texts(query.embeddings.as_ref(), &passages.embeddings, k)?;
        let reranked = best.iter().enumerate().map(|(n, hit)| {
            let position = hit.passage.index();
            Reranked {
                content: texts[position].clone(),
                score: hit.score,
                rank: n + 1,
                position,
                tokens_cut: tokens_cut[position],
            }
        });
        Ok(Hits::new(reranked.collect(), query.tokens_cut))
    }

    /// Candidates to be reranked: those that the run `candidates` has for each of `queries`, with the
    /// texts of `documents`. [`Reranker::run`] runs it.
    ///
    /// ```no_run
    /// use jacolbert::eval::Run;
    /// use jacolbert::{Document, Query, Retriever};
    ///
    /// let retriever = Retriever::from_dir("assets/mini")?;
    /// let mut candidates = Run::new("bm25");
    /// candidates.push("q1", "fuji", 12.5)?;
    /// let queries = [Query::new("q1", "一番高い山は？")];
    /// let documents = [Document::new("fuji", "富士山は日本で最も高い山である。")];
    /// let run = retriever.reranker(&queries, &documents, &candidates).run("reranked")?.run;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn reranker<'r, Q: Borrow<Query>, D: Borrow<Document>>(
        &'r self,
        queries: impl IntoIterator<Item = Q>,
        documents: impl IntoIterator<Item = D>,
        candidates: &'r Run,
    ) -> Reranker<'r, D> {
        let queries = queries.into_iter().map(|query| query.borrow().clone()).collect();
        let documents = documents.into_iter().collect();
        Reranker { retriever: self, queries, documents, candidates, on_progress: None }
    }
}

impl<'r, D: Borrow<Document>> Reranker<'r, D> {
    /// Calls `on_progress` after every query. When it breaks, the run is [`Error::Cancelled`]. By default
    /// nothing is reported.
    ///
    /// ```no_run
    /// use std::ops::ControlFlow;
    ///
    /// # let retriever = jacolbert::Retriever::from_dir("assets/mini")?;
    /// # let documents = [jacolbert::Document::new("fuji", "富士山は高い。")];
    /// # let queries = [jacolbert::Query::new("q1", "一番高い山は？")];
    /// # let mut candidates = jacolbert::eval::Run::new("bm25");
    /// let reranker = retriever.reranker(&queries, &documents, &candidates);
    /// let run = reranker.on_progress(|_| ControlFlow::Continue(())).run("reranked")?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn on_progress(
        mut self,
        on_progress: impl FnMut(Progress) -> ControlFlow<()> + 'r,
    ) -> Self {
        self.on_progress = Some(Box::new(on_progress));
        self
    }

    /// Scores all candidates; the run has them in the order of the model.
    ///
    /// Each text is a single passage, cut where it is too long. Only the candidates of one query are in
    /// memory at a time, so that a text is encoded as often as it is a candidate.
    ///
    /// ```no_run
    /// # let retriever = jacolbert::Retriever::from_dir("assets/mini")?;
    /// # let documents = [jacolbert::Document::new("fuji", "富士山は高い。")];
    /// # let queries = [jacolbert::Query::new("q1", "一番高い山は？")];
    /// # let mut candidates = jacolbert::eval::Run::new("bm25");
    /// let run = retriever.reranker(&queries, &documents, &candidates).run("reranked")?.run;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::UnknownId`] for a candidate without a text; [`Error::Documents`] for an empty id of a
    /// document or one that is there twice; [`Error::DuplicateQuery`], [`Error::EmptyQueryId`] for an empty id of
    /// a query; [`Error::Cancelled`], [`Error::Model`].
    pub fn run(self, name: impl AsRef<str>) -> Result<RunOutput, Error> {
        let Self { retriever, queries, documents, candidates, mut on_progress } = self;
        check_query_ids(&queries)?;
        check_ids(&documents)?;
        let documents = documents.iter().map(|document| document.borrow());
        let texts = documents.map(|document| (document.id.as_str(), document.text.as_str()));
        let texts: HashMap<&str, &str> = texts.collect();
        let mut output = RunOutput::new(name.as_ref());
        for (n, query) in queries.iter().enumerate() {
            rerank_candidates(retriever, query, candidates, &texts, &mut output)?;
            let progress = Progress { done: n + 1, of: queries.len() };
            if report(&mut on_progress, progress).is_break() {
                return Err(Error::Cancelled);
            }
        }
        Ok(output)
    }
}

/// Adds `query` and its candidates with their scores to `output`.
fn rerank_candidates(
    retriever: &Retriever,
    query: &Query,
    candidates: &Run,
    texts: &HashMap<&str, &str>,
    output: &mut RunOutput,
) -> Result<(), Error> {
    output.run.push_query(&query.id)?;
    let ranking = candidates.ranking(&query.id);
    let ranking = ranking.map(|ranking| ranking.best_first(TieRule::InputOrder));
    let ids: Vec<&str> = ranking.into_iter().flatten().map(|(id, _)| id).collect();
    let text =
        |id: &&str| texts.get(id).copied().ok_or_else(|| Error::UnknownId { id: id.to_string() });
    let passages = ids.iter().map(text).collect::<Result<Vec<_>, _>>()?;
    if passages.is_empty() {
        return Ok(());
    }
    let passages = retriever.encoder().encode_passages(&passages)?;
    let encoded = retriever.encoder().encode_query(&query.text)?;
    output.num_truncated_passages += passages.truncated.len();
    output.num_truncated_queries += usize::from(encoded.tokens_cut > 0);
    let passages = passages.embeddings;
    for hit in score_texts(encoded.embeddings.as_ref(), &passages, passages.len())? {
        output.run.push(&query.id, ids[hit.passage.index()], hit.score.into())?;
    }
    Ok(())
}

/// The best `k` of `passages`, whose ids are their positions.
fn score_texts(
    query: EmbeddingsRef<'_>,
    passages: &[Embeddings],
    k: usize,
) -> Result<Vec<Hit>, Error> {
    let numbered = (0..).map(PassageId).zip(passages.iter().map(Embeddings::as_ref));
    Ok(exhaustive_search(query, numbered, k)?)
}

impl<D> fmt::Debug for Reranker<'_, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let num_queries = self.queries.len();
        f.debug_struct("Reranker").field("num_queries", &num_queries).finish_non_exhaustive()
    }
}
