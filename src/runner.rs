//! Runs: the best documents of a collection for the queries of a test collection.

use std::borrow::Borrow;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use jacolbert_eval::SearchQuality;
use jacolbert_search::SearchOptions;

use crate::Error;
use crate::collection::Collection;
use crate::document_ranking::rank_documents;
use crate::progress::{OnProgress, Progress, report};
use crate::query::{Query, check_query_ids};
use crate::run_output::RunOutput;
use crate::storage::{OnDisk, Storage};

/// Queries that are encoded and searched between two reports of progress.
const QUERIES_PER_ROUND: usize = 128;

/// Settings for searching many queries as a run. Create them with [`Collection::runner`] and search with
/// [`run`](Self::run) or [`measure_loss`](Self::measure_loss).
///
/// ```no_run
/// use std::path::Path;
///
/// use jacolbert::eval::{BeirFolder, EvaluateOptions, Metric, evaluate};
/// use jacolbert::{Document, Query, Retriever, Splitting};
///
/// let beir = BeirFolder::open(Path::new("jsquad-valid"))?;
/// let queries = beir.queries()?.map(|query| query.map(Query::from));
/// let queries = queries.collect::<Result<Vec<_>, _>>()?;
/// let documents = beir.documents()?.map(|found| found.map(|d| Document::new(d.id, d.text)));
/// let documents = documents.collect::<Result<Vec<_>, _>>()?;
///
/// let memory = Retriever::from_dir("assets/mini")?.in_memory();
/// memory.update().splitting(Splitting::Whole).add(&documents)?;
/// let run = memory.runner(&queries).k(10).run("mini")?.run;
/// let metrics = Metric::parse_list("recall@1, recall@10")?;
/// let report = evaluate(&beir.qrels("test")?, &run, &metrics, &EvaluateOptions::default())?;
/// println!("{}", report.to_text());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "nothing is searched before `run` or `measure_loss`"]
pub struct Runner<'r, S: Storage = OnDisk> {
    collection: &'r Collection<S>,
    queries: Vec<Query>,
    options: SearchOptions,
    on_progress: OnProgress<'r, Progress>,
}

impl<S: Storage> Collection<S> {
    /// Settings for searching `queries` as a run; [`Runner::run`] or [`Runner::measure_loss`] starts it.
    ///
    /// ```no_run
    /// use jacolbert::{Collection, Query};
    ///
    /// let collection = Collection::open("my-index")?;
    /// let queries = [Query::new("q1", "一番高い山は？")];
    /// let run = collection.runner(&queries).k(100).run("my-model")?.run;
    /// println!("{} results", run.num_results());
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn runner<Q: Borrow<Query>>(&self, queries: impl IntoIterator<Item = Q>) -> Runner<'_, S> {
        let queries = queries.into_iter().map(|query| query.borrow().clone()).collect();
        let options = SearchOptions::default();
        Runner { collection: self, queries, options, on_progress: None }
    }
}

