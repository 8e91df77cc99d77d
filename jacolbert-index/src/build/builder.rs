//! Building an index from token embeddings.

use std::ops::ControlFlow;
use std::path::Path;

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

use super::packer::{SegmentPacker, TokenFormat};
use super::plan::BuildPlan;
use crate::codec::TokenEncoder;
use crate::segment::Segment;
use crate::storage::{
    Draft, Manifest, NewAttachments, ROWS_PER_BLOCK, SectionFile, Spool, SpooledRows,
};
use crate::{BuildOptions, BuildProgress, EmbeddingsRef, Error, Index, PassageId, ResidualCodec};

/// Collects passages and builds an [`Index`] from them, in memory or in a folder.
///
/// An index of at most [`BuildOptions::flat_tokens`] tokens stores exact rows. With more tokens, a
/// codebook is trained and the tokens are encoded.
///
/// ```
/// use jacolbert_index::{BuildOptions, Embeddings, IndexBuilder};
///
/// let mut builder = IndexBuilder::new(2, BuildOptions::default())?;
/// builder.add(Embeddings::new(vec![0.6, 0.8, 1.0, 0.0], 2)?.as_ref())?;
/// builder.add(Embeddings::new(vec![0.0, 1.0], 2)?.as_ref())?;
/// let index = builder.build()?;
/// assert_eq!((index.num_passages(), index.num_tokens()), (2, 3));
/// # Ok::<(), jacolbert_index::Error>(())
/// ```
#[derive(Debug)]
pub struct IndexBuilder {
    options: BuildOptions,
    spool: Spool,
    /// Number of tokens of each passage.
    lengths: Vec<u32>,
    attachments: NewAttachments,
    /// Last, so that its files are closed before it removes them.
    draft: Option<Draft>,
}

impl IndexBuilder {
    /// A builder of an index in memory, for rows of length `dim`. Until the build, each token takes
    /// `2 dim + 4` bytes of memory.
    ///
    /// # Errors
    /// [`Error::Embeddings`] if `dim` is 0.
    pub fn new(dim: usize, options: BuildOptions) -> Result<Self, Error> {
        EmbeddingsRef::new(&[], dim)?;
        Ok(Self::from_spool(Spool::in_memory(dim), None, options))
    }

    /// A builder of an index in the folder `path`, which is created if it is missing and locked at once.
    /// Tokens are kept in a file there, and each segment is written when it is complete, so that
    /// [`BuildOptions::memory`] is enough for any number of tokens. A builder that is dropped removes its
    /// files.
    ///
    /// # Errors
    /// [`Error::Embeddings`] if `dim` is 0, [`Error::Exists`] if the folder holds an index,
    /// [`Error::Locked`] if another writer is at work there, [`Error::Io`].
    pub fn create(path: &Path, dim: usize, options: BuildOptions) -> Result<Self, Error> {
        EmbeddingsRef::new(&[], dim)?;
        let mut draft = Draft::claim(path)?;
        let spool = Spool::in_file(dim, draft.create("spool")?)?;
        Ok(Self::from_spool(spool, Some(draft), options))
    }

    fn from_spool(spool: Spool, draft: Option<Draft>, options: BuildOptions) -> Self {
        let attachments = NewAttachments::default();
        Self { options, spool, lengths: Vec::new(), attachments, draft }
    }

    /// Adds a passage, `[tokens, dim]`, and returns its id. A passage without any token gets an id too; it
    /// is never a hit.
    ///
    /// # Errors
    /// [`Error::Dim`] if the rows have another length, [`Error::Norm`] if one is too long,
    /// [`Error::TooManyPassages`] past 2^32 - 1, [`Error::Io`]. Except after
    /// [`Error::Io`] the builder stays usable.
    pub fn add(&mut self, passage: EmbeddingsRef<'_>) -> Result<PassageId, Error> {
        if passage.dim() != self.spool.dim() {
            return Err(Error::Dim { expected: self.spool.dim(), found: passage.dim() });
        }
        let id = u32::try_from(self.lengths.len()).ok().filter(|&id| id < u32::MAX);
        let id = id.ok_or(Error::TooManyPassages)?;
        let length = u32::try_from(passage.num_tokens()).map_err(|_| Error::TooManyPassages)?;
        self.spool.push(passage)?;
        self.lengths.push(length);
        Ok(PassageId(id))
    }

    /// Keeps `content` with the index under `name` and replaces what was kept under it before.
    pub fn attach(&mut self, name: &str, content: &[u8]) {
        self.attachments.attach_buffered(name, content);
    }

    /// As [`attach`](Self::attach), but a builder in a folder writes `content` to a file at once instead of
    /// keeping it in memory until the build.
    ///
    /// # Errors
    /// [`Error::Io`] in a folder; what was kept under `name` before stays.
    pub fn attach_written(&mut self, name: &str, content: &[u8]) -> Result<(), Error> {
        match &mut self.draft {
            None => self.attachments.attach_buffered(name, content),
            Some(draft) => self.attachments.attach_written(name, content, draft)?,
        }
        Ok(())
    }

    /// Builds the index and returns it: in memory, or open in its folder.
    ///
    /// # Errors
    /// In a folder [`Error::Io`] and [`Error::NotDurable`]; in memory there are none.
    pub fn build(self) -> Result<Index, Error> {
        self.build_reporting(&mut |_| ControlFlow::Continue(()))
    }

