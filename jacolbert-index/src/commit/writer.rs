//! Changing an index in its folder: one writer at a time, all or nothing.

use std::path::Path;

use super::compaction::Compaction;
use crate::deleted::Deleted;
use crate::segment::{FlatRows, Layout, Segment};
use crate::storage::{Draft, Manifest, NewAttachments, check_norms};
use crate::{CodebookFit, EmbeddingsRef, Error, Index, PassageId};

/// Adds passages to an index, replaces and deletes them.
///
/// Changes become visible with [`commit`](Self::commit), all at once. A writer that is dropped without it
/// leaves the index as it was. Readers that are open keep the state that they opened.
///
/// ```
/// # use jacolbert_index::{BuildOptions, Embeddings, IndexBuilder, IndexWriter};
/// # let folder = tempfile::tempdir()?;
/// # let mut builder = IndexBuilder::new(2, BuildOptions::default())?;
/// # builder.add(Embeddings::new(vec![0.6, 0.8, 1.0, 0.0], 2)?.as_ref())?;
/// # builder.build()?.save(folder.path())?;
/// let mut writer = IndexWriter::open(folder.path())?;
/// let added = writer.add(Embeddings::new(vec![0.8, 0.6], 2)?.as_ref())?;
/// let index = writer.commit()?.index;
/// assert!(index.contains(added));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Growth
///
/// A commit stores added passages in a flat segment and merges it with earlier small ones, so that there
/// are few segments however small the commits are. When the flat segments hold more than
/// [`BuildOptions::flat_tokens`](crate::BuildOptions::flat_tokens) tokens, the commit encodes them.
/// Deleted passages are hidden at once. Their tokens are removed when their segment is rewritten: by such
/// a commit, or by [`compact`](Self::compact).
#[derive(Debug)]
pub struct IndexWriter {
    manifest: Manifest,
    index: Index,
    rows: FlatRows,
    offsets: Vec<u64>,
    deleted: Vec<PassageId>,
    attachments: NewAttachments,
    compact: bool,
    /// Last, so that all maps of its new files are gone before it removes them.
    draft: Draft,
}

/// The result of a commit.
#[derive(Debug)]
pub struct Committed {
    /// The index in its new state, open.
    pub index: Index,
    /// How well the codebook fits the tokens that this commit encoded; `None` if it encoded none.
    pub fit: Option<CodebookFit>,
}

impl IndexWriter {
    /// Opens the index in the folder `path` for writing.
    ///
    /// # Errors
    /// [`Error::Locked`] while another writer is open, else as [`Index::open`].
    pub fn open(path: &Path) -> Result<Self, Error> {
        let (draft, manifest) = Draft::open(path)?;
        let index = Index::open_files(draft.directory(), &manifest)?;
        draft.remove_orphans(&manifest)?;
        Ok(Self {
            manifest,
            index,
            rows: FlatRows::default(),
            offsets: vec![0],
            deleted: Vec::new(),
            attachments: NewAttachments::default(),
            compact: false,
            draft,
        })
    }

    /// The index as it was when this writer was opened.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Adds a passage, `[tokens, dim]`, and returns its id. The passage stays in memory until the commit.
    ///
    /// # Errors
    /// [`Error::Dim`], [`Error::TooManyPassages`] or [`Error::Norm`]; the writer stays usable.
    pub fn add(&mut self, passage: EmbeddingsRef<'_>) -> Result<PassageId, Error> {
        if passage.dim() != self.index.dim() {
            return Err(Error::Dim { expected: self.index.dim(), found: passage.dim() });
        }
        let id = u32::try_from(self.num_ids()).ok().filter(|&id| id < u32::MAX);
        let id = id.ok_or(Error::TooManyPassages)?;
        check_norms(passage)?;
        self.rows.push(passage);
        self.offsets.push(self.rows.num_tokens() as u64);
        Ok(PassageId(id))
    }

