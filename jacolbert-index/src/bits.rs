//! Number of bits that a residual component is stored in.

use crate::Error;

/// Bits per residual component: 1, 2, 4 or 8.
///
/// More bits cost `dim / 8` bytes a token each and bring the decoded row closer to the original:
/// two are the default, four the quality mode, eight almost exact, one the smallest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
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

    /// Components that share a byte.
    pub(crate) fn per_byte(self) -> usize {
        8 / self.get()
    }

    /// Bytes of the packed residual of a row of length `dim`.
    pub(crate) fn packed_len(self, dim: usize) -> usize {
        dim.div_ceil(self.per_byte())
    }
}

impl TryFrom<u64> for Bits {
    type Error = Error;

    fn try_from(bits: u64) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|b| b.get() as u64 == bits).ok_or(Error::Bits(bits))
    }
}
