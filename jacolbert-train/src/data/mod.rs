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
//! Opening reads every file once and checks every line. It keeps 16 bytes of memory per row, and the id
//! of each text whose id is not the number of its line. An error names file and line.

mod batch_plan;
mod example;
mod examples;
mod formats;
mod line_file;
mod loader;
mod options;
mod order;
mod row;
mod row_fault;
mod text_table;
mod texts;
mod training_batch;

pub(crate) use batch_plan::BatchPlan;
pub use example::{Example, RowSource};
pub(crate) use examples::DataIdentity;
pub use examples::Examples;
pub use formats::{IdFormat, TextFormat};
pub(crate) use loader::load_batches;
pub use options::{Choice, ExampleOptions, Order, TooFewNegatives};
pub(crate) use row::beginning;
pub use row_fault::RowFault;
pub(crate) use training_batch::{Spared, TrainingBatch};
