//! Attachments of a commit in progress: buffered in memory, or written already.

use std::collections::BTreeMap;

use super::attachment::Attachment;
use super::draft::Draft;
use super::manifest::{FileEntry, Manifest};
use crate::Error;

/// The attachments of a draft. A later one replaces an earlier one of the same name.
#[derive(Debug, Default)]
pub(crate) struct NewAttachments {
    buffered: BTreeMap<String, Attachment>,
    written: BTreeMap<String, FileEntry>,
    /// Number of files created so far, including those of attachments that were replaced.
    num_files: usize,
}

impl NewAttachments {
    /// Keeps a copy of `content` in memory until the commit.
    pub(crate) fn attach_buffered(&mut self, name: &str, content: &[u8]) {
        self.written.remove(name);
        self.buffered.insert(name.into(), Attachment::copied(content));
    }

    /// Writes `content` to a file of `draft`, which the commit makes part of the index.
    pub(crate) fn attach_written(
        &mut self,
        name: &str,
        content: &[u8],
        draft: &mut Draft,
    ) -> Result<(), Error> {
        let entry = self.file(content, crc32fast::hash(content), draft)?;
        self.buffered.remove(name);
        self.written.insert(name.into(), entry);
        Ok(())
    }

    /// Removes the attachment `name`, if there is one.
    pub(crate) fn forget(&mut self, name: &str) {
        self.buffered.remove(name);
        self.written.remove(name);
    }

    /// Writes the buffered attachments, and names all in `manifest`.
    pub(crate) fn finish(
        mut self,
        draft: &mut Draft,
        manifest: &mut Manifest,
    ) -> Result<(), Error> {
        for (name, attachment) in std::mem::take(&mut self.buffered) {
            let entry = self.file(attachment.as_ref(), attachment.checksum(), draft)?;
            manifest.attachments.insert(name, entry);
        }
        manifest.attachments.extend(self.written);
        Ok(())
    }

    /// The buffered attachments, which are all of them in memory.
    pub(crate) fn into_buffered(self) -> BTreeMap<String, Attachment> {
        self.buffered
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
        Self { buffered: attachments.into_iter().collect(), ..Self::default() }
    }
}
