//! Tokens as codes, each with a centroid and a packed residual, and inverted lists.

use std::ops::Range;

use half::f16;
use half::slice::HalfFloatSliceExt;

use super::header::SegmentHeader;
use super::inverted_lists::{InvertedLists, Positions, list_sections};
use crate::codec::{BadCode, CentroidCodes, Codes, CodesRef};
use crate::kernels::{self, LANES, Term, prefetch, row_len};
use crate::scoring::{CentroidScores, PackedQuery, Scratch, TOKENS_PER_BLOCK};
use crate::storage::{Array, SectionFile, SectionFileBuilder};
use crate::{Bits, CentroidId, Error, ResidualCodec};

/// Codes up to this number of centroids take two bytes.
const MOST_NARROW: usize = 1 << 16;

/// The codes of a clustered segment.
#[derive(Debug, Clone)]
pub(super) struct Clustered {
    num_centroids: usize,
    centroids: StoredCentroids,
    scales: Array<f16>,
    factors: Array<f16>,
    residuals: Array<u8>,
    lists: InvertedLists,
    unpacker: ResidualUnpacker,
}

#[derive(Debug, Clone)]
enum StoredCentroids {
    Narrow(Array<u16>),
    Wide(Array<u32>),
}

/// How packed residuals become bytes for the kernels.
#[derive(Debug, Clone)]
struct ResidualUnpacker {
    bits: Bits,
    /// The levels as bytes, repeated or cut to 16.
    levels: [u8; 16],
    step: f32,
    packed_len: usize,
    row_len: usize,
}

/// Encoded tokens, and the codec that encoded them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClusteredCodes<'a> {
    pub(crate) codes: &'a Codes,
    pub(crate) codec: &'a ResidualCodec,
}

impl<'a> ClusteredCodes<'a> {
    pub(super) fn lists(&self, offsets: &[u64]) -> (Vec<u32>, Vec<u8>) {
        list_sections(self.codes, offsets, self.codec.num_centroids())
    }

    pub(super) fn narrow_codes(&self) -> Option<Vec<u16>> {
        let narrow = self.codec.num_centroids() <= MOST_NARROW;
        narrow.then(|| self.codes.centroids.iter().map(|&centroid| centroid as u16).collect())
    }

    pub(super) fn sections(
        &self,
        builder: SectionFileBuilder<'a>,
        narrow: Option<&'a [u16]>,
    ) -> SectionFileBuilder<'a> {
        let builder = match narrow {
            Some(narrow) => builder.section("codes", narrow),
            None => builder.section("codes", &self.codes.centroids),
        };
        builder
            .section("scales", &self.codes.scales)
            .section("factors", &self.codes.factors)
            .section("residual", &self.codes.residuals)
    }
}

impl Clustered {
    pub(super) fn open(
        file: &SectionFile,
        header: &SegmentHeader,
        codec: &ResidualCodec,
    ) -> Result<Self, Error> {
        let SegmentHeader { num_tokens, num_centroids, list_bytes, .. } = *header;
        if header.bits != Some(codec.bits()) || num_centroids > codec.num_centroids() {
            return Err(file.corrupt("segment of another codec"));
        }
        let centroids = if num_centroids <= MOST_NARROW {
            StoredCentroids::Narrow(file.array("codes", num_tokens)?)
        } else {
            StoredCentroids::Wide(file.array("codes", num_tokens)?)
        };
        let unpacker = ResidualUnpacker::new(codec);
        let residual_bytes = file.checked_size(num_tokens, unpacker.packed_len, 0)?;
        Ok(Self {
            num_centroids,
            centroids,
            scales: file.array("scales", num_tokens)?,
            factors: file.array("factors", num_tokens)?,
            residuals: file.array("residual", residual_bytes)?,
            lists: InvertedLists::open(file, num_centroids, list_bytes)?,
            unpacker,
        })
    }

