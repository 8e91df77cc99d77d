//! In which order the rows are gone through: a pure function of seed, epoch and position.

use crate::random::{derived, finalised};

/// Rounds of the Feistel network; three make a random permutation of random round functions (Luby
/// and Rackoff, 1988), and a few more cost nothing here.
const ROUNDS: u64 = 6;

/// The place in a shuffle of `0..len` of what stands at `position`, which is below `len`.
///
/// The shuffle is the permutation of a Feistel network with keys from `seed` over the smallest
/// square power of two from `len` up; numbers outside `0..len` are sent through it again until they
/// are inside. So nothing of the size of `len` is held in memory.
pub(super) fn shuffled(position: usize, len: usize, seed: u64) -> usize {
    let half = (usize::BITS - len.saturating_sub(1).leading_zeros()).div_ceil(2);
    let mut place = position as u64;
    loop {
        place = permuted(place, half, seed);
        if place < len as u64 {
            return place as usize;
        }
    }
}

/// A permutation of the numbers of `2 * half` bits.
fn permuted(number: u64, half: u32, seed: u64) -> u64 {
    let mask = (1 << half) - 1;
    let (left, right) =
        (0..ROUNDS).fold((number >> half, number & mask), |(left, right), round| {
            let mixed = finalised(right ^ derived(seed, round)) & mask;
            (right, left ^ mixed)
        });
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
