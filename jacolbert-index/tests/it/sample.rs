//! Passages whose tokens lie around a few directions, as an encoder's do.

use jacolbert_index::{Bits, BuildConfig, Embeddings, Error, Index, IndexBuilder};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

pub(crate) const DIM: usize = 32;

/// `n` passages of 0 to 11 tokens; passage 3 has none.
pub(crate) fn passages(n: usize, seed: u64) -> Result<Vec<Embeddings>, Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let topics: Vec<Vec<f32>> = (0..20).map(|_| direction(&mut rng)).collect();
    let passage = |at: usize| {
        let num_tokens = if at == 3 { 0 } else { rng.random_range(1..12) };
        let rows = (0..num_tokens).flat_map(|_| {
            let topic = &topics[rng.random_range(0..topics.len())];
            let noise = direction(&mut rng);
            unit(topic.iter().zip(noise).map(|(t, n)| t + 0.4 * n).collect())
        });
        Embeddings::new(rows.collect(), DIM)
    };
    (0..n).map(passage).collect()
}

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

fn direction(rng: &mut ChaCha8Rng) -> Vec<f32> {
    unit((0..DIM).map(|_| rng.random::<f32>() - 0.5).collect())
}

fn unit(row: Vec<f32>) -> Vec<f32> {
    let norm = row.iter().map(|value| value * value).sum::<f32>().sqrt();
    row.into_iter().map(|value| value / norm).collect()
}
