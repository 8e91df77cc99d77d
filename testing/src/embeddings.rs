//! Embeddings without an encoder: passages around a few topics, and queries.

use jacolbert_core::{Embeddings, Error};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// Length of a row.
pub const DIM: usize = 32;

/// `n` passages of 0 to 11 tokens around 20 topics, as an encoder's lie; passage 3 has no token.
///
/// # Errors
/// None, as the shapes fit.
pub fn passages(n: usize, seed: u64) -> Result<Vec<Embeddings>, Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let topics: Vec<Vec<f32>> = (0..20).map(|_| direction(&mut rng, DIM)).collect();
    let passage = |at: usize| {
        let num_tokens = if at == 3 { 0 } else { rng.random_range(1..12) };
        let rows = (0..num_tokens).flat_map(|_| {
            let topic = &topics[rng.random_range(0..topics.len())];
            let noise = direction(&mut rng, DIM);
            unit(topic.iter().zip(noise).map(|(t, n)| t + 0.4 * n).collect())
        });
        Embeddings::new(rows.collect(), DIM)
    };
    (0..n).map(passage).collect()
}

/// A unit vector in any direction.
pub fn direction(rng: &mut ChaCha8Rng, dim: usize) -> Vec<f32> {
    unit((0..dim).map(|_| rng.random::<f32>() - 0.5).collect())
}

fn unit(row: Vec<f32>) -> Vec<f32> {
    let norm = row.iter().map(|value| value * value).sum::<f32>().sqrt();
    row.into_iter().map(|value| value / norm).collect()
}
