//! Confidence intervals of means, by resampling the queries.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::Error;

/// A percentile bootstrap over the queries (Efron 1979; Sakai 2006 for retrieval).
///
/// ```
/// use jacolbert_eval::Bootstrap;
///
/// let interval = Bootstrap::default().interval(&[0.0, 0.5, 0.5, 1.0])?;
/// assert!(interval.low < 0.5 && 0.5 < interval.high);
/// # Ok::<(), jacolbert_eval::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bootstrap {
    /// Number of resamples, at least 1. Default: 1,000. More take longer, and the ends of the interval
    /// depend less on the seed.
    pub resamples: usize,
    /// Share of resampled means inside the interval, above 0 and below 1. Default: 0.95. A higher share
    /// gives a wider interval.
    pub confidence: f64,
    /// Seed of the resampling: the same seed and values give the same interval. Default: 0.
    pub seed: u64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self { resamples: 1_000, confidence: 0.95, seed: 0 }
    }
}

impl Bootstrap {
    /// The interval that holds [`Self::confidence`] of the means of resampled values: its ends are
    /// the quantiles `(1 - c) / 2` and `(1 + c) / 2`.
    ///
    /// # Errors
    ///
    /// No values, or an option outside of its range.
    pub fn interval(&self, values: &[f64]) -> Result<Interval, Error> {
        self.check()?;
        if values.is_empty() {
            return Err(Error::TooFewValues { found: 0, needed: 1 });
        }
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        let mut means: Vec<_> =
            (0..self.resamples).map(|_| resampled_mean(values, &mut random)).collect();
        means.sort_unstable_by(f64::total_cmp);
        Ok(Interval {
            low: quantile(&means, (1.0 - self.confidence) / 2.0),
            high: quantile(&means, (1.0 + self.confidence) / 2.0),
        })
    }

    fn check(&self) -> Result<(), Error> {
        if self.resamples == 0 {
            let expected = "at least 1";
            return Err(Error::Setting { name: "resamples", value: 0.0, expected });
        }
        let confidence = self.confidence;
        if !(confidence > 0.0 && confidence < 1.0) {
            let expected = "above 0 and below 1";
            return Err(Error::Setting { name: "confidence", value: confidence, expected });
        }
        Ok(())
    }
}

/// The range in which a mean probably lies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

fn resampled_mean(values: &[f64], random: &mut ChaCha8Rng) -> f64 {
    let sum: f64 = values.iter().map(|_| values[random.random_range(0..values.len())]).sum();
    sum / values.len() as f64
}

/// The quantile of ascending values, interpolated between neighbours.
fn quantile(ascending: &[f64], share: f64) -> f64 {
    let position = share * (ascending.len() - 1) as f64;
    let below = ascending[position.floor() as usize];
    let above = ascending[position.ceil() as usize];
    below + (above - below) * position.fract()
}