    /// Deletes a passage of the index, or one that was just added. Deleting it again changes nothing.
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

    /// Deletes `old`, adds `passage`, and returns the new passage's id; ids are never used again.
    ///
    /// # Errors
    /// As [`delete`](Self::delete) and [`add`](Self::add); then nothing has changed.
    pub fn replace(
        &mut self,
        old: PassageId,
        passage: EmbeddingsRef<'_>,
    ) -> Result<PassageId, Error> {
        let num_ids = self.num_ids();
        if old.index() >= num_ids {
            return Err(Error::UnknownPassage { passage: old, num_ids });
        }
        let new = self.add(passage)?;
        self.deleted.push(old);
        Ok(new)
    }

    /// Keeps `content` with the index under `name` and replaces what was kept under it before.
    pub fn attach(&mut self, name: &str, content: &[u8]) {
        self.attachments.attach_buffered(name, content);
    }

    /// As [`attach`](Self::attach), but writes `content` to a file at once instead of keeping it in memory
    /// until the commit.
    ///
    /// # Errors
    /// [`Error::Io`]; the writer stays usable, and what was kept under `name` before stays.
    pub fn attach_written(&mut self, name: &str, content: &[u8]) -> Result<(), Error> {
        self.attachments.attach_written(name, content, &mut self.draft)
    }

    /// Removes what is kept under `name`, if anything.
    pub fn detach(&mut self, name: &str) {
        self.attachments.forget(name);
        self.manifest.attachments.remove(name);
    }

    /// Makes the commit rewrite all segments: merged, and without deleted passages. Ids do not change.
    pub fn compact(&mut self) {
        self.compact = true;
    }

    /// Makes all changes visible at once, on disk, and opens the new state.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::Corrupt`]: the index is as it was before, and the new files are removed.
    /// [`Error::NotDurable`] if only the last step failed: the new state is in place, but a power failure
    /// may lose it.
    pub fn commit(mut self) -> Result<Committed, Error> {
        self.manifest.generation = self.draft.generation();
        let num_ids = self.num_ids() as u32;
        let added = self.added_segment()?;
        let deleted = self.deletions()?;
        let num_stored = self.index.segments.len();
        let mut segments = self.index.segments.clone();
        segments.extend(added);
        let compaction = if self.compact {
            Compaction::of_all(segments)
        } else {
            Compaction::of_small(segments, num_stored, self.index.options.flat_tokens)
        };
        let fit =
            compaction.write(&self.index, deleted.as_ref(), &mut self.manifest, &mut self.draft)?;
        self.manifest.num_ids = num_ids;
        self.attachments.finish(&mut self.draft, &mut self.manifest)?;
        let index = Index::open_files(self.draft.directory(), &self.manifest)?;
        self.draft.commit(&self.manifest)?;
        Ok(Committed { index, fit })
    }

    /// The deletions after this commit, written where they have changed.
    fn deletions(&mut self) -> Result<Option<Deleted>, Error> {
        if self.deleted.is_empty() {
            return Ok(self.index.deleted.clone());
        }
        let deleted = Deleted::union(self.index.deleted.as_ref(), &self.deleted)?;
        self.manifest.deleted = Some(self.draft.write_sections("deleted", deleted.file())?);
        Ok(Some(deleted))
    }

    /// What was added, as a segment in memory.
    fn added_segment(&self) -> Result<Option<Segment>, Error> {
        let first = self.index.num_ids() as u32;
        let end = self.num_ids() as u32;
        if first == end {
            return Ok(None);
        }
        let dim = self.index.dim();
        let ids: Vec<u32> = (first..end).collect();
        let file = Segment::build_file(dim, &ids, &self.offsets, Layout::Flat(self.rows.as_ref()))?;
        Segment::open(file, dim, None).map(Some)
    }

    fn num_ids(&self) -> usize {
        self.index.num_ids() + self.offsets.len() - 1
    }
}
