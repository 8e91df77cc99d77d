//! Conversion of a foreign index: centroids, codes and levels are taken over, so that no token is encoded
//! again.

use std::path::Path;

use half::f16;
use jacolbert_core::norm;

use super::codec::PlaidCodec;
use super::folder::PlaidFolder;
use super::passage::PlaidPassage;
use crate::build::{SegmentPacker, TokenFormat};
use crate::codec::{CodecParts, Codes, Levels, TokenEncoder, pack};
use crate::deleted::Deleted;
use crate::kernels::rows_to_bytes;
use crate::storage::{Draft, Manifest, NewAttachments, SectionFile};
use crate::{BuildOptions, Error, Index, PassageId, ResidualCodec};

/// Number of tokens on which the fit of the codebook is measured.
const FIT_SAMPLE: usize = 1 << 14;

impl PlaidFolder {
    /// Converts the index, writes it to the folder `path`, which must not hold one yet, and opens it there.
    ///
    /// The number of a passage becomes its id; passages without a token are deleted. Decoded rows differ from
    /// those of [`PlaidCodec::decode`] by the rounding of centroids and weights to bytes. `options` are the
    /// settings by which the index grows; `bits` is that of the foreign index. `attachments` are kept with
    /// it, as by [`IndexBuilder::attach`](crate::IndexBuilder::attach).
    ///
    /// # Errors
    /// [`Error::Plaid`] where the foreign index is damaged, and those of
    /// [`IndexBuilder::create`](crate::IndexBuilder::create).
    pub fn import(
        &self,
        path: &Path,
        options: &BuildOptions,
        attachments: &[(&str, &[u8])],
    ) -> Result<Index, Error> {
        let mut draft = Draft::claim(path)?;
        let options = BuildOptions { bits: self.codec().bits(), ..options.clone() };
        let import = Import::new(self)?;
        let mut manifest = Manifest::new(draft.generation(), self.codec().dim(), options.clone());
        manifest.codec = Some(draft.write_sections("codec", import.codec.file())?);
        manifest.num_ids =
            u32::try_from(self.num_passages()).map_err(|_| Error::TooManyPassages)?;
        let deleted = import.write_segments(self, &options, &mut draft, &mut manifest)?;
        if let Some(deleted) = Deleted::of(deleted)? {
            manifest.deleted = Some(draft.write_sections("deleted", deleted.file())?);
        }
        let mut kept = NewAttachments::default();
        attachments
            .iter()
            .try_for_each(|(name, content)| kept.attach_written(name, content, &mut draft))?;
        kept.finish(&mut draft, &mut manifest)?;
        let index = Index::open_files(draft.directory(), &manifest)?;
        draft.commit(&manifest)?;
        Ok(index)
    }
}

/// The codec of the new index, made from that of a foreign one.
struct Import {
    codec: ResidualCodec,
    centroids: Vec<f32>,
    /// The new level of each foreign level.
    level_of: Vec<u8>,
}

impl Import {
    fn new(folder: &PlaidFolder) -> Result<Self, Error> {
        let plaid = folder.codec();
        let levels = Levels::on_grid(plaid.bucket_weights());
        let mut level_of = vec![0; plaid.bucket_weights().len()];
        levels.nearest(plaid.bucket_weights(), 1.0, &mut level_of);
        let (bytes, scales) = rows_to_bytes(plaid.centroids(), plaid.dim());
        let parts = CodecParts {
            dim: plaid.dim(),
            bits: plaid.bits(),
            centroids: bytes,
            scales,
            levels,
            fit: fit(folder)?,
        };
        let codec = parts.into_codec()?;
        let centroids = codec.centroids();
        Ok(Self { codec, centroids, level_of })
    }

    /// Writes all passages; returns those to be deleted.
    fn write_segments(
        &self,
        folder: &PlaidFolder,
        options: &BuildOptions,
        draft: &mut Draft,
        manifest: &mut Manifest,
    ) -> Result<Vec<PassageId>, Error> {
        let mut put = |file: SectionFile| {
            let kind = format!("segment-{}", manifest.segments.len());
            manifest.segments.push(draft.write_sections(&kind, &file)?);
            Ok(())
        };
        let encoder = TokenEncoder::new(&self.codec, &self.centroids, options.seed)?;
        let dim = self.codec.dim();
        let format = TokenFormat::Clustered(&self.codec, encoder);
        let mut packer = SegmentPacker::new(dim, format, options.tokens_per_segment(dim), &mut put);
        let mut deleted = Vec::new();
        for (id, passage) in (0..).zip(folder.passages()) {
            let passage = passage?;
            if passage.num_tokens() == 0 {
                deleted.push(PassageId(id));
            }
            let codes = self.codes(&passage)?;
            packer.add_codes(id, codes.as_ref())?;
        }
        packer.finish()?;
        Ok(deleted)
    }

    /// The new codes of a passage. The scale of each residual is 1, and the factor makes the row's length 1.
    fn codes(&self, passage: &PlaidPassage) -> Result<Codes, Error> {
        let dim = self.codec.dim();
        let num_centroids = self.codec.num_centroids();
        let mut codes = Codes::default();
        for (&centroid, levels) in passage.codes.iter().zip(passage.levels.chunks_exact(dim)) {
            let at = centroid as usize;
            if at >= num_centroids {
                return Err(Error::UnknownCentroid { centroid: at, num_centroids });
            }
            let chosen: Vec<u8> =
                levels.iter().map(|&level| self.level_of[usize::from(level)]).collect();
            codes.centroids.push(centroid);
            codes.scales.push(f16::ONE);
            codes.factors.push(f16::ONE);
            pack(&chosen, self.codec.bits(), dim, &mut codes.residuals);
        }
        self.normalise(&mut codes)?;
        Ok(codes)
    }

    fn normalise(&self, codes: &mut Codes) -> Result<(), Error> {
        let dim = self.codec.dim();
        let mut rows = vec![0.0; codes.scales.len() * dim];
        let view = codes.as_ref();
        let decoded = self.codec.decode(view, &mut rows);
        decoded.map_err(|cause| self.codec.file().corrupt(cause.to_string()))?;
        for (factor, row) in codes.factors.iter_mut().zip(rows.chunks_exact(dim)) {
            let length = norm(row);
            *factor = f16::from_f32(if length > 1e-4 { 1.0 / length } else { 0.0 });
        }
        Ok(())
    }
}

/// The mean dot product of decoded tokens with their centroids, each of length 1.
fn fit(folder: &PlaidFolder) -> Result<f32, Error> {
    let codec = folder.codec();
    let mut sum = 0.0;
    let mut count = 0usize;
    for passage in folder.passages() {
        let passage = passage?;
        let rows = codec.decode(&passage)?;
        for (row, &centroid) in rows.as_ref().rows().zip(&passage.codes) {
            sum += f64::from(cosine(codec, row, centroid as usize));
        }
        count += passage.num_tokens();
        if count >= FIT_SAMPLE {
            break;
        }
    }
    Ok((sum / count.max(1) as f64) as f32)
}

fn cosine(codec: &PlaidCodec, row: &[f32], centroid: usize) -> f32 {
    let centroid = &codec.centroids()[centroid * codec.dim()..][..codec.dim()];
    let dot: f32 = row.iter().zip(centroid).map(|(a, b)| a * b).sum();
    let length = norm(centroid);
    if length > 0.0 { dot / length } else { 0.0 }
}
