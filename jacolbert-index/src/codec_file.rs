//! The codec as a file: centroids and levels.

use std::path::Path;

use crate::byte_rows::row_len;
use crate::levels::Levels;
use crate::storage::{Bytes, FileKind, SectionFile, SectionFileBuilder};
use crate::{Bits, Error, ResidualCodec};

/// What a codec is made of.
#[derive(Debug)]
pub(crate) struct CodecParts {
    pub(crate) dim: usize,
    pub(crate) bits: Bits,
    /// `[num_centroids, row length]`.
    pub(crate) centroids: Vec<u8>,
    pub(crate) scales: Vec<f32>,
    pub(crate) levels: Levels,
    /// See [`ResidualCodec::fit`].
    pub(crate) fit: f32,
}

impl CodecParts {
    /// The codec, in memory.
    pub(crate) fn into_codec(self) -> Result<ResidualCodec, Error> {
        let (dim, bits) = (self.dim as u64, self.bits.get() as u64);
        let (step, fit) = (self.levels.step().to_bits().into(), self.fit.to_bits().into());
        let params = [dim, bits, self.scales.len() as u64, step, fit, 0, 0, 0];
        let image = SectionFileBuilder::new(FileKind::Codec, params)
            .section("centroid", &self.centroids)
            .section("scales", &self.scales)
            .section("levels", self.levels.bytes())
            .build();
        let in_memory = Path::new("codec in memory");
        ResidualCodec::open(SectionFile::from_bytes(
            in_memory,
            Bytes::Owned(image),
            FileKind::Codec,
        )?)
    }
}

impl ResidualCodec {
    /// Reads a codec; only its header and its few levels.
    pub(crate) fn open(file: SectionFile) -> Result<Self, Error> {
        let (dim, num_centroids) = (file.size(0)?, file.size(2)?);
        let bits = Bits::try_from(file.params()[1]).map_err(|_| file.corrupt("bits"))?;
        if dim == 0 || num_centroids == 0 {
            return Err(file.corrupt("no centroids"));
        }
        let number = |at: usize| u32::try_from(file.params()[at]).ok().map(f32::from_bits);
        let numbers =
            number(3).zip(number(4)).filter(|(step, fit)| step.is_finite() && fit.is_finite());
        let (step, fit) = numbers.ok_or_else(|| file.corrupt("step of the levels, or fit"))?;
        let row_len = dim.checked_next_multiple_of(8).ok_or_else(|| file.corrupt("dimension"))?;
        let centroids = file.array("centroid", file.checked_size(row_len, num_centroids, 0)?)?;
        let scales = file.array("scales", num_centroids)?;
        let levels = file.array::<u8>("levels", bits.num_levels())?;
        let levels = Levels::new(levels.as_slice().to_vec(), step);
        Ok(Self::new(file, centroids, scales, levels, bits, dim, fit))
    }

    /// Reads everything and checks it.
    pub(crate) fn verify(&self) -> Result<(), Error> {
        self.file().verify()?;
        let padding_is_zero = |row: &[u8]| row[self.dim()..].iter().all(|&byte| byte == 128);
        let whole = self.centroid_scales().iter().all(|scale| scale.is_finite())
            && self.centroid_rows().chunks_exact(row_len(self.dim())).all(padding_is_zero);
        whole.then_some(()).ok_or_else(|| self.file().corrupt("centroids"))
    }
}
