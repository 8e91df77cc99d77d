//! Where a collection keeps its passages: a compressed index on disk, or embeddings in memory.

#[cfg_attr(not(feature = "words"), path = "without_words.rs")]
mod collection_words;
mod disk_change;
mod disk_snapshot;
mod in_memory;
mod memory_file;
mod memory_snapshot;
mod on_disk;
mod sealed;

pub(crate) use disk_change::DiskChange;
pub(crate) use disk_snapshot::DiskSnapshot;
pub use in_memory::InMemory;
pub(crate) use memory_snapshot::MemorySnapshot;
pub use on_disk::OnDisk;
pub(crate) use sealed::{Change, Committed, Sealed, Snapshot};

/// A place where a collection keeps its passages: [`OnDisk`] or [`InMemory`]. The trait is
/// sealed.
///
/// Code that works with both takes a `Collection<S>`:
///
/// ```
/// use jacolbert::{Collection, Error, Storage};
///
/// fn best<S: Storage>(collection: &Collection<S>, query: &str) -> Result<Option<String>, Error> {
///     Ok(collection.search(query, 1)?.into_iter().next().map(|hit| hit.content))
/// }
/// ```
pub trait Storage: Sealed {}

impl Storage for OnDisk {}

impl Storage for InMemory {}
