//! Writing an index that was built in memory.

use std::path::Path;

use crate::storage::{Draft, Manifest, NewAttachments};
use crate::{Error, Index};

impl Index {
    /// Writes the index to the folder `path`, which is created if it is missing. Files that an
    /// interrupted write left there are removed.
    ///
    /// # Errors
    /// [`Error::Exists`] if the folder holds an index, [`Error::Locked`] if another writer is at work
    /// there, [`Error::Io`], [`Error::NotDurable`].
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let mut draft = Draft::claim(path)?;
        let mut manifest = Manifest::new(draft.generation(), self.dim(), self.options.clone());
        manifest.set_counts(self.num_ids(), self.num_passages());
        if let Some(codec) = &self.codec {
            manifest.codec = Some(draft.write_sections("codec", codec.file())?);
        }
        for (n, segment) in self.segments.iter().enumerate() {
            let kind = format!("segment-{n}");
            manifest.segments.push(draft.write_sections(&kind, segment.file())?);
        }
        if let Some(deleted) = &self.deleted {
            manifest.deleted = Some(draft.write_sections("deleted", deleted.file())?);
        }
        let attachments: NewAttachments = self.attachments.clone().into_iter().collect();
        attachments.finish(&mut draft, &mut manifest)?;
        draft.commit(&manifest)
    }
}
