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

mod batch_plan;
mod example;
mod examples;
mod formats;
mod header;
mod line_file;
mod loader;
mod options;
mod order;
mod quotes;
mod row;
mod row_fault;
mod skipped;
mod text_table;
mod texts;
mod training_batch;
mod usable_row;

pub(crate) use batch_plan::BatchPlan;
pub use example::{Example, RowSource};
pub(crate) use examples::DataIdentity;
pub use examples::Examples;
pub use formats::{IdFormat, TextFormat};
pub(crate) use loader::load_batches;
pub use options::{BadTexts, Choice, ExampleOptions, Order, TooFewNegatives};
pub(crate) use quotes::Quotes;
pub(crate) use row::beginning;
pub use row_fault::{RowFault, TextPlace};
pub use skipped::Skipped;
pub(crate) use training_batch::{Spared, TrainingBatch};
