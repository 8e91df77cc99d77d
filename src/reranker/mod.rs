//! Reranking: another engine's results in the order of the model.

mod best_parts;
mod reranked;
mod run;

use std::fmt;
use std::ops::ControlFlow;

use jacolbert_documents::Splitting;

use crate::Error;
use crate::hits::Hits;
use crate::progress::{OnProgress, Progress};
use crate::retriever::Retriever;
use best_parts::{BestPart, score_texts};

pub use reranked::Reranked;

/// Settings for reranking. Create them with [`Retriever::reranker`] and rerank texts with
/// [`rerank`](Self::rerank), or the candidates of a run with [`rerank_run`](Self::rerank_run).
///
/// ```no_run
/// use jacolbert::{Retriever, Splitting};
///
/// let retriever = Retriever::from_dir("assets/mini")?;
/// let texts = ["海は広い。", "富士山は高い。"];
/// let reranker = retriever.reranker().k(1).splitting(Splitting::default());
/// for best in &reranker.rerank("一番高い山は？", texts)? {
///     println!("{:.2} {}", best.score, best.best_part());
/// }
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[must_use = "nothing is reranked before `rerank` or `rerank_run`"]
pub struct Reranker<'r> {
    retriever: &'r Retriever,
    k: usize,
    splitting: Splitting,
    on_progress: OnProgress<'r, Progress>,
}

impl Retriever {
    /// The best `k` of `texts` for `query`, best first. Each text is a single passage, and the answer says what
    /// was truncated. The short form of [`reranker`](Self::reranker), which can also split long texts.
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
    /// As [`Reranker::rerank`].
    pub fn rerank(
        &self,
        query: impl AsRef<str>,
        texts: impl IntoIterator<Item = impl AsRef<str>>,
        k: usize,
    ) -> Result<Hits<Reranked>, Error> {
        self.reranker().k(k).rerank(query, texts)
    }

    /// Settings for reranking; [`Reranker::rerank`] or [`Reranker::rerank_run`] starts it.
    ///
    /// ```no_run
    /// use jacolbert::{Retriever, Splitting};
    ///
    /// let retriever = Retriever::from_dir("assets/mini")?;
    /// let reranker = retriever.reranker().splitting(Splitting::default());
    /// let best = reranker.rerank("一番高い山は？", ["海は広い。", "富士山は高い。"])?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn reranker(&self) -> Reranker<'_> {
        let splitting = Splitting::Whole;
        Reranker { retriever: self, k: usize::MAX, splitting, on_progress: None }
    }
}

impl<'r> Reranker<'r> {
    /// Maximum number of results per query, by default all. All texts are scored in any case.
    ///
    /// ```no_run
    /// # let retriever = jacolbert::Retriever::from_dir("assets/mini")?;
    /// let best = retriever.reranker().k(1).rerank("一番高い山は？", ["海は広い。", "富士山は高い。"])?;
    /// assert_eq!(best.len(), 1);
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn k(mut self, k: usize) -> Self {
        self.k = k;
        self
    }

    /// How texts are split into parts, of which the best counts; by default not at all, so that the end of a
    /// text that is too long is not read. Parts that overlap take more time in the model.
    ///
    /// ```no_run
    /// use jacolbert::Splitting;
    ///
    /// # let retriever = jacolbert::Retriever::from_dir("assets/mini")?;
    /// let long = "海は広い。".repeat(200) + "富士山は高い。";
    /// let reranker = retriever.reranker().splitting(Splitting::default());
    /// let best = reranker.rerank("一番高い山は？", [long])?;
    /// println!("part {} of {}", best[0].part_number + 1, best[0].num_parts);
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn splitting(mut self, splitting: Splitting) -> Self {
        self.splitting = splitting;
        self
    }

    /// Calls `on_progress` after every query of [`rerank_run`](Self::rerank_run). When it breaks, the run is
    /// [`Error::Cancelled`]. By default nothing is reported.
    ///
    /// ```no_run
    /// use std::ops::ControlFlow;
    ///
    /// # let retriever = jacolbert::Retriever::from_dir("assets/mini")?;
    /// # let documents = [jacolbert::Document::new("fuji", "富士山は高い。")];
    /// # let queries = [jacolbert::Query::new("q1", "一番高い山は？")];
    /// # let candidates = jacolbert::eval::Run::new("bm25");
    /// let reranker = retriever.reranker().on_progress(|_| ControlFlow::Continue(()));
    /// let run = reranker.rerank_run("reranked", &queries, &documents, &candidates)?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn on_progress(
        mut self,
        on_progress: impl FnMut(Progress) -> ControlFlow<()> + 'r,
    ) -> Self {
        self.on_progress = Some(Box::new(on_progress));
        self
    }

    /// The best of `texts` for `query`, best first, by the score of the best part of each.
    ///
    /// ```no_run
    /// # let retriever = jacolbert::Retriever::from_dir("assets/mini")?;
    /// let best = retriever.reranker().rerank("一番高い山は？", ["海は広い。", "富士山は高い。"])?;
    /// for cut in best.iter().filter(|best| best.tokens_cut > 0) {
    ///     println!("the last {} tokens of text {} were not read", cut.tokens_cut, cut.position);
    /// }
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Model`], [`Error::Search`].
    pub fn rerank(
        self,
        query: impl AsRef<str>,
        texts: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<Hits<Reranked>, Error> {
        let texts: Vec<String> = texts.into_iter().map(|text| text.as_ref().to_owned()).collect();
        let borrowed: Vec<&str> = texts.iter().map(String::as_str).collect();
        let encoder = self.retriever.encoder();
        let query = encoder.encode_query(query.as_ref())?;
        let num_rows = query.embeddings.num_tokens();
        let scored = score_texts(encoder, self.splitting, query.embeddings.as_ref(), &borrowed)?;
        let best = scored.best_parts.into_iter().take(self.k).enumerate();
        let reranked = best.map(|(n, best)| {
            let BestPart { text, part, part_number, num_parts, score, tokens_cut } = best;
            Reranked {
                content: texts[text].clone(),
                score,
                normalised_score: score / num_rows as f32,
                rank: n + 1,
                position: text,
                part,
                part_number,
                num_parts,
                tokens_cut,
            }
        });
        Ok(Hits::new(reranked.collect(), num_rows, query.tokens_cut))
    }
}

impl fmt::Debug for Reranker<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reranker")
            .field("k", &self.k)
            .field("splitting", &self.splitting)
            .finish_non_exhaustive()
    }
}
