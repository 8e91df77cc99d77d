//! Changing an index in its folder: one writer at a time, all or nothing.

use std::collections::BTreeMap;
use std::path::Path;

use crate::attachment::Attachment;
use crate::codes::Codes;
use crate::deleted::Deleted;
use crate::segment::Segment;
use crate::storage::{Draft, FileEntry, Manifest, SectionFile};
use crate::{EmbeddingsRef, Error, Index, Panels, PassageId};

/// Adds passages to an index and deletes them.
///
/// Nothing is seen by anybody before [`commit`](Self::commit); dropping the writer instead leaves
/// the index as it was. Readers go on with what they opened.
///
/// ```
/// # use jacolbert_index::{BuildConfig, Embeddings, IndexBuilder, IndexWriter};
/// # let folder = tempfile::tempdir()?;
/// # let mut builder = IndexBuilder::new(2, BuildConfig::default())?;
/// # builder.add(Embeddings::new(vec![0.6, 0.8, 1.0, 0.0], 2)?.as_ref())?;
/// # builder.build()?.save(folder.path())?;
/// let mut writer = IndexWriter::open(folder.path())?;
/// let added = writer.add(Embeddings::new(vec![0.8, 0.6], 2)?.as_ref())?;
/// let index = writer.commit()?;
/// assert!(index.contains(added));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct IndexWriter {
    draft: Draft,
    manifest: Manifest,
    index: Index,
    panels: Panels,
    codes: Codes,
    offsets: Vec<u64>,
    deleted: Vec<PassageId>,
    attachments: BTreeMap<String, Attachment>,
}

impl IndexWriter {
    /// Opens the index in the folder `path` for writing.
    ///
    /// # Errors
    /// [`Error::Locked`] while another writer is open, else as [`Index::open`].
    pub fn open(path: &Path) -> Result<Self, Error> {
        let (draft, manifest) = Draft::open(path)?;
        let index = Index::open_files(draft.directory(), &manifest)?;
        index.codec_file.verify()?;
        draft.remove_orphans(&manifest)?;
        let panels = index.codec.centroid_panels();
        Ok(Self {
            draft,
            manifest,
            index,
            panels,
            codes: Codes::default(),
            offsets: vec![0],
            deleted: Vec::new(),
            attachments: BTreeMap::new(),
        })
    }

    /// The index as it was when this writer was opened.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Adds a passage, `[tokens, dim]`, and returns its id.
    ///
    /// # Errors
    /// [`Error::Dim`], [`Error::TooManyPassages`] or [`Error::Norm`]; the writer stays usable.
    pub fn add(&mut self, passage: EmbeddingsRef<'_>) -> Result<PassageId, Error> {
        if passage.dim() != self.index.dim() {
            return Err(Error::Dim { expected: self.index.dim(), found: passage.dim() });
        }
        let id = u32::try_from(self.num_ids()).ok().filter(|&id| id < u32::MAX);
        let id = id.ok_or(Error::TooManyPassages)?;
        let codec = &self.index.codec;
        self.codes.extend(codec.encode_with(&self.panels, passage, &mut |_| ())?);
        self.offsets.push(self.codes.scales.len() as u64);
        Ok(PassageId(id))
    }

    /// Deletes a passage, of the index or just added; deleting it again changes nothing.
    ///
    /// # Errors
    /// [`Error::UnknownPassage`].
    pub fn delete(&mut self, passage: PassageId) -> Result<(), Error> {
        let num_ids = self.num_ids();
        if passage.index() >= num_ids {
            return Err(Error::UnknownPassage { passage, num_ids });
        }
        self.deleted.push(passage);
        Ok(())
    }

    /// Keeps `content` with the index under `name`, replacing what was there.
    pub fn attach(&mut self, name: &str, content: &[u8]) {
        self.attachments.insert(name.into(), Attachment::copied(content));
    }

    /// Makes all changes the state of the index at once, on disk, and opens it.
    ///
    /// Each commit adds a segment, whose lists take eight bytes a centroid at least: add many
    /// passages at once rather than each in a commit of its own.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::Corrupt`]; the index is then as it was before, and what was written
    /// is removed. [`Error::NotDurable`] if only the last step failed: then the new state is in
    /// place, and may be lost with the power.
    pub fn commit(self) -> Result<Index, Error> {
        let (mut draft, mut manifest) = (self.draft, self.manifest);
        manifest.generation = draft.generation();
        if self.offsets.len() > 1 {
            let segment = Segment::build(&self.codes, &self.offsets, &self.index.codec)?;
            manifest.segments.push(write_sections(&mut draft, "segment", segment.file())?);
        }
        if !self.deleted.is_empty() {
            let deleted = Deleted::with(self.index.deleted.as_ref(), &self.deleted)?;
            manifest.deleted = Some(write_sections(&mut draft, "deleted", deleted.file())?);
        }
        write_attachments(&mut draft, &self.attachments, &mut manifest)?;
        let index = Index::open_files(draft.directory(), &manifest)?;
        draft.commit(&manifest)?;
        Ok(index)
    }

    fn num_ids(&self) -> usize {
        self.index.num_ids() + self.offsets.len() - 1
    }
}

/// Writes all of `index` and makes it the state of the folder.
pub(crate) fn write_all(index: &Index, mut draft: Draft) -> Result<(), Error> {
    let codec = write_sections(&mut draft, "codec", &index.codec_file)?;
    let mut manifest = Manifest::new(draft.generation(), codec);
    for (n, segment) in index.segments.iter().enumerate() {
        let kind = format!("segment-{n}");
        manifest.segments.push(write_sections(&mut draft, &kind, segment.file())?);
    }
    if let Some(deleted) = &index.deleted {
        manifest.deleted = Some(write_sections(&mut draft, "deleted", deleted.file())?);
    }
    write_attachments(&mut draft, &index.attachments, &mut manifest)?;
    draft.commit(&manifest)
}

fn write_sections(draft: &mut Draft, kind: &str, file: &SectionFile) -> Result<FileEntry, Error> {
    draft.write(kind, file.bytes(), file.checksum())
}

fn write_attachments(
    draft: &mut Draft,
    attachments: &BTreeMap<String, Attachment>,
    manifest: &mut Manifest,
) -> Result<(), Error> {
    for (n, (name, attachment)) in attachments.iter().enumerate() {
        let kind = format!("attachment-{n}");
        let entry = draft.write(&kind, attachment.as_ref(), attachment.checksum())?;
        manifest.attachments.insert(name.clone(), entry);
    }
    Ok(())
}
