//! Attachments of a commit to be: waiting in memory, or written already.

use std::collections::BTreeMap;

use super::attachment::Attachment;
use super::draft::Draft;
use super::manifest::{FileEntry, Manifest};
use crate::Error;

/// What was attached since a draft was begun. Of two with one name the later counts.
#[derive(Debug, Default)]
pub(crate) struct NewAttachments {
    waiting: BTreeMap<String, Attachment>,
    written: BTreeMap<String, FileEntry>,
    /// Files made so far, those of attachments that were replaced included.
    num_files: usize,
}

impl NewAttachments {
    /// Keeps a copy of `content` in memory until the commit.
    pub(crate) fn attach_buffered(&mut self, name: &str, content: &[u8]) {
        self.written.remove(name);
        self.waiting.insert(name.into(), Attachment::copied(content));
    }

    /// Writes `content` to a file of `draft`, which the commit names.
    pub(crate) fn attach_written(
        &mut self,
        name: &str,
        content: &[u8],
        draft: &mut Draft,
    ) -> Result<(), Error> {
        let entry = self.file(content, crc32fast::hash(content), draft)?;
        self.waiting.remove(name);
        self.written.insert(name.into(), entry);
        Ok(())
    }

    /// No longer keeps what is there under `name`.
    pub(crate) fn forget(&mut self, name: &str) {
        self.waiting.remove(name);
        self.written.remove(name);
    }

    /// Writes what waits, and puts all into `manifest`.
    pub(crate) fn finish(
        mut self,
        draft: &mut Draft,
        manifest: &mut Manifest,
    ) -> Result<(), Error> {
        for (name, attachment) in std::mem::take(&mut self.waiting) {
            let entry = self.file(attachment.as_ref(), attachment.checksum(), draft)?;
            manifest.attachments.insert(name, entry);
        }
        manifest.attachments.extend(self.written);
        Ok(())
    }

    /// Those that wait in memory, which are all where nothing is written.
    pub(crate) fn into_waiting(self) -> BTreeMap<String, Attachment> {
        self.waiting
    }

    fn file(
        &mut self,
        content: &[u8],
        checksum: u32,
        draft: &mut Draft,
    ) -> Result<FileEntry, Error> {
        let kind = format!("attachment-{}", self.num_files);
        self.num_files += 1;
        draft.write(&kind, content, checksum)
    }
}

impl FromIterator<(String, Attachment)> for NewAttachments {
    fn from_iter<I: IntoIterator<Item = (String, Attachment)>>(attachments: I) -> Self {
        Self { waiting: attachments.into_iter().collect(), ..Self::default() }
    }
}
