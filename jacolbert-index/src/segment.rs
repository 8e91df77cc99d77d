//! A segment: the encoded passages of one addition, never changed afterwards.

use std::path::Path;

use half::f16;

use crate::codes::{CentroidCodes, Codes, CodesRef};
use crate::inverted_lists::{InvertedLists, list_sections};
use crate::storage::{Array, Bytes, FileKind, SectionFile, SectionFileBuilder};
use crate::{CentroidId, Error, ResidualCodec};

/// Encoded passages with consecutive ids.
#[derive(Debug, Clone)]
pub(crate) struct Segment {
    file: SectionFile,
    num_passages: usize,
    num_tokens: usize,
    packed_len: usize,
    offsets: Array<u64>,
    centroids: StoredCentroids,
    scales: Array<f16>,
    factors: Array<f16>,
    residuals: Array<u8>,
    lists: InvertedLists,
}

#[derive(Debug, Clone)]
enum StoredCentroids {
    Narrow(Array<u16>),
    Wide(Array<u32>),
}

impl Segment {
    /// Reads a segment of an index with `codec`; only its header.
    pub(crate) fn open(file: SectionFile, codec: &ResidualCodec) -> Result<Self, Error> {
        let [dim, bits, _, _, num_centroids, code_bytes, ..] = *file.params();
        let of_codec =
            (codec.dim() as u64, codec.bits().get() as u64, codec.num_centroids() as u64);
        if (dim, bits, num_centroids) != of_codec {
            return Err(file.corrupt("segment of another codec"));
        }
        let (num_passages, num_tokens) = (file.size(2)?, file.size(3)?);
        let packed_len = codec.bits().packed_len(codec.dim());
        let centroids = match code_bytes {
            2 => StoredCentroids::Narrow(file.array("codes", num_tokens)?),
            4 => StoredCentroids::Wide(file.array("codes", num_tokens)?),
            _ => return Err(file.corrupt("bytes of a centroid code")),
        };
        Ok(Self {
            num_passages,
            num_tokens,
            packed_len,
            offsets: file.array("offsets", file.checked_size(num_passages, 1, 1)?)?,
            centroids,
            scales: file.array("scales", num_tokens)?,
            factors: file.array("factors", num_tokens)?,
            residuals: file.array("residual", file.checked_size(num_tokens, packed_len, 0)?)?,
            lists: InvertedLists::open(&file, codec.num_centroids(), file.size(6)?)?,
            file,
        })
    }

    /// A segment in memory with the passages of `codes`; passage p has the tokens
    /// `offsets[p]..offsets[p + 1]`.
    pub(crate) fn build(
        codes: &Codes,
        offsets: &[u64],
        codec: &ResidualCodec,
    ) -> Result<Self, Error> {
        let (starts, lists) = list_sections(&codes.centroids, offsets, codec.num_centroids());
        let narrow: Option<Vec<u16>> = (codec.num_centroids() <= 1 << 16)
            .then(|| codes.centroids.iter().map(|&c| c as u16).collect());
        let params = [
            codec.dim() as u64,
            codec.bits().get() as u64,
            offsets.len() as u64 - 1,
            codes.scales.len() as u64,
            codec.num_centroids() as u64,
            if narrow.is_some() { 2 } else { 4 },
            lists.len() as u64,
            0,
        ];
        let builder = SectionFileBuilder::new(FileKind::Segment, params);
        let builder = match &narrow {
            Some(narrow) => builder.section("codes", narrow),
            None => builder.section("codes", &codes.centroids),
        };
        let image = builder
            .section("offsets", offsets)
            .section("scales", &codes.scales)
            .section("factors", &codes.factors)
            .section("residual", &codes.residuals)
            .section("starts", &starts)
            .section("lists", &lists)
            .build();
        let in_memory = Path::new("segment in memory");
        let file = SectionFile::from_bytes(in_memory, Bytes::Owned(image), FileKind::Segment)?;
        Self::open(file, codec)
    }

    pub(crate) fn file(&self) -> &SectionFile {
        &self.file
    }

    pub(crate) fn num_passages(&self) -> usize {
        self.num_passages
    }

    pub(crate) fn num_tokens(&self) -> usize {
        self.num_tokens
    }

    /// The tokens of the passage at `position`, which must be below the number of passages.
    pub(crate) fn codes(&self, position: usize) -> Result<CodesRef<'_>, Error> {
        let offsets = self.offsets.as_slice();
        let bounds = (offsets[position].try_into().ok()).zip(offsets[position + 1].try_into().ok());
        let (start, end): (usize, usize) = bounds
            .filter(|&(start, end)| start <= end && end <= self.num_tokens)
            .ok_or_else(|| self.file.corrupt(format!("token range of passage {position}")))?;
        let centroids = match &self.centroids {
            StoredCentroids::Narrow(codes) => CentroidCodes::Narrow(codes.as_slice()),
            StoredCentroids::Wide(codes) => CentroidCodes::Wide(codes.as_slice()),
        };
        Ok(CodesRef {
            centroids: centroids.slice(start..end),
            scales: &self.scales.as_slice()[start..end],
            factors: &self.factors.as_slice()[start..end],
            residuals: &self.residuals.as_slice()[start * self.packed_len..end * self.packed_len],
        })
    }

    /// Positions of the passages that have a token in the cell of `centroid`.
    pub(crate) fn cell(&self, centroid: CentroidId) -> Result<&[u32], Error> {
        let cell = self.lists.cell(centroid);
        let whole = cell.filter(|cell| cell.iter().all(|&at| (at as usize) < self.num_passages));
        whole.ok_or_else(|| self.file.corrupt(format!("inverted list {}", centroid.0)))
    }

    /// Reads everything and checks it, but for the passages' tokens.
    pub(crate) fn verify(&self, codec: &ResidualCodec) -> Result<(), Error> {
        self.file.verify()?;
        (0..codec.num_centroids() as u32).try_for_each(|c| self.cell(CentroidId(c)).map(|_| ()))
    }
}
