//! Retrieval evaluation: qrels, runs, metrics and reports, from BEIR folders and TREC files.
//!
//! A [`Run`] says which documents a system ranked for each query, [`Qrels`] say which documents
//! are relevant and to what grade. [`evaluate`] compares the two and returns a [`Report`] with the
//! value of each [`Metric`] for each query. A [`Comparison`] puts several reports side by side and
//! tests their differences. Queries and documents are named by strings.
//!
//! ```
//! use jacolbert_eval::{
//!     Comparison, ComparisonOptions, EvaluateOptions, Metric, Qrels, Run, evaluate,
//! };
//!
//! let mut qrels = Qrels::new();
//! qrels.insert("q1", "d1", 1)?;
//! qrels.insert("q2", "d4", 2)?;
//!
//! let mut bm25 = Run::new("bm25");
//! for (query, document, score) in [("q1", "d2", 7.1), ("q1", "d1", 5.9), ("q2", "d3", 2.2)] {
//!     bm25.push(query, document, score)?;
//! }
//! let mut colbert = Run::new("colbert");
//! for (query, document, score) in [("q1", "d1", 29.1), ("q2", "d3", 27.4), ("q2", "d4", 27.0)] {
//!     colbert.push(query, document, score)?;
//! }
//!
//! let metrics = Metric::parse_list("recall@10, mrr@10, ndcg@10")?;
//! let options = EvaluateOptions::default();
//! let reports = [
//!     evaluate(&qrels, &bm25, &metrics, &options)?,
//!     evaluate(&qrels, &colbert, &metrics, &options)?,
//! ];
//! assert_eq!(reports[0].mean("mrr@10".parse()?)?, 0.25);
//! assert_eq!(reports[1].values("mrr@10".parse()?)?, [1.0, 0.5]);
//!
//! let comparison = Comparison::new(&reports, &ComparisonOptions::default())?;
//! assert!(comparison.to_text().starts_with(
//!     "run        recall@10  mrr@10   ndcg@10\n\
//!      1 bm25     0.5000     0.2500   0.3155\n\
//!      2 colbert  1.0000*    0.7500*  0.8155*\n"
//! ));
//! # Ok::<(), jacolbert_eval::Error>(())
//! ```
//!
//! # Files
//!
//! | format | read | written |
//! |---|---|---|
//! | TREC run | [`Run::open_trec`] | [`Run::save_trec`] |
//! | TREC qrels | [`Qrels::open_trec`] | [`Qrels::save_trec`] |
//! | JSON, `{"query": {"document": number}}` | [`Run::open_json`], [`Qrels::open_json`] | [`Run::save_json`], [`Qrels::save_json`] |
//! | BEIR qrels | [`Qrels::open_beir`] | [`Qrels::save_beir`] |
//! | BEIR folder | [`BeirFolder::open`] | [`BeirFolder::create`] |
//!
//! Each may be compressed with gzip. Files are read as a stream; a run in memory takes about 36 bytes
//! per result besides the document's id. Errors name file and line.
//!
//! [`recall_curves`] and [`wins_and_losses`] plot reports as SVG, [`line_plot`] any other lines.
//!
//! # What changes a figure
//!
//! The order of documents with equal scores ([`TieRule`]), the grade that counts as relevant, and
//! whether a query without results counts ([`Policy`]): all are in [`EvaluateOptions`], and every
//! table and every JSON report states them.

mod beir;
mod bootstrap;
mod comparison;
mod coverage;
mod error;
mod evaluate;
mod evaluate_options;
mod gap;
mod graded_ranking;
mod id_set;
mod json;
pub mod json_id;
mod judgements;
mod line_fault;
mod lines;
mod metric;
mod metric_name;
mod origin;
mod plot;
mod qrels;
mod ranking;
mod report;
mod run;
mod search_quality;
mod significance;
mod table;
mod text_encoding;
mod tie_rule;
mod trec;

pub use beir::{BeirDocument, BeirFolder, BeirQuery};
pub use bootstrap::{Bootstrap, Interval};
pub use comparison::{Comparison, ComparisonOptions, PairTest};
pub use coverage::Coverage;
pub use error::{Difference, Error, GradeFault};
pub use evaluate::evaluate;
pub use evaluate_options::{EvaluateOptions, Policy};
pub use gap::Gap;
pub use judgements::Judgements;
pub use line_fault::LineFault;
pub use metric::{Cutoff, Gain, Metric};
pub use origin::{Format, Origin};
pub use plot::{line_plot, recall_curves, wins_and_losses};
pub use qrels::Qrels;
pub use ranking::Ranking;
pub use report::Report;
pub use run::Run;
pub use search_quality::SearchQuality;
pub use significance::{Correction, SignificanceTest, paired_t_test, randomisation_test};
pub use text_encoding::TextEncoding;
pub use tie_rule::TieRule;

/// Compiles what the README shows.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