    /// Builds the index and reports every step to `progress`, which may cancel the build.
    ///
    /// # Errors
    /// As [`build`](Self::build), and [`Error::Cancelled`]; then the folder holds no index, only `writer.lock`
    /// and what was there before.
    pub fn build_reporting(
        mut self,
        progress: &mut dyn FnMut(BuildProgress) -> ControlFlow<()>,
    ) -> Result<Index, Error> {
        self.spool.finish()?;
        let codec = self.train_codec(progress)?;
        match self.draft.take() {
            None => self.build_in_memory(codec, progress),
            Some(draft) => self.build_in_folder(draft, codec, progress),
        }
    }

    fn build_in_memory(
        self,
        codec: Option<ResidualCodec>,
        progress: &mut dyn FnMut(BuildProgress) -> ControlFlow<()>,
    ) -> Result<Index, Error> {
        let mut segments = Vec::new();
        let dim = self.spool.dim();
        self.pack(codec.as_ref(), progress, &mut |file| {
            segments.push(Segment::open(file, dim, codec.as_ref())?);
            Ok(())
        })?;
        let num_ids = self.lengths.len() as u32;
        let attachments = self.attachments.into_buffered();
        Index::new(dim, num_ids, self.options, codec, segments, None, attachments)
    }

    fn build_in_folder(
        mut self,
        mut draft: Draft,
        codec: Option<ResidualCodec>,
        progress: &mut dyn FnMut(BuildProgress) -> ControlFlow<()>,
    ) -> Result<Index, Error> {
        let mut manifest =
            Manifest::new(draft.generation(), self.spool.dim(), self.options.clone());
        manifest.set_counts(self.lengths.len(), self.lengths.len());
        if let Some(codec) = &codec {
            manifest.codec = Some(draft.write_sections("codec", codec.file())?);
        }
        self.pack(codec.as_ref(), progress, &mut |file| {
            let kind = format!("segment-{}", manifest.segments.len());
            manifest.segments.push(draft.write_sections(&kind, &file)?);
            Ok(())
        })?;
        std::mem::take(&mut self.attachments).finish(&mut draft, &mut manifest)?;
        drop(self);
        let index = Index::open_files(draft.directory(), &manifest)?;
        draft.commit(&manifest)?;
        Ok(index)
    }

    /// Trains the codec; `None` if the tokens stay exact rows.
    fn train_codec(
        &self,
        progress: &mut dyn FnMut(BuildProgress) -> ControlFlow<()>,
    ) -> Result<Option<ResidualCodec>, Error> {
        let num_tokens = self.spool.num_rows();
        let plan = BuildPlan::new(&self.options, self.spool.dim(), num_tokens);
        if plan.num_centroids == 0 {
            return Ok(None);
        }
        let mut rng = ChaCha8Rng::seed_from_u64(self.options.seed);
        let drawn = rand::seq::index::sample(&mut rng, num_tokens, plan.sample_tokens);
        let mut drawn = drawn.into_vec();
        drawn.sort_unstable();
        let sample = self.spool.sample(&drawn)?;
        ResidualCodec::train(&sample, plan.num_centroids, &self.options, progress).map(Some)
    }

    /// Packs all passages into segments and passes their files to `put`.
    fn pack(
        &self,
        codec: Option<&ResidualCodec>,
        progress: &mut dyn FnMut(BuildProgress) -> ControlFlow<()>,
        put: &mut dyn FnMut(SectionFile) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let dim = self.spool.dim();
        let centroids = codec.map(ResidualCodec::centroids).unwrap_or_default();
        let form = match codec {
            None => TokenFormat::Flat,
            Some(codec) => TokenFormat::Clustered(
                codec,
                TokenEncoder::new(codec, &centroids, self.options.seed)?,
            ),
        };
        let mut packer = SegmentPacker::new(dim, form, self.options.tokens_per_segment(dim), put);
        let mut rows = SpooledRows::default();
        let mut id = 0;
        let mut first = 0;
        while id < self.lengths.len() {
            let passages = self.passages_of_a_block(id);
            let end = first + passages.iter().map(|&length| length as usize).sum::<usize>();
            self.spool.read(first..end, &mut rows)?;
            let mut at = 0;
            for &length in passages {
                let tokens = at..at + length as usize;
                let units = &rows.units[tokens.start * dim..tokens.end * dim];
                packer.add_rows(id as u32, units, &rows.norms[tokens.clone()])?;
                (id, at) = (id + 1, tokens.end);
            }
            first = end;
            let encoding = BuildProgress::Encoding { done: first, of: self.spool.num_rows() };
            if progress(encoding).is_break() {
                return Err(Error::Cancelled);
            }
        }
        packer.finish()
    }

    /// Lengths of the passages, from `id` on, that are read from the spool together.
    fn passages_of_a_block(&self, id: usize) -> &[u32] {
        let mut tokens = 0;
        let within = |length: &&u32| {
            let before = tokens;
            tokens += **length as usize;
            before < ROWS_PER_BLOCK
        };
        let n = self.lengths[id..].iter().take_while(within).count();
        &self.lengths[id..id + n]
    }
}
