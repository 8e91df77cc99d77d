//! `jacolbert eval`: how good the answers are.

use std::path::{Path, PathBuf};

use clap::Args;
use jacolbert::eval::{
    BeirFolder, Comparison, ComparisonOptions, Cutoff, EvaluateOptions, Metric, Qrels, Report, Run,
    evaluate,
};
use jacolbert::{Collection, Document, Query, Retriever, Runner, SearchOptions};
use tempfile::TempDir;

use crate::error::Error;
use crate::exit::Exit;
use crate::model_choice::ModelChoice;
use crate::output::Output;
use crate::progress::Progress;

const EXAMPLES: &str = "\
Examples:
  jacolbert eval -m assets/mini my-questions/                index the corpus for a while, and measure
  jacolbert eval -c wiki --exact my-questions/               how much does the index of a collection lose?
  jacolbert eval -m assets/mini --compare bm25.trec my-questions/

FOLDER has the layout of BEIR, plain or gzip:
  corpus.jsonl     {\"_id\": .., \"title\": .., \"text\": ..}
  queries.jsonl    {\"_id\": .., \"text\": ..}
  qrels/test.tsv   query-id, corpus-id and score between tabs, under a line with these names";

/// Measure how good the answers are, with questions whose answers are known
///
/// Prints a table with a row for every way of searching, and marks differences that are significant. Documents that
/// are split count with their best passage. The example `evaluate` of the repository compares bits, exhaustive search
/// with exact vectors, and dense models.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct EvalCommand {
    /// Questions and judgements in the layout of BEIR
    #[arg(value_name = "FOLDER")]
    beir: PathBuf,
    /// Measure this collection. By default the corpus is indexed in a temporary folder
    #[arg(short, long, value_name = "FOLDER")]
    collection: Option<PathBuf>,
    /// The judgements in qrels/NAME.tsv. Only judged questions are asked
    #[arg(long, value_name = "NAME", default_value = "test")]
    split: String,
    /// Metrics by comma, as recall@10 or mrr@10; names of trec_eval are read, too
    #[arg(long, value_name = "LIST", default_value = "recall@1,recall@5,recall@10,ndcg@10", value_parser = metrics)]
    metrics: MetricList,
    /// Documents for each question. By default as many as the metrics look at
    #[arg(short, value_name = "N")]
    k: Option<usize>,
    /// Index the title, a space and the text of a document, instead of the text
    #[arg(long, conflicts_with = "collection")]
    titles: bool,
    /// A document with the id of the question is no result, as in BEIR
    #[arg(long)]
    ignore_identical_ids: bool,
    /// Add a row in which every passage is scored exactly. It is slow
    #[arg(long)]
    exact: bool,
    /// Add rows for hybrid search and for words alone. A collection needs words for it
    #[cfg(feature = "words")]
    #[arg(long)]
    hybrid: bool,
    /// Add a row for the TREC run of another engine; may be repeated
    #[arg(long, value_name = "FILE")]
    compare: Vec<PathBuf>,
    /// Write the run of the search to FILE, as TREC has it
    #[arg(long, value_name = "FILE")]
    run: Option<PathBuf>,
    #[command(flatten)]
    model: ModelChoice,
}

#[derive(Debug, Clone)]
struct MetricList(Vec<Metric>);

/// A collection, in a folder that is removed with it where the corpus was indexed for the evaluation.
struct Subject {
    collection: Collection,
    _folder: Option<TempDir>,
}

impl EvalCommand {
    pub(crate) fn run(self, output: &Output) -> Result<Exit, Error> {
        // Whatever can fail for a file fails here, before the first text is encoded.
        let folder = BeirFolder::open(&self.beir)?;
        let qrels = folder.qrels(&self.split)?;
        let queries = judged_queries(&folder, &qrels, &self.beir)?;
        let others =
            self.compare.iter().map(|path| Run::open_trec(path)).collect::<Result<Vec<_>, _>>()?;
        let depth = self.depth()?;
        let subject = self.subject(&folder, output)?;
        let mut runs = self.search(&subject.collection, &queries, depth, output)?;
        if let (Some(path), Some(run)) = (&self.run, runs.first()) {
            run.save_trec(path)?;
        }
        runs.extend(others);
        self.print(&qrels, &runs, output)?;
        Ok(Exit::Done)
    }

    /// Documents to search for each question: one more where one of them may be dropped.
    fn depth(&self) -> Result<usize, Error> {
        let cutoffs = self.metrics.0.iter().map(|metric| match metric.cutoff() {
            Cutoff::At(k) => k.get(),
            Cutoff::Full => 10,
        });
        let deepest = cutoffs.max().unwrap_or(10);
        let k = self.k.unwrap_or(deepest);
        if k < deepest {
            let message = format!("-k {k} is too few for a metric of {deepest} documents");
            return Err(Error::Usage(message));
        }
        Ok(k + usize::from(self.ignore_identical_ids))
    }

    fn subject(&self, folder: &BeirFolder, output: &Output) -> Result<Subject, Error> {
        if let Some(collection) = &self.collection {
            return Ok(Subject { collection: self.model.open(collection)?, _folder: None });
        }
        let retriever = self.model.load()?;
        let place =
            tempfile::tempdir().map_err(|source| Error::io(std::env::temp_dir(), source))?;
        let collection = self.index_corpus(&retriever, folder, place.path(), output)?;
        Ok(Subject { collection, _folder: Some(place) })
    }

    fn index_corpus(
        &self,
        retriever: &Retriever,
        folder: &BeirFolder,
        place: &Path,
        output: &Output,
    ) -> Result<Collection, Error> {
        let documents = folder.documents()?.map(|document| {
            let document = document?;
            let text = if self.titles { document.title_and_text() } else { document.text };
            Ok::<_, jacolbert::eval::Error>(Document::new(document.id, text))
        });
        let documents = documents.collect::<Result<Vec<_>, _>>()?;
        let of = Some(documents.len());
        let progress = Progress::start(output, "encoding documents", of)?;
        let indexer = retriever.indexer(place.join("index"));
        #[cfg(feature = "words")]
        let indexer =
            if self.hybrid { indexer.words(jacolbert::Analyser::default()) } else { indexer };
        let indexed = indexer.on_progress(|shown| progress.index(shown, of)).run(documents)?;
        Ok(indexed.collection)
    }

    /// The run of the search, and those of the other ways that are wanted.
    fn search(
        &self,
        collection: &Collection,
        queries: &[Query],
        depth: usize,
        output: &Output,
    ) -> Result<Vec<Run>, Error> {
        let of = Some(queries.len());
        let progress = Progress::start(output, "searching", of)?;
        let mut runs = Vec::new();
        for way in self.ways() {
            let runner = way.apply(collection.runner(queries).k(depth), depth);
            let found =
                runner.on_progress(|shown| progress.count(shown.done, of)).run(way.name())?;
            if found.num_truncated_queries > 0 && runs.is_empty() {
                let num_truncated = found.num_truncated_queries;
                output.warn(format!("{num_truncated} questions are longer than the model reads"));
            }
            runs.push(found.run);
        }
        Ok(runs)
    }

    fn ways(&self) -> Vec<Way> {
        let mut ways = vec![Way::Search];
        ways.extend(self.exact.then_some(Way::Exact));
        #[cfg(feature = "words")]
        if self.hybrid {
            ways.extend([Way::Hybrid, Way::Words]);
        }
        ways
    }

    fn print(&self, qrels: &Qrels, runs: &[Run], output: &Output) -> Result<(), Error> {
        let ignore_identical_ids = self.ignore_identical_ids;
        let options = EvaluateOptions { ignore_identical_ids, ..Default::default() };
        let report = |run: &Run| evaluate(qrels, run, &self.metrics.0, &options);
        let reports = runs.iter().map(report).collect::<Result<Vec<Report>, _>>()?;
        let comparison = Comparison::new(&reports, &ComparisonOptions::default())?;
        if output.is_json() {
            output.line(comparison.to_json().replace('\n', " "))
        } else {
            output.line(comparison.to_text().trim_end())
        }
    }
}

/// A way of searching, which is a row of the table.
#[derive(Debug, Clone, Copy)]
enum Way {
    Search,
    Exact,
    #[cfg(feature = "words")]
    Hybrid,
    #[cfg(feature = "words")]
    Words,
}

impl Way {
    fn name(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Exact => "exact",
            #[cfg(feature = "words")]
            Self::Hybrid => "hybrid",
            #[cfg(feature = "words")]
            Self::Words => "words",
        }
    }

    fn apply(self, runner: Runner<'_>, depth: usize) -> Runner<'_> {
        match self {
            Self::Search => runner,
            Self::Exact => runner.options(SearchOptions::exact(depth)),
            #[cfg(feature = "words")]
            Self::Hybrid => runner.hybrid(jacolbert::Fusion::default()),
            #[cfg(feature = "words")]
            Self::Words => runner.words_only(),
        }
    }
}

/// The questions that have judgements.
fn judged_queries(folder: &BeirFolder, qrels: &Qrels, path: &Path) -> Result<Vec<Query>, Error> {
    let mut judged = Vec::new();
    for query in folder.queries()? {
        let query = query?;
        if qrels.judgements(&query.id).is_some() {
            judged.push(Query::from(query));
        }
    }
    if judged.is_empty() {
        return Err(Error::file(path, "none of the questions is judged"));
    }
    Ok(judged)
}

fn metrics(list: &str) -> Result<MetricList, jacolbert::eval::Error> {
    Metric::parse_list(list).map(MetricList)
}