impl<'r, S: Storage> Runner<'r, S> {
    /// Maximum number of documents per query, by default 10. Larger values rescore more passages.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// # let queries = [jacolbert::Query::new("q1", "一番高い山は？")];
    /// let run = collection.runner(&queries).k(100).run("mini")?.run;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn k(mut self, k: usize) -> Self {
        self.options.k = k;
        self
    }

    /// See [`SearchOptions::n_probe`]. A collection in memory ignores it, as it scores every passage.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// # let queries = [jacolbert::Query::new("q1", "一番高い山は？")];
    /// let output = collection.runner(&queries).n_probe(64).run("mini")?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn n_probe(mut self, n_probe: usize) -> Self {
        self.options.n_probe = Some(n_probe);
        self
    }

    /// See [`SearchOptions::n_rescored`]. A collection in memory ignores it, as it scores every passage.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// # let queries = [jacolbert::Query::new("q1", "一番高い山は？")];
    /// let output = collection.runner(&queries).n_rescored(500).run("mini")?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn n_rescored(mut self, n_rescored: usize) -> Self {
        self.options.n_rescored = Some(n_rescored);
        self
    }

    /// See [`SearchOptions::n_exact`]. A collection in memory ignores it, as it scores every passage.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// # let queries = [jacolbert::Query::new("q1", "一番高い山は？")];
    /// let output = collection.runner(&queries).n_exact(50).run("mini")?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn n_exact(mut self, n_exact: usize) -> Self {
        self.options.n_exact = Some(n_exact);
        self
    }

    /// All search options at once, [`k`](Self::k) included.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// # let queries = [jacolbert::Query::new("q1", "一番高い山は？")];
    /// let run = collection.runner(&queries).options(jacolbert::SearchOptions::exact(10)).run("mini")?.run;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn options(mut self, options: SearchOptions) -> Self {
        self.options = options;
        self
    }

    /// Calls `on_progress` after every round of queries. When it breaks, the run is
    /// [`Error::Cancelled`]. By default nothing is reported.
    ///
    /// ```no_run
    /// use std::ops::ControlFlow;
    ///
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// # let queries = [jacolbert::Query::new("q1", "一番高い山は？")];
    /// let runner = collection.runner(&queries).on_progress(|progress| {
    ///     println!("{} of {}", progress.done, progress.of);
    ///     ControlFlow::Continue(())
    /// });
    /// let run = runner.run("mini")?.run;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn on_progress(
        mut self,
        on_progress: impl FnMut(Progress) -> ControlFlow<()> + 'r,
    ) -> Self {
        self.on_progress = Some(Box::new(on_progress));
        self
    }

    /// Searches all queries; the run has the best documents of each, with the score of their best
    /// passage.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// # let queries = [jacolbert::Query::new("q1", "一番高い山は？")];
    /// let run = collection.runner(&queries).run("mini")?.run;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::DuplicateQuery`], [`Error::EmptyQueryId`], [`Error::Cancelled`],
    /// [`Error::Model`], [`Error::Search`]; [`Error::Documents`] where the stored documents are damaged.
    pub fn run(self, name: impl AsRef<str>) -> Result<RunOutput, Error> {
        let Self { collection, queries, options, mut on_progress } = self;
        let search = Search { collection, snapshot: collection.snapshot(), queries: &queries };
        search.run(name.as_ref(), &options, &mut |done| {
            report(&mut on_progress, Progress { done, of: queries.len() })
        })
    }
}

impl Runner<'_, OnDisk> {
    /// Compares the search with one that scores all passages of the index: how many of the best `k`
    /// documents it misses. Losses by the compression of the vectors are no part of it; see
    /// [`SearchQuality::new`] for these.
    ///
    /// ```no_run
    /// use jacolbert::{Collection, Query};
    ///
    /// let collection = Collection::open("my-index")?;
    /// let queries = [Query::new("q1", "一番高い山は？")];
    /// println!("{}", collection.runner(&queries).k(10).measure_loss()?);
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn measure_loss(self) -> Result<SearchQuality, Error> {
        let Self { collection, queries, options, mut on_progress } = self;
        let search = Search { collection, snapshot: collection.snapshot(), queries: &queries };
        let of = 2 * queries.len();
        let all = SearchOptions::exact(options.k);
        let exact = search
            .run("exact", &all, &mut |done| report(&mut on_progress, Progress { done, of }))?;
        let found = search.run("found", &options, &mut |done| {
            report(&mut on_progress, Progress { done: queries.len() + done, of })
        })?;
        Ok(SearchQuality::new(&exact.run, &found.run, options.k))
    }
}

/// The queries in one state of the collection.
struct Search<'r, S: Storage> {
    collection: &'r Collection<S>,
    snapshot: Arc<S::Snapshot>,
    queries: &'r [Query],
}

impl<S: Storage> Search<'_, S> {
    fn run(
        &self,
        name: &str,
        options: &SearchOptions,
        on_progress: &mut dyn FnMut(usize) -> ControlFlow<()>,
    ) -> Result<RunOutput, Error> {
        check_query_ids(self.queries)?;
        let mut output = RunOutput::new(name);
        let mut done = 0;
        for round in self.queries.chunks(QUERIES_PER_ROUND) {
            self.add_round(round, options, &mut output)?;
            done += round.len();
            if on_progress(done).is_break() {
                return Err(Error::Cancelled);
            }
        }
        Ok(output)
    }

    fn add_round(
        &self,
        round: &[Query],
        options: &SearchOptions,
        output: &mut RunOutput,
    ) -> Result<(), Error> {
        let texts: Vec<&str> = round.iter().map(|query| query.text.as_str()).collect();
        let encoded = self.collection.encoder().encode_queries(&texts)?;
        output.num_truncated_queries += encoded.truncated.len();
        let ranked = rank_documents(self.snapshot.as_ref(), &encoded.embeddings, options)?;
        let run = &mut output.run;
        for (query, documents) in round.iter().zip(ranked) {
            run.push_query(&query.id)?;
            for (document, score) in documents {
                run.push(&query.id, &document, score.into())?;
            }
        }
        Ok(())
    }
}

impl<S: Storage> fmt::Debug for Runner<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let num_queries = self.queries.len();
        f.debug_struct("Runner")
            .field("num_queries", &num_queries)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
