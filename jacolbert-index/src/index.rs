//! The index: segments of passages, over one codec.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use crate::deleted::Deleted;
use crate::scoring::PackedQuery;
use crate::segment::Segment;
use crate::storage::{Attachment, Directory, FileKind, Manifest};
use crate::{BuildOptions, Embeddings, Error, PassageId, ResidualCodec};

/// Passages that can be searched, in memory or mapped from a folder.
///
/// An open index never changes. Changes that a writer commits are visible to an index that is opened
/// afterwards.
#[derive(Clone)]
pub struct Index {
    dim: usize,
    num_ids: u32,
    /// Number of passages that are not deleted.
    num_passages: usize,
    pub(crate) options: BuildOptions,
    pub(crate) codec: Option<ResidualCodec>,
    pub(crate) segments: Vec<Segment>,
    pub(crate) deleted: Option<Deleted>,
    pub(crate) attachments: BTreeMap<String, Attachment>,
}

impl Index {
    /// Opens the index in the folder `path`. Files are mapped and only headers are read, so that the time
    /// does not grow with the collection.
    ///
    /// While the index is open, nothing but this crate may write to the folder: if a mapped file is cut
    /// short, reading it ends the process.
    ///
    /// # Errors
    /// [`Error::NotAnIndex`], [`Error::Version`], [`Error::Corrupt`] or [`Error::Io`], each with the
    /// path. Damage in the sections is found by [`verify`](Self::verify), or when they are
    /// read.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let directory = Directory::open(path)?;
        let mut manifest = directory.manifest()?;
        loop {
            match Self::open_files(&directory, &manifest) {
                Err(error) if error.is_missing_file() => {
                    let newer = directory.manifest()?;
                    if newer.generation == manifest.generation {
                        return Err(error);
                    }
                    manifest = newer;
                }
                opened => return opened,
            }
        }
    }

    pub(crate) fn open_files(directory: &Directory, manifest: &Manifest) -> Result<Self, Error> {
        let codec = manifest
            .codec
            .as_ref()
            .map(|entry| ResidualCodec::open(directory.open_sections(entry, FileKind::Codec)?));
        let codec = codec.transpose()?;
        let segments = manifest.segments.iter().map(|entry| {
            let file = directory.open_sections(entry, FileKind::Segment)?;
            Segment::open(file, manifest.dim, codec.as_ref())
        });
        let segments: Vec<Segment> = segments.collect::<Result<_, Error>>()?;
        let deleted = manifest
            .deleted
            .as_ref()
            .map(|entry| Deleted::open(directory.open_sections(entry, FileKind::Deleted)?));
        let attachments = manifest
            .attachments
            .iter()
            .map(|(name, entry)| Ok((name.clone(), Attachment::open(directory, entry)?)));
        let attachments = attachments.collect::<Result<_, Error>>()?;
        let mut index = Self::new(
            manifest.dim,
            manifest.num_ids,
            manifest.build.clone(),
            codec,
            segments,
            deleted.transpose()?,
            attachments,
        )?;
        if let Some(num_passages) = manifest.num_passages {
            index.num_passages = num_passages as usize;
        }
        Ok(index)
    }

    /// An index of parts that have been checked one by one, in which every id that is not marked as deleted
    /// is a passage.
    pub(crate) fn new(
        dim: usize,
        num_ids: u32,
        options: BuildOptions,
        codec: Option<ResidualCodec>,
        segments: Vec<Segment>,
        deleted: Option<Deleted>,
        attachments: BTreeMap<String, Attachment>,
    ) -> Result<Self, Error> {
        if let Some(codec) = codec.as_ref().filter(|codec| codec.dim() != dim) {
            return Err(codec.file().corrupt("codec of another dimension"));
        }
        let mut next = 0;
        for segment in &segments {
            let ids = segment.id_range();
            if ids.start < next || ids.end > num_ids {
                return Err(segment.file().corrupt("passage ids of another segment"));
            }
            next = ids.end;
        }
        let num_deleted = deleted.as_ref().map_or(0, Deleted::count);
        let num_passages = (num_ids as usize).saturating_sub(num_deleted);
        Ok(Self { dim, num_ids, num_passages, options, codec, segments, deleted, attachments })
    }

    /// Whether the folder `path` holds an index, which may be damaged.
    pub fn exists(path: &Path) -> bool {
        Directory::open(path).is_ok()
    }

    /// Length of a token's row.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// The codec of the clustered segments; `None` if all segments are flat.
    pub fn codec(&self) -> Option<&ResidualCodec> {
        self.codec.as_ref()
    }

    /// The segments, in the order of their passages' ids.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The settings that the index was built with and grows by.
    pub fn options(&self) -> &BuildOptions {
        &self.options
    }

    /// Number of passage ids given so far, including those of deleted passages. Every id is below it.
    pub fn num_ids(&self) -> usize {
        self.num_ids as usize
    }

    /// Number of passages that are not deleted.
    pub fn num_passages(&self) -> usize {
        self.num_passages
    }

    /// Number of tokens stored, including those of deleted passages until a compaction removes them.
    pub fn num_tokens(&self) -> usize {
        self.segments.iter().map(Segment::num_tokens).sum()
    }

    /// Bytes of the codec, the segments and the deletions.
    pub fn num_bytes(&self) -> usize {
        let codec = self.codec.as_ref().map(ResidualCodec::file);
        let deleted = self.deleted.as_ref().map(Deleted::file);
        let segments = self.segments.iter().map(Segment::file);
        let files = codec.into_iter().chain(segments).chain(deleted);
        files.map(|file| file.bytes().len()).sum()
    }

    /// Whether the index has a passage with this id that is not deleted.
    pub fn contains(&self, passage: PassageId) -> bool {
        self.position(passage).is_some() && !self.is_marked_deleted(passage)
    }

    /// Whether a passage of one of the [`segments`](Self::segments) is deleted. This is faster than
    /// [`contains`](Self::contains), which also looks for the passage.
    pub fn is_marked_deleted(&self, passage: PassageId) -> bool {
        self.deleted.as_ref().is_some_and(|deleted| deleted.contains(passage))
    }

    /// Whether any stored passage is deleted.
    pub fn has_deleted(&self) -> bool {
        self.deleted.as_ref().is_some_and(|deleted| deleted.count() > 0)
    }

    /// The ids of the passages that are not deleted, ascending.
    pub fn passage_ids(&self) -> impl Iterator<Item = PassageId> {
        self.stored_ids().filter(|&passage| !self.is_marked_deleted(passage))
    }

    /// The ids of all stored passages, deleted ones included, ascending.
    fn stored_ids(&self) -> impl Iterator<Item = PassageId> {
        self.segments.iter().flat_map(|segment| {
            (0..segment.num_passages()).map(|position| segment.passage_id(position))
        })
    }

    /// What is kept with the index, and under which names.
    pub fn attachments(&self) -> impl Iterator<Item = (&str, &Attachment)> {
        self.attachments.iter().map(|(name, attachment)| (name.as_str(), attachment))
    }

    /// The bytes that are kept with the index under `name`.
    pub fn attachment(&self, name: &str) -> Option<&Attachment> {
        self.attachments.get(name)
    }

    /// The decoded tokens of a passage, `[tokens, dim]`.
    ///
    /// # Errors
    /// [`Error::UnknownPassage`], [`Error::DeletedPassage`] if a compaction has removed it, or
    /// [`Error::Corrupt`] if the file is damaged.
    pub fn decode(&self, passage: PassageId) -> Result<Embeddings, Error> {
        let (number, position) = self.locate(passage)?;
        let segment = &self.segments[number];
        let rows = segment.decode(self.codec.as_ref(), self.dim, position)?;
        Embeddings::new(rows, self.dim)
            .map_err(|cause| segment.file().corrupt(format!("passage {}: {cause}", passage.0)))
    }

    /// Raises `best[n]` to the largest dot product of row n of `query` with any decoded token of the
    /// passage at `position` of `segment`, one of [`segments`](Self::segments): the inner maximum of
    /// MaxSim.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if the file is damaged.
    ///
    /// # Panics
    /// If `best` does not have one entry per row of `query`, the query has another dimension, or the
    /// segment has no such passage.
    pub fn best_dots(
        &self,
        query: &PackedQuery,
        segment: &Segment,
        position: usize,
        best: &mut [f32],
    ) -> Result<(), Error> {
        assert_eq!(query.dim(), self.dim, "query and index have one dimension");
        segment.best_dots(query, self.codec.as_ref(), position, best)
    }

    /// Reads all files and checks every checksum and the range of every number.
    ///
    /// # Errors
    /// [`Error::Corrupt`] with the file and what is wrong with it.
    pub fn verify(&self) -> Result<(), Error> {
        self.codec.iter().try_for_each(ResidualCodec::verify)?;
        let codec = self.codec.as_ref();
        self.segments.iter().try_for_each(|segment| segment.verify(self.dim, codec))?;
        self.deleted.iter().try_for_each(|deleted| deleted.verify(self.num_ids()))?;
        self.verify_presence()?;
        self.attachments.values().try_for_each(Attachment::verify)
    }

    /// Every passage that is not deleted is in a segment.
    fn verify_presence(&self) -> Result<(), Error> {
        if self.passage_ids().count() == self.num_passages {
            return Ok(());
        }
        match self.segments.last() {
            Some(segment) => Err(segment.file().corrupt("passages are missing")),
            None => Err(Error::corrupt(Path::new("index"), "passages are missing")),
        }
    }

    /// Where a passage is stored, deleted or not: the number of its segment in
    /// [`segments`](Self::segments), and its position there.
    ///
    /// # Errors
    /// [`Error::UnknownPassage`], or [`Error::DeletedPassage`] if a compaction has removed it.
    pub fn locate(&self, passage: PassageId) -> Result<(usize, usize), Error> {
        self.position(passage).ok_or_else(|| {
            if passage.index() < self.num_ids() {
                Error::DeletedPassage { passage }
            } else {
                Error::UnknownPassage { passage, num_ids: self.num_ids() }
            }
        })
    }

    /// As [`locate`](Self::locate), if the passage is stored.
    fn position(&self, passage: PassageId) -> Option<(usize, usize)> {
        let after = self.segments.partition_point(|segment| segment.id_range().start <= passage.0);
        let number = after.checked_sub(1)?;
        Some((number, self.segments[number].position(passage)?))
    }
}

/// Numbers of what it holds, no contents.
impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index")
            .field("dim", &self.dim)
            .field("num_passages", &self.num_passages())
            .field("num_tokens", &self.num_tokens())
            .field("num_segments", &self.segments.len())
            .field("num_attachments", &self.attachments.len())
            .finish_non_exhaustive()
    }
}
