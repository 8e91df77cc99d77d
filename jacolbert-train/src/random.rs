//! Random numbers that are a pure function of a seed and of what they are for.

use std::sync::{Mutex, PoisonError};

use burn::tensor::Device;

/// Weyl constant of SplitMix64 (Steele, Lea and Flood, 2014).
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// A backend may have one random state for the whole process, as flex has: whoever seeds it must be
/// alone until he has drawn.
static DRAWING: Mutex<()> = Mutex::new(());

/// A seed of its own for the `stream`th use of `seed`.
pub(crate) fn derived(seed: u64, stream: u64) -> u64 {
    finalised(finalised(seed.wrapping_add(GOLDEN)) ^ stream.wrapping_mul(GOLDEN))
}

/// SplitMix64's mixing of a state into a number.
pub(crate) fn finalised(state: u64) -> u64 {
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// What `draw` gives with the random state of `device` set to `seed`.
///
/// Draws by way of here exclude each other. Somebody else who draws from the same backend meanwhile,
/// outside of this crate, changes the numbers.
pub(crate) fn seeded<T>(device: &Device, seed: u64, draw: impl FnOnce() -> T) -> T {
    let alone = DRAWING.lock().unwrap_or_else(PoisonError::into_inner);
    device.seed(seed);
    let drawn = draw();
    drop(alone);
    drawn
}

/// SplitMix64.
pub(crate) struct Random {
    state: u64,
}

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// A number below `bound`, which is at least 1; each is equally likely but for 2^-64 times `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.state = self.state.wrapping_add(GOLDEN);
        let product = u128::from(finalised(self.state)) * bound as u128;
        (product >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_below_a_bound_are_about_equally_frequent() {
        let mut random = Random::new(3);
        let mut counts = [0; 7];
        (0..7_000).for_each(|_| counts[random.below(7)] += 1);
        assert!(counts.iter().all(|count| (900..1_100).contains(count)), "{counts:?}");
    }

    #[test]
    fn streams_of_a_seed_and_seeds_of_a_stream_differ() {
        let seeds: std::collections::HashSet<u64> =
            (0..50).flat_map(|seed| (0..50).map(move |stream| derived(seed, stream))).collect();
        assert_eq!(seeds.len(), 2_500);
    }
}
