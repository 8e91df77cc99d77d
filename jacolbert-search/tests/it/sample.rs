//! Passages around a few directions, and queries made of their tokens.

use jacolbert_index::{
    Bits, BuildOptions, Embeddings, EmbeddingsRef, Error, Index, IndexBuilder, PassageId,
};
use jacolbert_testing::embeddings::direction;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

pub(crate) const DIM: usize = 24;

/// `n` passages of up to 14 tokens; every tenth has none.
pub(crate) fn passages(n: usize, seed: u64) -> Result<Vec<Embeddings>, Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let passage = |at: usize| {
        let num_tokens = if at % 10 == 9 { 0 } else { rng.random_range(1..15) };
        let rows = (0..num_tokens).flat_map(|_| direction(&mut rng, DIM)).collect();
        Ok(Embeddings::new(rows, DIM)?)
    };
    (0..n).map(passage).collect()
}

pub(crate) fn query(num_tokens: usize, seed: u64) -> Result<Embeddings, Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0xbeef);
    Ok(Embeddings::new((0..num_tokens).flat_map(|_| direction(&mut rng, DIM)).collect(), DIM)?)
}

/// The passages with their positions as ids.
pub(crate) fn numbered(
    passages: &[Embeddings],
) -> impl Iterator<Item = (PassageId, EmbeddingsRef<'_>)> {
    (0..).map(PassageId).zip(passages.iter().map(Embeddings::as_ref))
}

/// Settings that encode every token.
pub(crate) fn options(bits: Bits) -> BuildOptions {
    BuildOptions { bits, flat_tokens: 0, ..Default::default() }
}

pub(crate) fn index(passages: &[Embeddings], bits: Bits) -> Result<Index, Error> {
    let mut builder = IndexBuilder::new(DIM, options(bits))?;
    for passage in passages {
        builder.add(passage.as_ref())?;
    }
    builder.build()
}
