//! The shuffled order of the rows: a pure function of seed and position.

use crate::random::{derive_seed, mix};

/// Rounds of the Feistel network; three make a random permutation of random round functions (Luby
/// and Rackoff, 1988), and a few more cost nothing here.
const ROUNDS: u64 = 6;

/// The number at `position` of a shuffle of `0..len`; `position` is below `len`.
///
/// The shuffle is the permutation of a Feistel network with keys from `seed` over the smallest
/// square power of two from `len` up; a number outside `0..len` goes through the network again until
/// it is inside. So memory does not grow with `len`.
pub(super) fn shuffled(position: usize, len: usize, seed: u64) -> usize {
    let half = (usize::BITS - len.saturating_sub(1).leading_zeros()).div_ceil(2);
    let mut number = position as u64;
    loop {
        number = permuted(number, half, seed);
        if number < len as u64 {
            return number as usize;
        }
    }
}

/// A permutation of the numbers of `2 * half` bits.
fn permuted(number: u64, half: u32, seed: u64) -> u64 {
    let mask = (1 << half) - 1;
    let mut left = number >> half;
    let mut right = number & mask;
    for round in 0..ROUNDS {
        let mixed = mix(right ^ derive_seed(seed, round)) & mask;
        let next = left ^ mixed;
        left = right;
        right = next;
    }
    left << half | right
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_comes_once_for_every_length() {
        for len in 0..=200 {
            let mut places: Vec<usize> =
                (0..len).map(|position| shuffled(position, len, 7)).collect();
            places.sort_unstable();
            assert!(places.iter().copied().eq(0..len), "{len}");
        }
    }

    #[test]
    fn another_seed_gives_another_order() {
        let order = |seed| (0..100).map(move |position| shuffled(position, 100, seed));
        assert!(order(1).ne(order(2)));
        assert!(order(1).ne(0..100));
    }

    #[test]
    fn every_row_is_about_equally_often_at_every_position() {
        let mut counts = [[0; 5]; 5];
        for seed in 0..5_000 {
            (0..5).for_each(|position| counts[position][shuffled(position, 5, seed)] += 1);
        }
        assert!(
            counts.as_flattened().iter().all(|count| (850..1_150).contains(count)),
            "{counts:?}"
        );
    }
}
