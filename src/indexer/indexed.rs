//! What indexing returns.

use crate::collection::Collection;
use crate::ingest::Truncated;

/// What indexing returns.
///
/// ```no_run
/// use jacolbert::{Document, Retriever};
///
/// let retriever = Retriever::from_dir("assets/mini")?;
/// let indexed = retriever.index("my-index", [Document::new("fuji", "富士山は高い。")])?;
/// println!("{} passages", indexed.collection.num_passages());
/// println!("{} of them were too long", indexed.truncated.len());
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Indexed {
    /// The collection, open.
    pub collection: Collection,
    /// Passages that were longer than the encoder takes, in order.
    pub truncated: Vec<Truncated>,
}
