//! Building an index from token embeddings.

use std::collections::BTreeMap;
use std::path::Path;

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

use crate::attachment::Attachment;
use crate::kmeans::normalise;
use crate::segment::Segment;
use crate::storage::Draft;
use crate::writer::write_all;
use crate::{BuildConfig, BuildProgress, EmbeddingsRef, Error, Index, PassageId, ResidualCodec};

/// Collects passages and makes an [`Index`] of them.
///
/// ```
/// use jacolbert_index::{BuildConfig, Embeddings, IndexBuilder};
///
/// let mut builder = IndexBuilder::new(2, BuildConfig::default())?;
/// builder.add(Embeddings::new(vec![0.6, 0.8, 1.0, 0.0], 2)?.as_ref())?;
/// builder.add(Embeddings::new(vec![0.0, 1.0], 2)?.as_ref())?;
/// let index = builder.build()?;
/// assert_eq!((index.num_passages(), index.num_tokens()), (2, 3));
/// # Ok::<(), jacolbert_index::Error>(())
/// ```
#[derive(Debug)]
pub struct IndexBuilder {
    config: BuildConfig,
    dim: usize,
    values: Vec<f32>,
    offsets: Vec<u64>,
    attachments: BTreeMap<String, Attachment>,
}

impl IndexBuilder {
    /// A builder for rows of length `dim`.
    ///
    /// # Errors
    /// [`Error::Shape`] if `dim` is 0.
    pub fn new(dim: usize, config: BuildConfig) -> Result<Self, Error> {
        EmbeddingsRef::new(&[], dim)?;
        let (values, offsets) = (Vec::new(), vec![0]);
        Ok(Self { config, dim, values, offsets, attachments: BTreeMap::new() })
    }

    /// Adds a passage, `[tokens, dim]`, and returns its id. A passage without any token takes an id
    /// too; it is never a hit.
    ///
    /// # Errors
    /// [`Error::Dim`] if the rows have another length, [`Error::TooManyPassages`] past 2^32 - 1.
    pub fn add(&mut self, passage: EmbeddingsRef<'_>) -> Result<PassageId, Error> {
        if passage.dim() != self.dim {
            return Err(Error::Dim { expected: self.dim, found: passage.dim() });
        }
        let id = u32::try_from(self.offsets.len() - 1).ok().filter(|&id| id < u32::MAX);
        let id = id.ok_or(Error::TooManyPassages)?;
        self.values.extend_from_slice(passage.values());
        self.offsets.push((self.values.len() / self.dim) as u64);
        Ok(PassageId(id))
    }

    /// Keeps `content` with the index under `name`, replacing what was there.
    pub fn attach(&mut self, name: &str, content: &[u8]) {
        self.attachments.insert(name.into(), Attachment::copied(content));
    }

    /// The index, in memory.
    ///
    /// # Errors
    /// [`Error::NoTokens`] if no passage has a token, [`Error::Norm`] if a row is too long.
    pub fn build(self) -> Result<Index, Error> {
        self.build_with(&mut |_| ())
    }

    /// As [`build`](Self::build), with a report of every step.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    pub fn build_with(self, progress: &mut dyn FnMut(BuildProgress)) -> Result<Index, Error> {
        let tokens = EmbeddingsRef::new(&self.values, self.dim)?;
        let of = tokens.num_tokens();
        if of == 0 {
            return Err(Error::NoTokens);
        }
        let num_centroids = self.num_centroids(of);
        let sample = self.sample(tokens, num_centroids);
        let codec = ResidualCodec::trained(
            EmbeddingsRef::new(&sample, self.dim)?,
            num_centroids,
            &self.config,
            progress,
        );
        let codes =
            codec.encode(tokens, &mut |done| progress(BuildProgress::Encoding { done, of }))?;
        let segment = Segment::build(&codes, &self.offsets, &codec)?;
        Index::in_memory(codec, segment, self.attachments)
    }

    /// Builds the index, writes it to the folder `path` and opens it there. The folder is claimed
    /// before the work begins.
    ///
    /// # Errors
    /// As [`Index::save`] and [`build`](Self::build).
    pub fn build_to(
        self,
        path: &Path,
        progress: &mut dyn FnMut(BuildProgress),
    ) -> Result<Index, Error> {
        let draft = Draft::claim(path)?;
        write_all(&self.build_with(progress)?, draft)?;
        Index::open(path)
    }

    fn num_centroids(&self, num_tokens: usize) -> usize {
        let wanted = self.config.num_centroids;
        wanted.unwrap_or_else(|| self.config.num_centroids_for(num_tokens)).clamp(1, num_tokens)
    }

    /// Unit rows drawn from all tokens, in their order.
    fn sample(&self, tokens: EmbeddingsRef<'_>, num_centroids: usize) -> Vec<f32> {
        let wanted = num_centroids.saturating_mul(self.config.sample_tokens_per_centroid);
        let size = wanted.clamp(num_centroids, tokens.num_tokens());
        let mut rng = ChaCha8Rng::seed_from_u64(self.config.seed);
        let mut drawn = rand::seq::index::sample(&mut rng, tokens.num_tokens(), size).into_vec();
        drawn.sort_unstable();
        let mut sample: Vec<f32> = drawn.iter().flat_map(|&row| tokens.row(row)).copied().collect();
        sample.chunks_exact_mut(self.dim).for_each(|row| {
            normalise(row);
        });
        sample
    }
}
