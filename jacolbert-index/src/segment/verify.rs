//! A full check of a segment.

use super::{Body, Segment};
use crate::codec::BadCode;
use crate::{CentroidId, EmbeddingsRef, Error, ResidualCodec};

impl Segment {
    /// Reads everything and checks it.
    pub(crate) fn verify(&self, dim: usize, codec: Option<&ResidualCodec>) -> Result<(), Error> {
        self.file.verify()?;
        if !self.ids.are_ascending() {
            return Err(self.file.corrupt("ids of passages"));
        }
        for position in 0..self.num_passages() {
            let rows = self.decode(codec, dim, position)?;
            if EmbeddingsRef::new(&rows, dim).is_err() {
                return Err(self.bad(position, BadCode::NotFinite));
            }
        }
        self.verify_lists(codec)
    }

    /// Checks that every passage is in the lists of its tokens' centroids, and in no other.
    fn verify_lists(&self, codec: Option<&ResidualCodec>) -> Result<(), Error> {
        let Body::Clustered(clustered) = &self.body else { return Ok(()) };
        let num_centroids = codec.map_or(0, ResidualCodec::num_centroids);
        let mut listed = 0;
        for centroid in 0..num_centroids as u32 {
            listed += self.cell(CentroidId(centroid))?.count();
        }
        let mut expected = 0;
        for position in 0..self.num_passages() {
            let codes = clustered.codes(self.tokens(position)?);
            let mut cells: Vec<usize> =
                (0..codes.num_tokens()).map(|token| codes.centroids.at(token)).collect();
            cells.sort_unstable();
            cells.dedup();
            expected += cells.len();
        }
        (listed == expected).then_some(()).ok_or_else(|| self.file.corrupt("inverted lists"))
    }
}
