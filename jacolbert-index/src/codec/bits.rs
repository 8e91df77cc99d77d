//! Number of bits that a residual component is stored in.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::kernels::row_len;

/// Bits per residual component: 1, 2, 4 or 8.
///
/// Each bit costs `dim / 8` bytes per token and brings the decoded row closer to the original. Two are the
/// default, four favour quality, eight are almost exact, and one gives the smallest index.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(try_from = "u64", into = "u64")]
pub enum Bits {
    /// Two levels.
    One,
    /// Four levels.
    #[default]
    Two,
    /// Sixteen levels.
    Four,
    /// 256 levels.
    Eight,
}

impl Bits {
    /// All of them, ascending.
    pub const ALL: [Self; 4] = [Self::One, Self::Two, Self::Four, Self::Eight];

    /// The number of bits.
    pub fn get(self) -> usize {
        1 << self as usize
    }

    /// Number of quantisation levels, `2^bits`.
    pub(crate) fn num_levels(self) -> usize {
        1 << self.get()
    }

    /// Bytes of the packed residual of a row of length `dim`.
    pub(crate) fn packed_len(self, dim: usize) -> usize {
        row_len(dim) * self.get() / 8
    }
}

impl From<Bits> for u64 {
    fn from(bits: Bits) -> Self {
        bits.get() as Self
    }
}

impl TryFrom<u64> for Bits {
    type Error = Error;

    fn try_from(bits: u64) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|b| b.get() as u64 == bits).ok_or(Error::Bits(bits))
    }
}
