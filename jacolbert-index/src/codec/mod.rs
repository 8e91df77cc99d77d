//! The residual codec: how tokens become centroids and packed residuals, and how it is trained.

mod bits;
mod centroid_groups;
mod codebook_growth;
mod codes;
mod file;
mod kmeans;
mod kmeans_round;
mod level_sample;
mod levels;
mod nearest_centroids;
mod residual_codec;
mod token_encoder;
mod training;

pub use bits::Bits;
pub use codebook_growth::CodebookFit;
pub(crate) use codebook_growth::grow_codebook;
pub(crate) use codes::{BadCode, CentroidCodes, Codes, CodesRef};
#[cfg(feature = "import")]
pub(crate) use file::CodecParts;
#[cfg(feature = "import")]
pub(crate) use levels::Levels;
pub use residual_codec::ResidualCodec;
pub(crate) use token_encoder::TokenEncoder;
#[cfg(feature = "import")]
pub(crate) use token_encoder::pack;
