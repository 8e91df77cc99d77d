//! Reranking the candidates of a run.

use std::borrow::Borrow;
use std::collections::HashMap;

use jacolbert_documents::{Document, Splitting, check_documents};
use jacolbert_eval::{Run, TieRule};
use jacolbert_model::Encoder;

use super::Reranker;
use super::best_parts::score_texts;
use crate::Error;
use crate::progress::{Progress, report};
use crate::query::{Query, check_query_ids};
use crate::run_output::RunOutput;

impl Reranker<'_> {
    /// Scores the candidates that the run `candidates` has for each of `queries`, with the texts of
    /// `documents`. The run that it returns has the name `name`, and the candidates in the order of the model.
    ///
    /// Only the candidates of one query are in memory at a time, so that a text is encoded as often as it is a
    /// candidate. The output also says how many queries and texts were too long for the model.
    ///
    /// ```no_run
    /// use std::path::Path;
    ///
    /// use jacolbert::eval::Run;
    /// use jacolbert::{Document, Query, Retriever, Splitting};
    ///
    /// let retriever = Retriever::from_dir("assets/mini")?;
    /// let queries = [Query::new("q1", "一番高い山は？")];
    /// let documents = [Document::new("fuji", "富士山は日本で最も高い山である。")];
    /// let candidates = Run::open_trec(Path::new("bm25.trec"))?;
    /// let reranker = retriever.reranker().splitting(Splitting::default());
    /// let output = reranker.rerank_run("reranked", &queries, &documents, &candidates)?;
    /// println!("{} results", output.run.num_results());
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::UnknownId`] for a candidate without a text; [`Error::Documents`] for an empty id of a
    /// document or one that is there twice; [`Error::DuplicateQuery`], [`Error::EmptyQueryId`] for an empty id
    /// of a query; [`Error::Cancelled`], [`Error::Model`].
    pub fn rerank_run<Q: Borrow<Query>, D: Borrow<Document>>(
        self,
        name: impl AsRef<str>,
        queries: impl IntoIterator<Item = Q>,
        documents: impl IntoIterator<Item = D>,
        candidates: &Run,
    ) -> Result<RunOutput, Error> {
        let queries: Vec<Query> = queries.into_iter().map(|query| query.borrow().clone()).collect();
        let documents: Vec<D> = documents.into_iter().collect();
        check_query_ids(&queries)?;
        check_documents(&documents)?;
        let borrowed = documents.iter().map(|document| document.borrow());
        let texts = borrowed.map(|document| (document.id.as_str(), document.text.as_str()));
        let round = Round {
            encoder: self.retriever.encoder(),
            splitting: self.splitting,
            k: self.k,
            candidates,
            texts: texts.collect(),
        };
        let mut output = RunOutput::new(name.as_ref());
        let mut on_progress = self.on_progress;
        for (n, query) in queries.iter().enumerate() {
            round.rerank(query, &mut output)?;
            let progress = Progress { done: n + 1, of: queries.len() };
            if report(&mut on_progress, progress).is_break() {
                return Err(Error::Cancelled);
            }
        }
        Ok(output)
    }
}

/// What is the same for every query.
struct Round<'r> {
    encoder: &'r Encoder,
    splitting: Splitting,
    k: usize,
    candidates: &'r Run,
    /// The texts of the documents, by id.
    texts: HashMap<&'r str, &'r str>,
}

impl Round<'_> {
    /// Adds `query` and its candidates with their scores to `output`.
    fn rerank(&self, query: &Query, output: &mut RunOutput) -> Result<(), Error> {
        output.run.push_query(&query.id)?;
        let ranking = self.candidates.ranking(&query.id);
        let ranking = ranking.map(|ranking| ranking.best_first(TieRule::InputOrder));
        let ids: Vec<&str> = ranking.into_iter().flatten().map(|(id, _)| id).collect();
        let unknown = |id: &str| Error::UnknownId { id: id.into() };
        let text = |id: &&str| self.texts.get(id).copied().ok_or_else(|| unknown(id));
        let texts = ids.iter().map(text).collect::<Result<Vec<_>, _>>()?;
        if texts.is_empty() {
            return Ok(());
        }
        let encoded = self.encoder.encode_query(&query.text)?;
        output.num_truncated_queries += usize::from(encoded.tokens_cut > 0);
        let scored =
            score_texts(self.encoder, self.splitting, encoded.embeddings.as_ref(), &texts)?;
        output.num_truncated_passages += scored.num_truncated;
        for best in scored.best_parts.into_iter().take(self.k) {
            output.run.push(&query.id, ids[best.text], best.score.into())?;
        }
        Ok(())
    }
}