    /// The codes of the tokens in `tokens`, a range within the segment.
    pub(super) fn codes(&self, tokens: Range<usize>) -> CodesRef<'_> {
        let centroids = match &self.centroids {
            StoredCentroids::Narrow(codes) => CentroidCodes::Narrow(codes.as_slice()),
            StoredCentroids::Wide(codes) => CentroidCodes::Wide(codes.as_slice()),
        };
        let packed_len = self.unpacker.packed_len;
        let packed = tokens.start * packed_len..tokens.end * packed_len;
        CodesRef {
            centroids: centroids.slice(tokens.clone()),
            scales: &self.scales.as_slice()[tokens.clone()],
            factors: &self.factors.as_slice()[tokens],
            residuals: &self.residuals.as_slice()[packed],
        }
    }

    /// The same, after a check that the centroids exist.
    pub(super) fn checked_codes(&self, tokens: Range<usize>) -> Result<CodesRef<'_>, BadCode> {
        let codes = self.codes(tokens);
        let mut centroids = (0..codes.num_tokens()).map(|token| codes.centroids.at(token));
        let bad = centroids.position(|centroid| centroid >= self.num_centroids);
        bad.map_or(Ok(codes), |token| Err(BadCode::Centroid { token }))
    }

    pub(super) fn cell(&self, centroid: CentroidId) -> Option<Positions<'_>> {
        self.lists.cell(centroid)
    }

    pub(super) fn coarse_score(&self, scores: &CentroidScores, tokens: Range<usize>) -> u32 {
        match &self.centroids {
            StoredCentroids::Narrow(codes) => scores.coarse_score(&codes.as_slice()[tokens]),
            StoredCentroids::Wide(codes) => scores.coarse_score(&codes.as_slice()[tokens]),
        }
    }

    /// Raises the best products of `scratch` to those of the tokens that may be the best. The product of a
    /// token is that of its centroid, which is known, plus that of its residual.
    pub(super) fn raise(
        &self,
        query: &PackedQuery,
        scores: &CentroidScores,
        tokens: Range<usize>,
        scratch: &mut Scratch,
    ) -> Result<(), BadCode> {
        let codes = self.codes(tokens);
        find_contenders(codes, scores, scratch);
        self.unpacker.prefetch(codes, &scratch.contenders);
        self.unpacker.scales(codes, scratch);
        for block in scratch.contenders.chunks(TOKENS_PER_BLOCK) {
            let rows = self.unpacker.rows(query, codes, block, &mut scratch.rows);
            let dots = &mut scratch.dots[..block.len()];
            for (p, (panel, best)) in query.bytes.iter().zip(&mut scratch.best).enumerate() {
                let mut terms = [NOTHING; TOKENS_PER_BLOCK];
                for (term, &token) in terms.iter_mut().zip(block) {
                    let base = scores.base(p, codes.centroids.at(token));
                    let (base, base_scale) = base.ok_or(BadCode::Centroid { token })?;
                    let scale = scratch.scales[token];
                    let factor = scratch.factors[token];
                    *term = Term { base, base_scale, scale, factor };
                }
                panel.dots(query.isa, rows, dots);
                kernels::raise_best(query.isa, best, dots, &panel.offsets, &terms);
            }
        }
        Ok(())
    }
}

/// Writes to `scratch` which tokens may be the best for any query token.
fn find_contenders(codes: CodesRef<'_>, scores: &CentroidScores, scratch: &mut Scratch) {
    match codes.centroids {
        CentroidCodes::Narrow(codes) => scores.reached(codes, &mut scratch.reached),
        CentroidCodes::Wide(codes) => scores.reached(codes, &mut scratch.reached),
    }
    let reached = scratch.reached.iter().enumerate().filter(|&(_, &reached)| reached);
    scratch.contenders.clear();
    scratch.contenders.extend(reached.map(|(token, _)| token));
}

/// The term that fills unused places.
const NOTHING: Term<'static> = Term { base: &[0; LANES], base_scale: 0.0, scale: 0.0, factor: 0.0 };

impl ResidualUnpacker {
    fn new(codec: &ResidualCodec) -> Self {
        let bytes = codec.levels().bytes();
        Self {
            bits: codec.bits(),
            levels: std::array::from_fn(|n| bytes[n % bytes.len()]),
            step: codec.levels().step(),
            packed_len: codec.bits().packed_len(codec.dim()),
            row_len: row_len(codec.dim()),
        }
    }

    /// Prefetches the residuals of the tokens `tokens` of `codes`.
    fn prefetch(&self, codes: CodesRef<'_>, tokens: &[usize]) {
        tokens.iter().for_each(|&token| prefetch(self.packed(codes, token)));
    }

    fn packed<'c>(&self, codes: CodesRef<'c>, token: usize) -> &'c [u8] {
        &codes.residuals[token * self.packed_len..(token + 1) * self.packed_len]
    }

    /// Unpacks the residuals of the tokens `block` of `codes` into rows of bytes.
    fn rows<'r>(
        &self,
        query: &PackedQuery,
        codes: CodesRef<'_>,
        block: &[usize],
        rows: &'r mut [u8],
    ) -> &'r [u8] {
        let rows = &mut rows[..block.len() * self.row_len];
        for (&token, row) in block.iter().zip(rows.chunks_exact_mut(self.row_len)) {
            let packed = self.packed(codes, token);
            match self.bits {
                Bits::Eight => row.copy_from_slice(packed),
                bits => kernels::unpack(
                    query.isa,
                    bits.get(),
                    packed,
                    self.packed_len,
                    &self.levels,
                    row,
                ),
            }
        }
        rows
    }

    /// Writes to `scratch` the scale of each token's residual, per step of the levels, and its factor.
    fn scales(&self, codes: CodesRef<'_>, scratch: &mut Scratch) {
        scratch.scales.resize(codes.num_tokens(), 0.0);
        scratch.factors.resize(codes.num_tokens(), 0.0);
        codes.scales.convert_to_f32_slice(&mut scratch.scales);
        codes.factors.convert_to_f32_slice(&mut scratch.factors);
        scratch.scales.iter_mut().for_each(|scale| *scale *= self.step);
    }
}
