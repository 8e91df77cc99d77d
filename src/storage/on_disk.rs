//! Passages in a folder, as a compressed index.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jacolbert_documents::check_features;
use jacolbert_index::IndexWriter;
use jacolbert_model::Encoder;

use super::disk_change::DiskChange;
use super::disk_snapshot::DiskSnapshot;
use super::sealed::Sealed;
use crate::Error;

/// A folder with a compressed index: the storage of a [`Collection`](crate::Collection).
///
/// Vectors, texts and metadata are parts of the same commits, so that they always agree.
///
/// ```no_run
/// use jacolbert::{Collection, OnDisk};
///
/// let collection: Collection<OnDisk> = Collection::open("my-index")?;
/// # Ok::<(), jacolbert::Error>(())
/// ```
#[derive(Debug)]
pub struct OnDisk {
    folder: PathBuf,
}

impl OnDisk {
    /// The folder's whole path is kept, so that it stays the same folder when the process changes its
    /// working folder.
    pub(crate) fn new(folder: &Path) -> Result<Self, Error> {
        let folder = std::path::absolute(folder).map_err(|source| Error::io(folder, source))?;
        Ok(Self { folder })
    }
}

impl Sealed for OnDisk {
    type Snapshot = DiskSnapshot;
    type Change = DiskChange;

    fn path(&self) -> &Path {
        &self.folder
    }

    fn begin(&self, encoder: &Encoder, _current: &Arc<DiskSnapshot>) -> Result<DiskChange, Error> {
        let writer = IndexWriter::open(&self.folder)?;
        check_features(&self.folder, writer.index())?;
        let base = DiskSnapshot::from_index(encoder, &self.folder, writer.index().clone())?;
        let base = Arc::new(base);
        Ok(DiskChange::new(&self.folder, writer, base))
    }
}

#[cfg(test)]
mod tests {
    use jacolbert_documents::Document;
    use jacolbert_testing::data::mini;

    use super::*;
    use crate::retriever::Retriever;

    #[test]
    fn a_commit_that_a_power_failure_may_lose_is_the_new_state_all_the_same()
    -> Result<(), Box<dyn std::error::Error>> {
        let retriever = Retriever::from_dir(mini())?;
        let folder = tempfile::tempdir()?;
        let fuji = Document::new("fuji", "富士山は高い。");
        let collection = retriever.index(folder.path(), [fuji])?.collection;
        // The commit is in place, and only its confirmation failed.
        retriever.open(folder.path())?.add([Document::new("biwa", "琵琶湖は大きい。")])?;
        let source = std::io::Error::other("no confirmation");
        let path = folder.path().to_path_buf();
        let failed = Err(jacolbert_index::Error::NotDurable { path, source });
        let commit = DiskSnapshot::committed(retriever.encoder(), folder.path(), failed)?;
        let returned = collection.install_commit(commit);
        assert!(matches!(returned, Err(Error::Index(jacolbert_index::Error::NotDurable { .. }))));
        assert!(collection.contains("biwa")?);
        assert_eq!(collection.num_documents(), 2);
        Ok(())
    }
}
