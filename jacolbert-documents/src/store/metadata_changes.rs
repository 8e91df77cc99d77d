//! Metadata that were changed after their block was written.

use std::collections::BTreeMap;

use super::companion_file::{CompanionFile, CompanionParts};
use super::companion_header::BlockStamp;
use super::document_block::DocumentBlock;
use crate::Error;

/// The kind of the file beside a block that holds changed metadata.
pub(super) const METADATA: &str = "metadata";

/// Bytes of changed metadata beyond which a block is written anew with them. Until then, each change of a
/// document's metadata writes at most so much; beyond it, 64 MiB at most, which is seldom.
const LARGEST: usize = 256 << 10;

/// Part with the numbers of the documents, `u32` each, ascending.
const DOCUMENTS: &str = "documents";
/// Part with the end of each text in the texts, `u64` each.
const ENDS: &str = "ends";
/// Part with the metadata as JSON, one after the other.
const TEXTS: &str = "texts";

/// The changed metadata of a block: JSON by the number of the document.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct MetadataChanges {
    texts: BTreeMap<u32, String>,
}

impl MetadataChanges {
    /// Reads a file that [`to_file`](Self::to_file) wrote, for a block of `num_documents` documents.
    fn read<B: AsRef<[u8]>>(file: &CompanionFile<B>, num_documents: usize) -> Result<Self, Error> {
        let part = |name: &str| {
            let part = file.part(name)?;
            part.ok_or_else(|| file.corrupt(format!("the part {name:?} is missing")))
        };
        let (documents, rest) = part(DOCUMENTS)?.as_chunks();
        let (ends, more) = part(ENDS)?.as_chunks();
        let texts = std::str::from_utf8(part(TEXTS)?);
        let texts = texts.map_err(|_| file.corrupt("changed metadata are not UTF-8"))?;
        if !rest.is_empty() || !more.is_empty() || documents.len() != ends.len() {
            return Err(file.corrupt("numbers of changed metadata"));
        }
        let mut changes = Self::default();
        let mut start = 0;
        for (document, end) in documents.iter().zip(ends) {
            let document = u32::from_le_bytes(*document);
            let end = usize::try_from(u64::from_le_bytes(*end)).unwrap_or(usize::MAX);
            let text = texts.get(start..end).filter(|_| (document as usize) < num_documents);
            let text = text.ok_or_else(|| file.corrupt("lengths of changed metadata"))?;
            changes.texts.insert(document, text.into());
            start = end;
        }
        Ok(changes)
    }

    /// The file beside the block `stamp`.
    pub(super) fn to_file(&self, stamp: BlockStamp) -> Vec<u8> {
        let mut documents = Vec::new();
        let mut ends = Vec::new();
        let mut texts = Vec::new();
        for (document, text) in &self.texts {
            documents.extend(document.to_le_bytes());
            texts.extend(text.as_bytes());
            ends.extend((texts.len() as u64).to_le_bytes());
        }
        let mut parts = CompanionParts::default();
        parts.add(DOCUMENTS, documents);
        parts.add(ENDS, ends);
        parts.add(TEXTS, texts);
        parts.build(METADATA, stamp)
    }

    /// Sets the metadata of the document with this number.
    pub(super) fn set(&mut self, document: usize, metadata: &str) {
        self.texts.insert(document as u32, metadata.into());
    }

    /// The metadata of the document with this number, if they were changed.
    pub(super) fn find(&self, document: usize) -> Option<&str> {
        self.texts.get(&u32::try_from(document).ok()?).map(String::as_str)
    }

    /// The numbers of the documents whose metadata were changed.
    #[cfg(feature = "filter")]
    pub(crate) fn documents(&self) -> impl Iterator<Item = usize> {
        self.texts.keys().map(|&document| document as usize)
    }

    /// Whether the block should be written anew.
    pub(super) fn is_large(&self) -> bool {
        self.texts.values().map(String::len).sum::<usize>() > LARGEST
    }
}

impl<B: AsRef<[u8]>> DocumentBlock<B> {
    /// The metadata that were changed after the block was written; `None` if none were.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    pub(crate) fn metadata_changes(&self) -> Result<Option<&MetadataChanges>, Error> {
        let Some(file) = self.companion(METADATA) else { return Ok(None) };
        file.opened(|| MetadataChanges::read(file, self.num_documents())).map(Some)
    }
}
