//! Tests of whether two runs differ by more than chance, over the same queries.

use std::fmt;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, StudentsT};

use crate::Error;

/// A two-sided test of paired values, with the hypothesis that the two systems are alike.
///
/// Smucker, Allan and Carterette (2007) compare both for retrieval and find that they agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SignificanceTest {
    /// Student's paired t test.
    PairedT,
    /// Fisher's randomisation test.
    Randomisation {
        /// Number of random assignments, at least 1. More take longer; the least possible p value
        /// is `1 / (permutations + 1)`.
        permutations: usize,
        /// Seed of the assignments.
        seed: u64,
    },
}

impl Default for SignificanceTest {
    /// 10,000 assignments, which resolve p values down to 0.0001.
    fn default() -> Self {
        Self::Randomisation { permutations: 10_000, seed: 0 }
    }
}

impl SignificanceTest {
    /// The p value of two lists of values that are paired by position.
    ///
    /// # Errors
    ///
    /// Lists that differ in length or are too short, or an option outside of its range.
    pub fn p_value(self, first: &[f64], second: &[f64]) -> Result<f64, Error> {
        match self {
            Self::PairedT => paired_t_test(first, second),
            Self::Randomisation { permutations, seed } => {
                randomisation_test(first, second, permutations, seed)
            }
        }
    }
}

impl fmt::Display for SignificanceTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PairedT => f.write_str("paired t test"),
            Self::Randomisation { permutations, seed } => {
                write!(f, "randomisation test of {permutations} permutations, seed {seed}")
            }
        }
    }
}

/// The two-sided p value of Student's t test for paired values.
///
/// With the differences `d_i` of the `n` pairs, `t = mean(d) / (sd(d) / sqrt(n))` has `n - 1`
/// degrees of freedom, where `sd` divides by `n - 1`. Pairs without any difference have p = 1.
///
/// # Errors
///
/// Lists that differ in length, or fewer than two pairs.
pub fn paired_t_test(first: &[f64], second: &[f64]) -> Result<f64, Error> {
    let differences = differences(first, second, 2)?;
    let n = differences.len() as f64;
    let mean = differences.iter().sum::<f64>() / n;
    if mean == 0.0 {
        return Ok(1.0);
    }
    let variance = differences.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let t = mean / (variance / n).sqrt();
    if t.is_infinite() {
        return Ok(0.0);
    }
    let student = StudentsT::new(0.0, 1.0, n - 1.0).expect("there are at least two pairs");
    Ok((2.0 * student.sf(t.abs())).min(1.0))
}

/// The two-sided p value of Fisher's randomisation test for paired values.
///
/// If the systems are alike, the values of each pair can be swapped. Of `permutations` random
/// assignments, `c` have a mean difference at least as large as the observed one, and
/// `p = (c + 1) / (permutations + 1)` (Phipson and Smyth 2010), which is never zero.
///
/// # Errors
///
/// Lists that differ in length or are empty, or no permutations.
pub fn randomisation_test(
    first: &[f64],
    second: &[f64],
    permutations: usize,
    seed: u64,
) -> Result<f64, Error> {
    if permutations == 0 {
        let expected = "at least 1";
        return Err(Error::Setting { name: "permutations", value: 0.0, expected });
    }
    let differences = differences(first, second, 1)?;
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    // Sums that are equal in exact arithmetic may differ in their last bits.
    let tolerance = 1e-12 * differences.iter().map(|d| d.abs()).sum::<f64>();
    let observed = differences.iter().sum::<f64>().abs() - tolerance;
    let num_extreme = (0..permutations)
        .filter(|_| randomly_signed_sum(&differences, &mut random).abs() >= observed)
        .count();
    Ok((num_extreme + 1) as f64 / (permutations + 1) as f64)
}

/// The adjustment of p values when many hypotheses are tested together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Correction {
    /// No adjustment.
    None,
    /// Multiplies by the number of tests.
    Bonferroni,
    /// Multiplies the least by the number of tests, the next by one less, and so on, each at least as
    /// large as the one before (Holm 1979): the guarantee of Bonferroni's with more power.
    #[default]
    Holm,
}

impl Correction {
    /// The adjusted p values, in the order given and at most 1.
    pub fn adjusted(self, p_values: &[f64]) -> Vec<f64> {
        match self {
            Self::None => p_values.to_vec(),
            Self::Bonferroni => {
                p_values.iter().map(|p| (p * p_values.len() as f64).min(1.0)).collect()
            }
            Self::Holm => holm_adjusted(p_values),
        }
    }
}

impl fmt::Display for Correction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "not corrected",
            Self::Bonferroni => "Bonferroni's correction",
            Self::Holm => "Holm's correction",
        })
    }
}

fn holm_adjusted(p_values: &[f64]) -> Vec<f64> {
    let mut ascending: Vec<_> = (0..p_values.len()).collect();
    ascending.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![0.0; p_values.len()];
    let mut least = 0.0_f64;
    for (num_before, position) in ascending.into_iter().enumerate() {
        let factor = (p_values.len() - num_before) as f64;
        least = least.max((p_values[position] * factor).min(1.0));
        adjusted[position] = least;
    }
    adjusted
}

fn differences(first: &[f64], second: &[f64], needed: usize) -> Result<Vec<f64>, Error> {
    if first.len() != second.len() {
        return Err(Error::Unpaired { first: first.len(), second: second.len() });
    }
    if first.len() < needed {
        return Err(Error::TooFewValues { found: first.len(), needed });
    }
    Ok(first.iter().zip(second).map(|(a, b)| a - b).collect())
}

/// The sum of the differences with random signs; one random word gives 64 signs.
fn randomly_signed_sum(differences: &[f64], random: &mut ChaCha8Rng) -> f64 {
    // Four independent sums: a single one would wait for each addition.
    let mut sums = [0.0; 4];
    for block in differences.chunks(64) {
        let signs = random.next_u64();
        for (bit, difference) in block.iter().enumerate() {
            // A branch on a random bit would be mispredicted half the time.
            let sign = (signs >> bit) << 63;
            sums[bit % 4] += f64::from_bits(difference.to_bits() ^ sign);
        }
    }
    sums.iter().sum()
}
