//! The forms that an index may have.

use jacolbert_index::{Bits, BuildConfig};

use crate::sample::config;

/// Settings that keep every token as an exact row.
pub(crate) fn flat() -> BuildConfig {
    BuildConfig { flat_tokens: usize::MAX, ..Default::default() }
}

/// Encoded, exact, and exact until something is added; with so many bits that a token is known again
/// even where a codebook of few passages fits it badly.
pub(crate) fn every_form() -> [BuildConfig; 3] {
    [config(Bits::Eight), flat(), BuildConfig { flat_tokens: 250, ..config(Bits::Eight) }]
}
