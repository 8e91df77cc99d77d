//! Pages of documents.

use serde::{Deserialize, Serialize};

/// A place between two documents of a collection; by default before the first. It can be kept as JSON, and stays
/// valid while the collection changes.
///
/// ```
/// use jacolbert::PageCursor;
///
/// let cursor: PageCursor = serde_json::from_str("7")?;
/// assert_eq!(serde_json::to_string(&cursor)?, "7");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PageCursor {
    /// The passage that comes next.
    pub(crate) next: u32,
}

/// Some documents, or ids, of a collection.
///
/// ```no_run
/// use jacolbert::{Collection, Page, PageCursor};
///
/// let page: Page<String> = Collection::open("my-index")?.documents().ids(100)?;
/// println!("{} ids, more: {}", page.items.len(), page.next.is_some());
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Page<T> {
    /// The documents or ids.
    pub items: Vec<T>,
    /// Where the next page begins; none after the last document.
    pub next: Option<PageCursor>,
}
