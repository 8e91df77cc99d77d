//! Changing an index in its folder: one writer at a time, all or nothing.

use std::collections::BTreeMap;
use std::path::Path;

use crate::attachment::Attachment;
use crate::codes::Codes;
use crate::deleted::Deleted;
use crate::segment::Segment;
use crate::storage::{Directory, Manifest, SectionFile, WriterLock};
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
    directory: Directory,
    manifest: Manifest,
    index: Index,
    panels: Panels,
    codes: Codes,
    offsets: Vec<u64>,
    deleted: Vec<PassageId>,
    attachments: BTreeMap<String, Attachment>,
    _lock: WriterLock,
}

impl IndexWriter {
    /// Opens the index in the folder `path` for writing.
    ///
    /// # Errors
    /// [`Error::Locked`] while another writer is open, else as [`Index::open`].
    pub fn open(path: &Path) -> Result<Self, Error> {
        let directory = Directory::open(path)?;
        let lock = directory.lock()?;
        let manifest = directory.manifest()?;
        let index = Index::open_files(&directory, &manifest)?;
        index.codec_file.verify()?;
        directory.remove_orphans(manifest.files())?;
        let panels = index.codec.centroid_panels();
        Ok(Self {
            directory,
            manifest,
            index,
            panels,
            codes: Codes::default(),
            offsets: vec![0],
            deleted: Vec::new(),
            attachments: BTreeMap::new(),
            _lock: lock,
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
    /// [`Error::Io`] or [`Error::Corrupt`]; the index is then as it was before. Only if the folder
    /// itself cannot be synced at the very end is the new state in place, and may be lost with the
    /// power.
    pub fn commit(self) -> Result<Index, Error> {
        let mut manifest = self.manifest.clone();
        let generation = manifest.generation.checked_add(1);
        manifest.generation = generation
            .ok_or_else(|| Error::corrupt(self.directory.path(), "generation of the manifest"))?;
        let files = NewFiles { directory: &self.directory, generation: manifest.generation };
        if self.offsets.len() > 1 {
            let segment = Segment::build(&self.codes, &self.offsets, &self.index.codec)?;
            manifest.segments.push(files.write_sections("segment", segment.file())?);
        }
        if !self.deleted.is_empty() {
            let deleted = Deleted::with(self.index.deleted.as_ref(), &self.deleted)?;
            manifest.deleted = Some(files.write_sections("deleted", deleted.file())?);
        }
        files.write_attachments(&self.attachments, &mut manifest)?;
        let index = Index::open_files(&self.directory, &manifest)?;
        self.directory.commit(&manifest)?;
        let _stay_until_later = self.directory.remove_orphans(manifest.files());
        Ok(index)
    }

    fn num_ids(&self) -> usize {
        self.index.num_ids() + self.offsets.len() - 1
    }
}

/// A folder that holds no index, and in which nobody else can put one.
#[derive(Debug)]
pub(crate) struct Vacant {
    directory: Directory,
    _lock: WriterLock,
}

impl Vacant {
    /// Makes the folder `path` if need be, and removes what a write that died left there.
    pub(crate) fn claim(path: &Path) -> Result<Self, Error> {
        let directory = Directory::create(path)?;
        let lock = directory.lock()?;
        directory.check_vacant()?;
        directory.remove_orphans(std::iter::empty())?;
        Ok(Self { directory, _lock: lock })
    }

    /// Writes all of `index`.
    pub(crate) fn fill(&self, index: &Index) -> Result<(), Error> {
        write_all(index, &self.directory)
    }
}

fn write_all(index: &Index, directory: &Directory) -> Result<(), Error> {
    let files = NewFiles { directory, generation: 1 };
    let codec = files.write_sections("codec", &index.codec_file)?;
    let mut manifest = Manifest::new(files.generation, codec);
    for (n, segment) in index.segments.iter().enumerate() {
        let kind = format!("segment-{n}");
        manifest.segments.push(files.write_sections(&kind, segment.file())?);
    }
    if let Some(deleted) = &index.deleted {
        manifest.deleted = Some(files.write_sections("deleted", deleted.file())?);
    }
    files.write_attachments(&index.attachments, &mut manifest)?;
    directory.commit(&manifest)
}

/// Writes files under the names of one generation.
struct NewFiles<'a> {
    directory: &'a Directory,
    generation: u64,
}

impl NewFiles<'_> {
    fn write_sections(
        &self,
        kind: &str,
        file: &SectionFile,
    ) -> Result<crate::storage::FileEntry, Error> {
        self.directory.write(self.name(kind), file.bytes(), file.checksum())
    }

    fn write_attachments(
        &self,
        attachments: &BTreeMap<String, Attachment>,
        manifest: &mut Manifest,
    ) -> Result<(), Error> {
        for (n, (name, attachment)) in attachments.iter().enumerate() {
            let file = self.name(&format!("attachment-{n}"));
            let entry = self.directory.write(file, attachment.as_ref(), attachment.checksum())?;
            manifest.attachments.insert(name.clone(), entry);
        }
        Ok(())
    }

    fn name(&self, kind: &str) -> String {
        format!("{}-{kind}.jacolbert", self.generation)
    }
}
