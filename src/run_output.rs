//! What a search or a reranking for many queries returns.

use jacolbert_eval::Run;

/// A run, and how many texts the model read only in part because they were too long.
///
/// ```no_run
/// use jacolbert::{Collection, Query};
///
/// let collection = Collection::open("my-index")?;
/// let output = collection.runner([Query::new("q1", "一番高い山は？")]).run("my-model")?;
/// println!("{} queries were truncated", output.num_truncated_queries);
/// println!("{} results", output.run.num_results());
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RunOutput {
    /// The run.
    pub run: Run,
    /// Number of truncated queries.
    pub num_truncated_queries: usize,
    /// Number of truncated texts among those that were encoded for this run. A text that is a candidate of
    /// several queries counts for each; for a search of a collection it is 0, since its passages were
    /// encoded before.
    pub num_truncated_passages: usize,
}

impl RunOutput {
    /// A run without queries.
    pub(crate) fn new(name: &str) -> Self {
        Self { run: Run::new(name), num_truncated_queries: 0, num_truncated_passages: 0 }
    }
}
