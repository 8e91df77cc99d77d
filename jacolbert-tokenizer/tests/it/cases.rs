//! How many cases a property is tried with.

use proptest::prelude::ProptestConfig;

/// As many as the environment variable `PROPTEST_CASES` says; `usual` of them if it says nothing.
pub(crate) fn cases(usual: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig {
        cases: asked.unwrap_or(usual),
        failure_persistence: None,
        ..Default::default()
    }
}
