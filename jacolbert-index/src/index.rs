//! The index: a codec and segments of encoded passages.

use std::collections::BTreeMap;
use std::path::Path;

use crate::attachment::Attachment;
use crate::deleted::Deleted;
use crate::segment::Segment;
use crate::storage::{Directory, Draft, FileKind, Manifest, SectionFile};
use crate::{CentroidId, CodesRef, Embeddings, Error, Panels, PassageId, ResidualCodec};

/// Encoded passages that can be searched, in memory or mapped from a folder.
///
/// An open index never changes: what a writer adds or deletes is seen by those who open the folder
/// afterwards.
#[derive(Debug, Clone)]
pub struct Index {
    pub(crate) codec: ResidualCodec,
    pub(crate) codec_file: SectionFile,
    pub(crate) segments: Vec<Segment>,
    /// Id of the first passage of each segment, then the number of all passages.
    first_ids: Vec<u32>,
    pub(crate) deleted: Option<Deleted>,
    pub(crate) attachments: BTreeMap<String, Attachment>,
}

impl Index {
    /// Opens the index in the folder `path`, by maps: only headers are read, so that the time does
    /// not grow with the collection.
    ///
    /// While it is open, nothing but this crate may write to the folder: a file that somebody cuts
    /// short while it is mapped ends the process.
    ///
    /// # Errors
    /// [`Error::NotAnIndex`], [`Error::Version`], [`Error::Corrupt`] or [`Error::Io`], each with the
    /// path. Damage in the payload is found by [`verify`](Self::verify) or where it is read.
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
        let codec_file = directory.open_sections(&manifest.codec, FileKind::Codec)?;
        let codec = ResidualCodec::open(&codec_file)?;
        let segments = manifest
            .segments
            .iter()
            .map(|entry| Segment::open(directory.open_sections(entry, FileKind::Segment)?, &codec));
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
        Self::new(codec, codec_file, segments, deleted.transpose()?, attachments)
    }

    pub(crate) fn in_memory(
        codec: ResidualCodec,
        segment: Segment,
        attachments: BTreeMap<String, Attachment>,
    ) -> Result<Self, Error> {
        let in_memory = Path::new("codec in memory");
        let file = SectionFile::from_bytes(in_memory, codec.image(), FileKind::Codec)?;
        Self::new(codec, file, vec![segment], None, attachments)
    }

    fn new(
        codec: ResidualCodec,
        codec_file: SectionFile,
        segments: Vec<Segment>,
        deleted: Option<Deleted>,
        attachments: BTreeMap<String, Attachment>,
    ) -> Result<Self, Error> {
        let mut first_ids = vec![0u32];
        for segment in &segments {
            let last = first_ids.last().copied().unwrap_or_default();
            let next = u32::try_from(segment.num_passages()).ok().and_then(|n| last.checked_add(n));
            first_ids.push(next.ok_or_else(|| codec_file.corrupt("more passages than ids"))?);
        }
        Ok(Self { codec, codec_file, segments, first_ids, deleted, attachments })
    }

    /// Whether the folder `path` holds an index; it may be damaged.
    pub fn exists(path: &Path) -> bool {
        Directory::open(path).is_ok()
    }

    /// Writes the index to the folder `path`, which is made if need be. What a write that died left
    /// there is removed.
    ///
    /// # Errors
    /// [`Error::Exists`] if the folder holds an index, [`Error::Locked`] if somebody is writing one,
    /// [`Error::Io`], [`Error::NotDurable`].
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        crate::writer::write_all(self, Draft::claim(path)?)
    }

    /// Length of a token's row.
    pub fn dim(&self) -> usize {
        self.codec.dim()
    }

    /// The codec of all segments.
    pub fn codec(&self) -> &ResidualCodec {
        &self.codec
    }

    /// Number of passage ids given so far, deleted ones included: each id is below it.
    pub fn num_ids(&self) -> usize {
        self.first_ids.last().map_or(0, |&n| n as usize)
    }

    /// Number of passages that are not deleted.
    pub fn num_passages(&self) -> usize {
        self.num_ids().saturating_sub(self.deleted.as_ref().map_or(0, Deleted::count))
    }

    /// Number of tokens stored, those of deleted passages included.
    pub fn num_tokens(&self) -> usize {
        self.segments.iter().map(Segment::num_tokens).sum()
    }

    /// Bytes of all files but the manifest, attachments not counted.
    pub fn num_bytes(&self) -> usize {
        let deleted = self.deleted.as_ref().map(Deleted::file);
        let segments = self.segments.iter().map(Segment::file);
        let files = std::iter::once(&self.codec_file).chain(segments).chain(deleted);
        files.map(|file| file.bytes().len()).sum()
    }

    /// Whether there is a passage with this id that is not deleted.
    pub fn contains(&self, passage: PassageId) -> bool {
        passage.index() < self.num_ids()
            && !self.deleted.as_ref().is_some_and(|deleted| deleted.contains(passage))
    }

    /// The ids of the passages that are not deleted, ascending.
    pub fn passage_ids(&self) -> impl Iterator<Item = PassageId> {
        let all = (0..self.num_ids() as u32).map(PassageId);
        all.filter(|&passage| self.contains(passage))
    }

    /// What was kept with the index under `name`.
    pub fn attachment(&self, name: &str) -> Option<&Attachment> {
        self.attachments.get(name)
    }

    /// The encoded tokens of a passage, deleted or not.
    ///
    /// # Errors
    /// [`Error::UnknownPassage`], or [`Error::Corrupt`] where the file is damaged.
    pub fn codes(&self, passage: PassageId) -> Result<CodesRef<'_>, Error> {
        let (segment, position) = self.locate(passage)?;
        segment.codes(position)
    }

    /// The decoded tokens of a passage, `[tokens, dim]`.
    ///
    /// # Errors
    /// As [`codes`](Self::codes).
    pub fn decode(&self, passage: PassageId) -> Result<Embeddings, Error> {
        let (segment, position) = self.locate(passage)?;
        let bad = |cause: &dyn std::fmt::Display| {
            segment.file().corrupt(format!("passage {}: {cause}", passage.0))
        };
        let rows = self.codec.decode(segment.codes(position)?).map_err(|cause| bad(&cause))?;
        Embeddings::new(rows, self.dim()).map_err(|cause| bad(&cause))
    }

    /// Raises `best[n]` to the largest dot product of row n of `query` with any decoded token of
    /// the passage: the inner maximum of MaxSim.
    ///
    /// # Errors
    /// As [`codes`](Self::codes).
    ///
    /// # Panics
    /// If `best` does not have one entry per row of `query`, or the query has another dimension.
    pub fn best_dots(
        &self,
        query: &Panels,
        passage: PassageId,
        best: &mut [f32],
    ) -> Result<(), Error> {
        let (segment, position) = self.locate(passage)?;
        let scored = self.codec.best_dots(query, segment.codes(position)?, best);
        scored.map_err(|cause| segment.file().corrupt(format!("passage {}: {cause}", passage.0)))
    }

    /// Calls `each` with every passage that has a token in the cell of `centroid`, deleted ones
    /// left out, ascending.
    ///
    /// # Errors
    /// [`Error::UnknownCentroid`], or [`Error::Corrupt`] where the list is damaged.
    pub fn for_each_in_cell(
        &self,
        centroid: CentroidId,
        mut each: impl FnMut(PassageId),
    ) -> Result<(), Error> {
        let num_centroids = self.codec.num_centroids();
        if centroid.index() >= num_centroids {
            return Err(Error::UnknownCentroid { centroid: centroid.index(), num_centroids });
        }
        for (segment, first) in self.segments.iter().zip(&self.first_ids) {
            let passages =
                segment.cell(centroid)?.iter().map(|position| PassageId(first + position));
            match &self.deleted {
                Some(deleted) => passages.filter(|&p| !deleted.contains(p)).for_each(&mut each),
                None => passages.for_each(&mut each),
            }
        }
        Ok(())
    }

    /// Reads every section and checks it against its checksum, and the numbers in it against their
    /// ranges.
    ///
    /// # Errors
    /// [`Error::Corrupt`] with the file and what is wrong with it.
    pub fn verify(&self) -> Result<(), Error> {
        self.codec_file.verify()?;
        self.segments.iter().try_for_each(|segment| segment.verify(&self.codec))?;
        let passages = (0..self.num_ids() as u32).map(PassageId);
        passages.map(|passage| self.decode(passage)).try_for_each(|decoded| decoded.map(|_| ()))?;
        self.deleted.iter().try_for_each(|deleted| deleted.verify(self.num_ids()))?;
        self.attachments.values().try_for_each(Attachment::verify)
    }

    fn locate(&self, passage: PassageId) -> Result<(&Segment, usize), Error> {
        let after = self.first_ids.partition_point(|&first| first <= passage.0);
        let unknown = Error::UnknownPassage { passage, num_ids: self.num_ids() };
        let segment = after.checked_sub(1).and_then(|at| Some((at, self.segments.get(at)?)));
        let (at, segment) = segment.ok_or(unknown)?;
        Ok((segment, (passage.0 - self.first_ids[at]) as usize))
    }
}
