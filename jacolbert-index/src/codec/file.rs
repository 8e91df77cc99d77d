//! The codec as a file: centroids and levels.

use super::bits::Bits;
use super::levels::Levels;
use super::residual_codec::ResidualCodec;
use crate::Error;
use crate::kernels::{ZERO, row_len};
use crate::storage::{FileKind, KindHeader, KindWords, SectionFile, SectionFileBuilder};

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

/// What the header of a codec's file says.
#[derive(Debug)]
struct CodecHeader {
    dim: usize,
    bits: Bits,
    num_centroids: usize,
    /// The step of the levels; see [`Levels::step`].
    step: f32,
    fit: f32,
}

impl KindHeader for CodecHeader {
    const KIND: FileKind = FileKind::Codec;

    fn from_words(words: KindWords) -> Result<Self, &'static str> {
        let [dim, bits, num_centroids, step, fit, ..] = words;
        let size = |word: u64| usize::try_from(word).ok().filter(|&size| size > 0);
        let number = |word: u64| {
            u32::try_from(word).ok().map(f32::from_bits).filter(|number| number.is_finite())
        };
        Ok(Self {
            dim: size(dim).ok_or("dimension")?,
            bits: Bits::try_from(bits).map_err(|_| "bits")?,
            num_centroids: size(num_centroids).ok_or("number of centroids")?,
            step: number(step).ok_or("step of the levels")?,
            fit: number(fit).ok_or("fit")?,
        })
    }

    fn to_words(&self) -> KindWords {
        let bits = self.bits.get() as u64;
        let step = self.step.to_bits().into();
        let fit = self.fit.to_bits().into();
        [self.dim as u64, bits, self.num_centroids as u64, step, fit, 0, 0, 0]
    }
}

impl CodecParts {
    /// The codec, in memory.
    pub(crate) fn into_codec(self) -> Result<ResidualCodec, Error> {
        let header = CodecHeader {
            dim: self.dim,
            bits: self.bits,
            num_centroids: self.scales.len(),
            step: self.levels.step(),
            fit: self.fit,
        };
        let file = SectionFileBuilder::new(&header)
            .section("centroid", &self.centroids)
            .section("scales", &self.scales)
            .section("levels", self.levels.bytes())
            .build("codec in memory")?;
        ResidualCodec::open(file)
    }
}

impl ResidualCodec {
    /// Reads a codec; only its header and its few levels.
    pub(crate) fn open(file: SectionFile) -> Result<Self, Error> {
        let CodecHeader { dim, bits, num_centroids, step, fit } = file.header()?;
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
        let padding_is_zero = |row: &[u8]| row[self.dim()..].iter().all(|&byte| byte == ZERO);
        let whole = self.centroid_scales().iter().all(|scale| scale.is_finite())
            && self.centroid_rows().chunks_exact(row_len(self.dim())).all(padding_is_zero);
        whole.then_some(()).ok_or_else(|| self.file().corrupt("centroids"))
    }
}
