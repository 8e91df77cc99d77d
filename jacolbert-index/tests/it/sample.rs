//! Indexes of sampled passages.

use jacolbert_index::{Bits, BuildOptions, Embeddings, Error, Index, IndexBuilder};
pub(crate) use jacolbert_testing::embeddings::{DIM, passages};

/// Settings that encode every token.
pub(crate) fn options(bits: Bits) -> BuildOptions {
    BuildOptions { bits, flat_tokens: 0, ..Default::default() }
}

pub(crate) fn index(passages: &[Embeddings], options: BuildOptions) -> Result<Index, Error> {
    let mut builder = IndexBuilder::new(DIM, options)?;
    for passage in passages {
        builder.add(passage.as_ref())?;
    }
    builder.attach("note", "覚え書き".as_bytes());
    builder.build()
}
