//! Random samples as Python draws them, so that a published sample can be drawn again.

use std::collections::{HashMap, HashSet};

use rand_mt::Mt;

use crate::Error;

/// Python's `random.Random(seed)` for a seed from 0: MT19937, seeded and read as CPython does.
///
/// ```
/// use jacolbert_reproduction::PythonRandom;
///
/// // random.seed(42); random.sample(range(100), 5)
/// assert_eq!(PythonRandom::new(42).sample(100, 5)?, [81, 14, 3, 94, 35]);
/// # Ok::<(), jacolbert_reproduction::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct PythonRandom {
    generator: Mt,
}

impl PythonRandom {
    /// What `random.seed(seed)` sets: the key is the seed's digits to the base 2^32, the lowest first,
    /// and one digit at least.
    pub fn new(seed: u64) -> Self {
        let digits = [seed as u32, (seed >> 32) as u32];
        let digits = if digits[1] == 0 { &digits[..1] } else { &digits[..] };
        Self { generator: Mt::new_with_key(digits.iter().copied()) }
    }

    /// `random.sample(range(n), k)`, and so the places of `random.sample(list, k)`.
    ///
    /// Python chooses between two algorithms by the size of what each keeps in memory; they draw
    /// different samples.
    ///
    /// # Errors
    /// [`Error::Sample`] if `k` is above `n`.
    pub fn sample(&mut self, n: usize, k: usize) -> Result<Vec<usize>, Error> {
        if k > n {
            return Err(Error::Sample { wanted: k, available: n });
        }
        Ok(if n <= set_size(k) { self.sample_of_list(n, k) } else { self.sample_of_set(n, k) })
    }

    /// Each drawn place is filled by the last one.
    fn sample_of_list(&mut self, n: usize, k: usize) -> Vec<usize> {
        let mut moved = HashMap::new();
        let mut sample = Vec::with_capacity(k);
        for drawn in 0..k {
            let (place, last) = (self.below(n - drawn), n - drawn - 1);
            sample.push(*moved.get(&place).unwrap_or(&place));
            let filling = *moved.get(&last).unwrap_or(&last);
            moved.insert(place, filling);
        }
        sample
    }

    /// A place that was drawn before is drawn again.
    fn sample_of_set(&mut self, n: usize, k: usize) -> Vec<usize> {
        let mut drawn = HashSet::with_capacity(k);
        let mut sample = Vec::with_capacity(k);
        while sample.len() < k {
            let place = self.below(n);
            if drawn.insert(place) {
                sample.push(place);
            }
        }
        sample
    }

    /// `randrange(n)`, for `n` from 1: as many bits as `n` has, again until they are below it.
    fn below(&mut self, n: usize) -> usize {
        let bits = usize::BITS - n.leading_zeros();
        loop {
            let drawn = self.bits(bits);
            if drawn < n {
                return drawn;
            }
        }
    }

    /// `getrandbits(bits)`, for 1 to 64: words of 32 bits, the lowest first, the last from its top.
    fn bits(&mut self, bits: u32) -> usize {
        let low = u64::from(self.generator.next_u32());
        let drawn = match bits {
            ..=32 => low >> (32 - bits),
            _ => low | (u64::from(self.generator.next_u32()) >> (64 - bits)) << 32,
        };
        drawn as usize
    }
}

/// Entries that Python reckons a set for a sample of `k` to have.
fn set_size(k: usize) -> usize {
    const SMALL: usize = 21;
    if k <= 5 {
        return SMALL;
    }
    let digits = ((k as f64 * 3.0).ln() / 4_f64.ln()).ceil();
    SMALL.saturating_add(4_usize.saturating_pow(digits as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    // What CPython 3.11.7 prints for `random.seed(s); print(random.sample(range(n), k))`.
    #[test]
    fn samples_are_those_that_cpython_draws() -> Result<(), Error> {
        let check = |seed, n, k, expected: &[usize]| {
            assert_eq!(PythonRandom::new(seed).sample(n, k)?, expected, "{seed} {n} {k}");
            Ok::<_, Error>(())
        };
        check(42, 100, 10, &[81, 14, 3, 94, 35, 31, 28, 17, 13, 86])?;
        check(42, 7_000_000, 5, &[5_363_900, 933_912, 209_805, 6_220_576, 2_307_113])?;
        let of_30 = [20, 3, 0, 23, 8, 7, 24, 4, 28, 17, 2, 18, 13, 1, 27, 16, 21, 29, 25, 9];
        check(42, 30, 20, &of_30)?;
        check(42, 10, 10, &[1, 0, 4, 9, 6, 5, 8, 2, 3, 7])?;
        // Either side of where the algorithm changes.
        check(7, 85, 6, &[41, 19, 50, 6, 9, 68])?;
        check(7, 86, 6, &[41, 19, 50, 83, 6, 9])?;
        // A seed and a range of more than 32 bits.
        check((1 << 40) + 7, 1000, 4, &[628, 765, 834, 960])?;
        check(1, 1 << 33, 3, &[3_280_387_012, 1_095_513_148, 6_225_516_707])?;
        check(42, 1, 1, &[0])?;
        check(42, 5, 0, &[])
    }

    #[test]
    fn a_hundred_thousand_of_seven_million_are_those_of_cpython() -> Result<(), Error> {
        let sample = PythonRandom::new(42).sample(7_000_000, 100_000)?;
        assert_eq!(sample[99_997..], [5_032_855, 5_019_509, 6_360_828]);
        assert_eq!(sample.iter().sum::<usize>(), 350_750_106_365);
        Ok(())
    }

    #[test]
    fn more_than_there_are_cannot_be_drawn() {
        let sample = PythonRandom::new(0).sample(3, 4);
        assert!(matches!(sample, Err(Error::Sample { wanted: 4, available: 3 })));
    }
}
