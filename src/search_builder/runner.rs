//! Runs: the best documents of a collection for the queries of a test collection.

use std::borrow::Borrow;
use std::ops::ControlFlow;
use std::sync::Arc;

use jacolbert_eval::SearchQuality;
use jacolbert_search::{PassageSubset, SearchOptions};

use super::aliases::Runner;
use super::queries::RunQueries;
use super::settings::SearchBuilder;
use crate::Error;
use crate::collection::Collection;
use crate::document_ranking::rank_documents;
use crate::passage_search::{PassageSearch, Questions, RankedBy};
use crate::progress::{Progress, report};
use crate::query::{Query, check_query_ids};
use crate::run_output::RunOutput;
use crate::storage::{OnDisk, Storage};

/// Queries that are encoded and searched between two reports of progress.
const QUERIES_PER_ROUND: usize = 128;

impl<S: Storage> Collection<S> {
    /// Settings for searching `queries` as a run; [`run`](SearchBuilder::run) or
    /// [`measure_loss`](SearchBuilder::measure_loss) starts it.
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
        SearchBuilder::new(self, RunQueries { queries, on_progress: None })
    }
}

impl<'r, S: Storage> SearchBuilder<'_, S, RunQueries<'r>> {
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
        self.queries.on_progress = Some(Box::new(on_progress));
        self
    }

    /// Searches all queries; the run has the best documents of each, with the score of their best
    /// passage. The output also says how many queries were too long for the model.
    ///
    /// ```no_run
    /// # let collection = jacolbert::Collection::open("my-index")?;
    /// # let queries = [jacolbert::Query::new("q1", "一番高い山は？")];
    /// let run = collection.runner(&queries).run("mini")?.run;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::DuplicateQuery`], [`Error::EmptyQueryId`], [`Error::Cancelled`], [`Error::UnknownId`] for an id of
    /// [`among`](Self::among) that no document has, [`Error::Model`], [`Error::Search`]; [`Error::Documents`] where the stored documents are damaged.
    pub fn run(self, name: impl AsRef<str>) -> Result<RunOutput, Error> {
        let search = Search::new(&self)?;
        let RunQueries { queries, mut on_progress } = self.queries;
        search.run(name.as_ref(), &queries, &self.options, &mut |done| {
            report(&mut on_progress, Progress { done, of: queries.len() })
        })
    }
}

impl SearchBuilder<'_, OnDisk, RunQueries<'_>> {
    /// Compares the search with one that scores all passages of the index: how many of the best `k`
    /// documents it misses. Losses by the compression of the vectors are no part of it; see
    /// [`SearchQuality::new`] for these. Both read the same tokens of each query.
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
        let search = Search::new(&self)?;
        let RunQueries { queries, mut on_progress } = self.queries;
        let k = self.options.k;
        let of = 2 * queries.len();
        let all = SearchOptions::exact(k);
        let exact = search.run("exact", &queries, &all, &mut |done| {
            report(&mut on_progress, Progress { done, of })
        })?;
        let found = search.run("found", &queries, &self.options, &mut |done| {
            report(&mut on_progress, Progress { done: queries.len() + done, of })
        })?;
        Ok(SearchQuality::new(&exact.run, &found.run, k))
    }
}

/// One state of the collection, and the part of it that is searched.
struct Search<'r, S: Storage> {
    collection: &'r Collection<S>,
    snapshot: Arc<S::Snapshot>,
    among: Option<PassageSubset>,
    ranked_by: RankedBy,
}

impl<'r, S: Storage> Search<'r, S> {
    /// Checks the ids of queries and documents.
    fn new(builder: &SearchBuilder<'r, S, RunQueries<'_>>) -> Result<Self, Error> {
        check_query_ids(&builder.queries.queries)?;
        let snapshot = builder.collection.snapshot();
        let among = builder.subset(snapshot.as_ref())?;
        Ok(Self { collection: builder.collection, snapshot, among, ranked_by: builder.ranked_by })
    }

    fn run(
        &self,
        name: &str,
        queries: &[Query],
        options: &SearchOptions,
        on_progress: &mut dyn FnMut(usize) -> ControlFlow<()>,
    ) -> Result<RunOutput, Error> {
        let mut output = RunOutput::new(name);
        let mut done = 0;
        for round in queries.chunks(QUERIES_PER_ROUND) {
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
        let questions = Questions::encode(self.collection.encoder(), &texts, self.ranked_by)?;
        output.num_truncated_queries += questions.num_truncated();
        let search = PassageSearch {
            snapshot: self.snapshot.as_ref(),
            among: self.among.as_ref(),
            options,
            ranked_by: self.ranked_by,
        };
        let ranked = rank_documents(&search, &questions)?;
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
