//! Random numbers that are a pure function of a seed and of their use.

use std::sync::{Mutex, PoisonError};

use burn::tensor::Device;

/// Weyl constant of SplitMix64 (Steele, Lea and Flood, 2014).
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// Locked from the seeding of a backend until the numbers are drawn, because a backend such as flex may
/// have one random state for the whole process.
static DRAWING: Mutex<()> = Mutex::new(());

/// Derives the seed for the use `stream` of `seed`.
pub(crate) fn derive_seed(seed: u64, stream: u64) -> u64 {
    mix(mix(seed.wrapping_add(GOLDEN)) ^ stream.wrapping_mul(GOLDEN))
}

/// The number of a state of SplitMix64.
pub(crate) fn mix(state: u64) -> u64 {
    let once = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let twice = (once ^ (once >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    twice ^ (twice >> 31)
}

/// Calls `draw` with the random state of `device` set to `seed`.
///
/// Calls exclude each other. Code outside this crate that draws from the same backend meanwhile changes the
/// numbers.
pub(crate) fn with_seed<T>(device: &Device, seed: u64, draw: impl FnOnce() -> T) -> T {
    let guard = DRAWING.lock().unwrap_or_else(PoisonError::into_inner);
    device.seed(seed);
    let drawn = draw();
    drop(guard);
    drawn
}

/// A generator of random numbers, SplitMix64.
pub(crate) struct Random {
    state: u64,
}

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Draws a number below `bound`, which is at least 1. The probabilities differ by at most 2^-64 times
    /// `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.state = self.state.wrapping_add(GOLDEN);
        let product = u128::from(mix(self.state)) * bound as u128;
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
            (0..50).flat_map(|seed| (0..50).map(move |stream| derive_seed(seed, stream))).collect();
        assert_eq!(seeds.len(), 2_500);
    }
}
