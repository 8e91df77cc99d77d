//! The forms that an index may have.

use jacolbert_index::{Bits, BuildConfig};

use crate::sample::config;

/// Settings that keep every token as an exact row.
pub(crate) fn flat() -> BuildConfig {
    BuildConfig { flat_tokens: usize::MAX, ..Default::default() }
}

/// Encoded, exact, and exact until something is added.
pub(crate) fn every_form() -> [BuildConfig; 3] {
    [config(Bits::Two), flat(), BuildConfig { flat_tokens: 250, ..Default::default() }]
}
