//! Quantisation levels of the residual components: the Lloyd-Max quantiser of a sample.

use super::bits::Bits;
use crate::kernels::{ZERO, row_len, signed, to_bytes};

/// Maximum number of rounds; the levels settle well before.
const MAX_ROUNDS: usize = 200;
/// Minimum number of values per level in a sample.
const SAMPLE_PER_LEVEL: usize = 64;
/// Bins in which the density of a sample is counted.
const DENSITY_BINS: usize = 1_024;
/// Movement of the levels, relative to their spread, below which they have settled.
const SETTLED: f64 = 1e-5;

/// The `2^bits` reconstruction values of a residual component, ascending, in units of the
/// residual's root mean square.
///
/// They minimise the mean squared error over a sample (S. Lloyd, "Least squares quantization in
/// PCM", 1982; J. Max, 1960): each level is the mean of the values nearest to it. Then each is
/// rounded to the nearest of 255 evenly spaced values, so that the byte kernels use the same levels. With 8
/// bits these evenly spaced values are the levels.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Levels {
    bytes: Vec<u8>,
    step: f32,
    values: Vec<f32>,
    midpoints: Vec<f32>,
}

impl Levels {
    /// The Lloyd-Max levels of `sample`; the iteration starts from companded levels.
    ///
    /// A small sample is filled up with normally distributed values, so that the levels suit later tokens.
    pub(crate) fn lloyd_max(bits: Bits, mut sample: Vec<f32>) -> Self {
        let wanted = SAMPLE_PER_LEVEL * bits.num_levels();
        sample.extend(normal_values(wanted.saturating_sub(sample.len())));
        sample.sort_unstable_by(f32::total_cmp);
        let sums = prefix_sums(&sample);
        let mut levels = companded(&sample, bits.num_levels());
        for _ in 0..MAX_ROUNDS {
            let refined = class_means(&sample, &sums, &levels);
            let moved: f64 = refined.iter().zip(&levels).map(|(a, b)| (a - b).abs()).sum();
            let spread = refined.last().zip(refined.first()).map_or(0.0, |(b, a)| b - a);
            levels = refined;
            if moved <= SETTLED * spread {
                break;
            }
        }
        Self::on_grid(&levels.into_iter().map(|level| level as f32).collect::<Vec<_>>())
    }

    /// Rounds ascending levels to the nearest of 255 evenly spaced values.
    pub(crate) fn on_grid(levels: &[f32]) -> Self {
        let mut bytes = vec![ZERO; row_len(levels.len())];
        let step = to_bytes(levels, &mut bytes);
        bytes.truncate(levels.len());
        if levels.len() > EVERY_BYTE {
            bytes = (0..=u8::MAX).collect();
        }
        Self::new(bytes, step)
    }

    /// The levels `step * (byte - 128)`, ascending.
    pub(crate) fn new(bytes: Vec<u8>, step: f32) -> Self {
        let values: Vec<f32> = bytes.iter().map(|&byte| step * signed(byte)).collect();
        let midpoints = values.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0).collect();
        Self { bytes, step, values, midpoints }
    }

    /// The levels as bytes, of which [`ZERO`] is 0, in steps of [`step`](Self::step).
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The distance that a byte's step stands for.
    pub(crate) fn step(&self) -> f32 {
        self.step
    }

    /// The values, ascending.
    pub(crate) fn values(&self) -> &[f32] {
        &self.values
    }

    /// Numbers of the levels nearest to `scale * value`, for each of `values`.
    pub(crate) fn nearest(&self, values: &[f32], scale: f32, chosen: &mut [u8]) {
        if self.bytes.len() > EVERY_BYTE {
            let inverse = scale / self.step;
            for (chosen, value) in chosen.iter_mut().zip(values) {
                *chosen = (value * inverse + f32::from(ZERO)).round().clamp(0.0, 255.0) as u8;
            }
            return;
        }
        chosen.fill(0);
        for &midpoint in &self.midpoints {
            for (chosen, &value) in chosen.iter_mut().zip(values) {
                *chosen += u8::from(value * scale > midpoint);
            }
        }
    }
}

/// With more levels than these, each byte is a level.
const EVERY_BYTE: usize = 16;

