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
            let place = self.below(n - drawn);
            let last = n - drawn - 1;
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
