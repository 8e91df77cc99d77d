//! Passages that were too long.

use serde::{Deserialize, Serialize};

/// A passage that was longer than the encoder takes, so that its end was not read.
///
/// ```no_run
/// use jacolbert::{Collection, Document};
///
/// let collection = Collection::open("my-index")?;
/// for cut in collection.add([Document::new("long", "長い文。".repeat(1_000))])? {
///     println!("{}: {} tokens of passage {}", cut.document_id, cut.tokens_cut, cut.passage);
/// }
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Truncated {
    /// The id of the passage's document.
    pub document_id: String,
    /// The place of the passage among those of its document, from 0.
    pub passage: usize,
    /// Tokens that were not read.
    pub tokens_cut: usize,
}
