//! The names of the kinds of search.

use super::queries::{OneQuery, QueryBatch, RunQueries};
use super::settings::SearchBuilder;
use crate::storage::OnDisk;

/// Settings for one query. Create it with [`Collection::query`](crate::Collection::query) and run [`search`](SearchBuilder::search).
///
/// ```no_run
/// use jacolbert::Collection;
///
/// let collection = Collection::open("my-index")?;
/// let hits = collection.query("一番高い山は？").k(3).among(["fuji", "biwa"]).n_probe(64).search()?;
/// println!("{} hits", hits.len());
/// # Ok::<(), jacolbert::Error>(())
/// ```
pub type QueryBuilder<'c, S = OnDisk> = SearchBuilder<'c, S, OneQuery>;

/// Settings for several queries. Create it with [`Collection::query_batch`](crate::Collection::query_batch) and run `search`.
///
/// ```no_run
/// use jacolbert::Collection;
///
/// let collection = Collection::open("my-index")?;
/// let found = collection.query_batch(["一番高い山は？", "一番大きな湖は？"]).k(3).search()?;
/// assert_eq!(found.len(), 2);
/// # Ok::<(), jacolbert::Error>(())
/// ```
pub type QueryBatchBuilder<'c, S = OnDisk> = SearchBuilder<'c, S, QueryBatch>;

/// Settings for searching many queries as a run. Create it with [`Collection::runner`](crate::Collection::runner) and search with
/// [`run`](SearchBuilder::run) or [`measure_loss`](SearchBuilder::measure_loss).
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
pub type Runner<'r, S = OnDisk> = SearchBuilder<'r, S, RunQueries<'r>>;
