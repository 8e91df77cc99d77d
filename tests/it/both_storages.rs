//! The sample in each kind of storage.

use jacolbert::{Collection, MemoryCollection};

use crate::sample::{documents, retriever};

/// A collection of the sample in each storage, and the folder of the first.
pub(crate) fn both()
-> Result<(tempfile::TempDir, Collection, MemoryCollection), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let on_disk = retriever().index(folder.path(), documents())?.collection;
    let in_memory = retriever().in_memory();
    in_memory.add(documents())?;
    Ok((folder, on_disk, in_memory))
}
