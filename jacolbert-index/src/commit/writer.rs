//! Changing an index in its folder: one writer at a time, all or nothing.

use std::collections::BTreeSet;
use std::path::Path;

use super::compaction::Compaction;
use crate::deleted::Deleted;
use crate::segment::{FlatRows, Layout, Segment};
use crate::storage::{Draft, FileKind, Manifest, NewAttachments, check_norms};
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
///
/// Added passages are in memory as long as they are few, `dim + 4` bytes per token. Beyond a sixteenth of
/// [`BuildOptions::memory`](crate::BuildOptions::memory) they are in files of the folder.
#[derive(Debug)]
pub struct IndexWriter {
    manifest: Manifest,
    index: Index,
    /// Added passages that are in files already.
    written: Vec<Segment>,
    /// Added passages in memory.
    rows: FlatRows,
    /// First token of each of them, then the number of tokens.
    offsets: Vec<u64>,
    /// Passages that this commit deletes; no earlier commit did.
    deleted: BTreeSet<PassageId>,
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
            written: Vec::new(),
            rows: FlatRows::default(),
            offsets: vec![0],
            deleted: BTreeSet::new(),
            attachments: NewAttachments::default(),
            compact: false,
            draft,
        })
    }

    /// The index as it was when this writer was opened.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Whether the index will have a passage with this id after the commit.
    pub fn contains(&self, passage: PassageId) -> bool {
        let is_added = (self.index.num_ids()..self.num_ids()).contains(&passage.index());
        (is_added || self.index.contains(passage)) && !self.deleted.contains(&passage)
    }

    /// Adds a passage, `[tokens, dim]`, and returns its id.
    ///
    /// # Errors
    /// [`Error::Dim`], [`Error::TooManyPassages`] or [`Error::Norm`], after which the writer stays usable;
    /// [`Error::Io`], after which it does not.
    pub fn add(&mut self, passage: EmbeddingsRef<'_>) -> Result<PassageId, Error> {
        if passage.dim() != self.index.dim() {
            return Err(Error::Dim { expected: self.index.dim(), found: passage.dim() });
        }
        let id = u32::try_from(self.num_ids()).ok().filter(|&id| id < u32::MAX);
        let id = id.ok_or(Error::TooManyPassages)?;
        check_norms(passage)?;
        self.rows.push(passage);
        self.offsets.push(self.rows.num_tokens() as u64);
        if self.rows.num_tokens() >= self.index.options.tokens_in_memory(self.index.dim()) {
            self.write_added()?;
        }
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
        if self.contains(passage) {
            self.deleted.insert(passage);
        }
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
        self.delete(old)?;
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
        let num_stored = self.index.segments.len();
        let mut segments = self.index.segments.clone();
        segments.extend(self.written.iter().cloned());
        segments.extend(self.added_in_memory()?);
        let compaction = if self.compact {
            Compaction::of_all(segments)
        } else {
            Compaction::of_small(segments, num_stored, self.index.options.flat_tokens)
        };
        let marked = self.marked()?;
        let fit =
            compaction.write(&self.index, marked.as_ref(), &mut self.manifest, &mut self.draft)?;
        self.write_marks(marked.as_ref(), &compaction)?;
        self.manifest.set_counts(self.num_ids(), self.num_passages());
        self.attachments.finish(&mut self.draft, &mut self.manifest)?;
        let index = Index::open_files(self.draft.directory(), &self.manifest)?;
        self.draft.commit(&self.manifest)?;
        Ok(Committed { index, fit })
    }

    /// The passages that earlier commits and this one deleted.
    fn marked(&self) -> Result<Option<Deleted>, Error> {
        let Some(before) = &self.index.deleted else {
            return Deleted::of(self.deleted.iter().copied());
        };
        if self.deleted.is_empty() {
            return Ok(Some(before.clone()));
        }
        let mut all: Vec<PassageId> = before.ids().chain(self.deleted.iter().copied()).collect();
        all.sort_unstable();
        Deleted::of(all)
    }

    /// Writes the marks that are left after `compaction`, if they are not those of the index.
    fn write_marks(
        &mut self,
        marked: Option<&Deleted>,
        compaction: &Compaction,
    ) -> Result<(), Error> {
        let end = compaction.kept_end();
        // In format 2 passages that are no longer stored are marked, too.
        let is_stored = self.manifest.num_passages.is_some();
        let all_stay = marked.and_then(Deleted::last).is_none_or(|last| last.0 < end);
        if self.deleted.is_empty() && is_stored && all_stay {
            return Ok(());
        }
        let marked = marked.into_iter().flat_map(Deleted::ids).take_while(|id| id.0 < end);
        let left = Deleted::of(marked.filter(|&id| is_stored || compaction.keeps(id)))?;
        let entry = left.map(|left| self.draft.write_sections("deleted", left.file()));
        self.manifest.deleted = entry.transpose()?;
        Ok(())
    }

    /// Writes the added passages that are in memory to a file. No index ever names it: the commit joins its
    /// passages with others.
    fn write_added(&mut self) -> Result<(), Error> {
        let Some(segment) = self.added_in_memory()? else {
            return Ok(());
        };
        let kind = format!("segment-added-{}", self.written.len());
        let entry = self.draft.write_sections(&kind, segment.file())?;
        let file = self.draft.directory().open_sections(&entry, FileKind::Segment)?;
        self.written.push(Segment::open(file, self.index.dim(), None)?);
        self.rows = FlatRows::default();
        self.offsets.truncate(1);
        Ok(())
    }

    /// The added passages that are in memory, as a segment.
    fn added_in_memory(&self) -> Result<Option<Segment>, Error> {
        let end = self.num_ids() as u32;
        let ids: Vec<u32> = (self.first_in_memory() as u32..end).collect();
        if ids.is_empty() {
            return Ok(None);
        }
        let dim = self.index.dim();
        let file = Segment::build_file(dim, &ids, &self.offsets, Layout::Flat(self.rows.as_ref()))?;
        Segment::open(file, dim, None).map(Some)
    }

    /// The id of the first added passage that is in memory.
    fn first_in_memory(&self) -> usize {
        let written = self.written.last().map(|segment| segment.id_range().end as usize);
        written.unwrap_or(self.index.num_ids())
    }

    fn num_ids(&self) -> usize {
        self.first_in_memory() + self.offsets.len() - 1
    }

    /// Number of passages after the commit.
    fn num_passages(&self) -> usize {
        let num_added = self.num_ids() - self.index.num_ids();
        self.index.num_passages() + num_added - self.deleted.len()
    }
}
