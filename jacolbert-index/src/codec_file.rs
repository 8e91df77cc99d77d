//! The codec as a file: centroids and levels.

use crate::levels::Levels;
use crate::storage::{Bytes, FileKind, SectionFile, SectionFileBuilder};
use crate::{Bits, Error, ResidualCodec};

impl ResidualCodec {
    /// Reads a codec; only its header and its few levels.
    pub(crate) fn open(file: &SectionFile) -> Result<Self, Error> {
        let (dim, num_centroids) = (file.size(0)?, file.size(2)?);
        let bits = Bits::try_from(file.params()[1]).map_err(|_| file.corrupt("bits"))?;
        if dim == 0 || num_centroids == 0 {
            return Err(file.corrupt("no centroids"));
        }
        let centroids = file.array("centroid", file.checked_size(dim, num_centroids, 0)?)?;
        let levels = file.array::<f32>("levels", bits.num_levels())?;
        if !levels.as_slice().iter().all(|level| level.is_finite()) {
            return Err(file.corrupt("levels"));
        }
        Ok(Self::new(centroids, Levels::new(levels.as_slice().to_vec()), bits, dim))
    }

    /// The file, in memory.
    pub(crate) fn image(&self) -> Bytes {
        let (dim, bits) = (self.dim() as u64, self.bits().get() as u64);
        let params = [dim, bits, self.num_centroids() as u64, 0, 0, 0, 0, 0];
        let builder = SectionFileBuilder::new(FileKind::Codec, params);
        let builder = builder.section("centroid", self.centroids());
        Bytes::Owned(builder.section("levels", self.levels().values()).build())
    }
}
