//! Indexes of sampled passages.

use jacolbert_index::{Bits, BuildConfig, Embeddings, Error, Index, IndexBuilder};
pub(crate) use jacolbert_testing::embeddings::{DIM, passages};

/// Settings that encode every token.
pub(crate) fn config(bits: Bits) -> BuildConfig {
    BuildConfig { bits, flat_tokens: 0, ..Default::default() }
}

pub(crate) fn index(passages: &[Embeddings], config: BuildConfig) -> Result<Index, Error> {
    let mut builder = IndexBuilder::new(DIM, config)?;
    for passage in passages {
        builder.add(passage.as_ref())?;
    }
    builder.attach("note", "覚え書き".as_bytes());
    builder.build()
}
