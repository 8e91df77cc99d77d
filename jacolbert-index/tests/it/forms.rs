//! The forms that an index may have.

use jacolbert_index::{Bits, BuildOptions};

use crate::sample::options;

/// Settings that keep every token as an exact row.
pub(crate) fn flat() -> BuildOptions {
    BuildOptions { flat_tokens: usize::MAX, ..Default::default() }
}

/// Encoded, exact, and exact until something is added; with so many bits that a token is known again
/// even where a codebook of few passages fits it badly.
pub(crate) fn every_form() -> [BuildOptions; 3] {
    [options(Bits::Eight), flat(), BuildOptions { flat_tokens: 250, ..options(Bits::Eight) }]
}
