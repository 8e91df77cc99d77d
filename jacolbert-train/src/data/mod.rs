//! Training data: rows of a query and its passages, read from disk one by one.
//!
//! | file | lines |
//! |---|---|
//! | triples by id | `[qid, pid+, pid-, ...]`, or with a teacher's scores `[qid, [pid, score], ...]` |
//! | hard negatives by id | `{"query_id": 0, "positive_ids": [0], "negative_ids": [7, 9]}` |
//! | queries, collection | `id<TAB>text` |
//! | lists of texts | `["query", "positive", "negative", ...]`, or with scores as above |
//! | texts, tabbed | `query<TAB>positive<TAB>negative...` |
//! | hard negatives as texts | `{"query": "", "positives": [], "negatives": [], "bm25_negatives": []}` |
//!
//! Opening reads and checks every line. It keeps 16 bytes of memory per line, and all ids of a table if they
//! are not 0, 1, 2 and so on. An error names file and line.
//!
//! Lines are read by the rule of [`TextLines`](jacolbert_core::TextLines); the lines of a gzip file are kept in
//! memory. Files with tabs may have a header line and the quotes of a CSV writer. In JSON, an id may be an
//! integer, which is read as its decimal digits, and `null` is an absent value.

#[cfg(feature = "burn")]
mod batch_plan;
#[cfg(feature = "burn")]
mod example;
#[cfg(feature = "burn")]
mod examples;
#[cfg(feature = "burn")]
mod formats;
#[cfg(feature = "burn")]
mod header;
#[cfg(feature = "burn")]
mod line_file;
#[cfg(feature = "burn")]
mod loader;
mod options;
#[cfg(feature = "burn")]
mod order;
mod quotes;
#[cfg(feature = "burn")]
mod row;
mod row_fault;
mod row_source;
#[cfg(feature = "burn")]
mod skipped;
#[cfg(feature = "burn")]
mod text_table;
#[cfg(feature = "burn")]
mod texts;
#[cfg(feature = "burn")]
mod training_batch;
#[cfg(feature = "burn")]
mod usable_row;

#[cfg(feature = "burn")]
pub(crate) use batch_plan::BatchPlan;
#[cfg(feature = "burn")]
pub use example::Example;
#[cfg(feature = "burn")]
pub(crate) use examples::DataIdentity;
#[cfg(feature = "burn")]
pub use examples::Examples;
#[cfg(feature = "burn")]
pub use formats::{IdFormat, TextFormat};
#[cfg(feature = "burn")]
pub(crate) use loader::load_batches;
pub use options::{BadTexts, Choice, ExampleOptions, Order, TooFewNegatives};
pub(crate) use quotes::Quotes;
pub(crate) use row_fault::beginning;
pub use row_fault::{RowFault, TextPlace};
pub use row_source::RowSource;
#[cfg(feature = "burn")]
pub use skipped::Skipped;
#[cfg(feature = "burn")]
pub(crate) use training_batch::{Spared, TrainingBatch};