/// `n` values spread as those of the standard normal distribution: the Box-Muller transform of points
/// that fill a square evenly.
fn normal_values(n: usize) -> impl Iterator<Item = f32> {
    /// The fraction of the golden ratio, whose multiples fill an interval evenly.
    const GOLDEN: f64 = 0.618_033_988_749_895;
    (0..n).map(move |i| {
        let radius = (-2.0 * ((i as f64 + 0.5) / n as f64).ln()).sqrt();
        let angle = std::f64::consts::TAU * (i as f64 * GOLDEN).fract();
        (radius * angle.cos()) as f32
    })
}

fn prefix_sums(sorted: &[f32]) -> Vec<f64> {
    let mut sum = 0.0;
    let running = sorted.iter().map(|&value| {
        sum += f64::from(value);
        sum
    });
    std::iter::once(0.0).chain(running).collect()
}

fn mean(sums: &[f64], class: std::ops::Range<usize>) -> Option<f64> {
    (!class.is_empty()).then(|| (sums[class.end] - sums[class.start]) / class.len() as f64)
}

/// Levels as dense as the cube root of the sample's density, which is optimal in the limit of many
/// levels (P. Panter and W. Dite, "Quantization distortion in pulse-count modulation", 1951).
fn companded(sorted: &[f32], num_levels: usize) -> Vec<f64> {
    let (Some(&lowest), Some(&highest)) = (sorted.first(), sorted.last()) else {
        return vec![0.0; num_levels];
    };
    let low = f64::from(lowest);
    let width = f64::from(highest - lowest) / DENSITY_BINS as f64;
    let below = |bin: usize| sorted.partition_point(|&v| f64::from(v) < low + bin as f64 * width);
    let density = |bin: usize| ((below(bin + 1) - below(bin)) as f64).cbrt();
    let densities: Vec<f64> = (0..DENSITY_BINS).map(density).collect();
    let total: f64 = densities.iter().sum();
    let mut bin = 0;
    let mut passed = 0.0;
    let levels = (0..num_levels).map(|level| {
        let wanted = (level as f64 + 0.5) / num_levels as f64 * total;
        while bin + 1 < DENSITY_BINS && passed + densities[bin] < wanted {
            passed += densities[bin];
            bin += 1;
        }
        let within = if densities[bin] > 0.0 { (wanted - passed) / densities[bin] } else { 0.0 };
        low + (bin as f64 + within) * width
    });
    levels.collect()
}

fn class_means(sorted: &[f32], sums: &[f64], levels: &[f64]) -> Vec<f64> {
    let mut start = 0;
    let means = levels.iter().enumerate().map(|(at, &level)| {
        let end = match levels.get(at + 1) {
            Some(next) => sorted.partition_point(|&v| f64::from(v) <= (level + next) / 2.0),
            None => sorted.len(),
        };
        let class = start..end.max(start);
        start = class.end;
        mean(sums, class).unwrap_or(level)
    });
    means.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal_sample(n: usize) -> Vec<f32> {
        normal_values(n).collect()
    }

    #[test]
    fn levels_of_a_normal_sample_are_those_of_max_1960() {
        let levels = Levels::lloyd_max(Bits::One, normal_sample(100_000));
        assert!((levels.values()[1] - 0.7979).abs() < 0.01, "{levels:?}");
        let levels = Levels::lloyd_max(Bits::Two, normal_sample(100_000));
        for (level, expected) in levels.values().iter().zip([-1.510, -0.4528, 0.4528, 1.510]) {
            assert!((level - expected).abs() < 0.02, "{levels:?}");
        }
    }

    #[test]
    fn nearest_is_the_closest_level() {
        for bits in Bits::ALL {
            let levels = Levels::lloyd_max(bits, normal_sample(10_000));
            let sample = normal_sample(1_000);
            let mut chosen = vec![0; sample.len()];
            levels.nearest(&sample, 2.0, &mut chosen);
            for (value, chosen) in sample.iter().zip(chosen) {
                let distance = |level: f32| (level - 2.0 * value).abs();
                let closest = levels.values().iter().map(|&l| distance(l)).fold(f32::MAX, f32::min);
                assert!(distance(levels.values()[usize::from(chosen)]) <= closest + 1e-6);
            }
        }
    }

    #[test]
    fn poor_samples_still_give_ascending_finite_levels() {
        for sample in [vec![], vec![0.0], vec![1.0; 100], vec![-1.0, 1.0]] {
            for bits in Bits::ALL {
                let levels = Levels::lloyd_max(bits, sample.clone());
                assert_eq!(levels.values().len(), bits.num_levels());
                assert!(
                    levels.values().is_sorted() && levels.values().iter().all(|l| l.is_finite())
                );
            }
        }
    }
}
