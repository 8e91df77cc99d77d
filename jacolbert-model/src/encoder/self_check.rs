//! Comparison of a loaded model with the reference computation of the same model.

use jacolbert_core::Embeddings;
use serde::{Deserialize, Serialize};

use crate::reference_texts::{PASSAGES, QUERIES};
use crate::{Device, Encoded, Encoder, Error, Precision};

/// Allowed differences from the reference in [`Encoder::self_check`].
///
/// By default they depend on the number format that is checked:
///
/// | number format | embeddings | scores |
/// |---|---|---|
/// | `f32` | 1e-4 | 1e-3 |
/// | `f16` | 0.02 | 0.2 |
/// | `bf16` | 0.1 | 1 |
/// | `int8` | 0.15 | 1.5 |
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SelfCheckOptions {
    /// Largest allowed difference of a component of an embedding. Default: the value in the table. A larger value
    /// finds fewer faults.
    pub embeddings_within: Option<f32>,
    /// Largest allowed difference of a score. Default: the value in the table. A larger value finds fewer faults.
    pub scores_within: Option<f32>,
}

/// The differences that a self-check found.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct SelfCheck {
    /// Number of queries and passages that were compared.
    pub num_texts: usize,
    /// Number of rows that were compared.
    pub num_tokens: usize,
    /// The largest difference of a component of an embedding.
    pub embeddings: f32,
    /// The largest difference of a score, over all pairs of a query and a passage.
    pub scores: f32,
}

/// The allowed differences.
#[derive(Clone, Copy)]
struct Limits {
    embeddings: f32,
    scores: f32,
}

impl Limits {
    fn new(options: &SelfCheckOptions, precision: Precision) -> Self {
        let usual = match precision {
            Precision::F32 => Self { embeddings: 1e-4, scores: 1e-3 },
            Precision::F16 => Self { embeddings: 0.02, scores: 0.2 },
            Precision::Bf16 => Self { embeddings: 0.1, scores: 1.0 },
            Precision::Int8 => Self { embeddings: 0.15, scores: 1.5 },
        };
        Self {
            embeddings: options.embeddings_within.unwrap_or(usual.embeddings),
            scores: options.scores_within.unwrap_or(usual.scores),
        }
    }
}

/// Texts with their embeddings from the checked encoder and from the reference.
struct Compared {
    device: String,
    reference: String,
    texts: Vec<String>,
    found: Vec<Embeddings>,
    expected: Vec<Embeddings>,
}

/// The largest difference, and the text or token with it.
struct Worst {
    text: usize,
    token: usize,
    difference: f32,
}

impl Encoder {
    /// Compares this encoder with a reference on built-in Japanese texts. The queries and passages range from empty
    /// to longer than the maximum, and share batches, so that padding is tested. It takes about as long as encoding
    /// ten long passages twice.
    ///
    /// Run it before using a GPU: the results of fused and tuned kernels depend on the device, its driver and the
    /// shapes, and have been silently wrong before (Burn's issue 5257).
    ///
    /// The reference is the Burn module on flex in `f32`. Without the feature `flex`, it is the [CPU](Device::cpu) in
    /// `f32`. If this encoder is that reference, the CPU in bf16 and in int8 is compared with it instead.
    ///
    /// The weights of the reference are read from the checkpoint's folder again, so that a faulty transfer and a
    /// changed folder are found too. A model that was made in memory is compared with a copy of its own weights.
    ///
    /// ```no_run
    /// use std::path::Path;
    ///
    /// use jacolbert_model::{Device, Encoder, LoadOptions};
    ///
    /// # fn main() -> Result<(), jacolbert_model::Error> {
    /// let device: Device = "wgpu".parse()?;
    /// let encoder = Encoder::from_dir(Path::new("assets/mini"), &LoadOptions::default(), &device)?;
    /// let check = encoder.self_check(&Default::default())?;
    /// println!("embeddings differ by {:.1e}, scores by {:.1e}", check.embeddings, check.scores);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::SelfCheck`] and [`Error::SelfCheckScore`] for a difference above the one that `options` allow;
    /// those of [`from_dir`](Self::from_dir) and of [`encode_passages`](Self::encode_passages).
    pub fn self_check(&self, options: &SelfCheckOptions) -> Result<SelfCheck, Error> {
        let device = reference_device();
        let reference = self.made_again(Precision::F32, &device)?;
        let check = self.compare(&reference, options)?;
        let is_packed = device == Device::cpu();
        if is_packed && *self.device() == device && self.precision() == Precision::F32 {
            let bf16 = self.made_again(Precision::Bf16, &device)?.compare(&reference, options)?;
            let bytes = self.made_again(Precision::Int8, &device)?.compare(&reference, options)?;
            return Ok(check.worse(bf16).worse(bytes));
        }
        Ok(check)
    }

    fn compare(&self, reference: &Self, options: &SelfCheckOptions) -> Result<SelfCheck, Error> {
        let limits = Limits::new(options, self.precision());
        let queries = QUERIES.map(String::from).to_vec();
        let queries = Compared::new(queries, [self, reference], Encoder::encode_queries)?;
        let passages = passages(reference)?;
        let passages = Compared::new(passages, [self, reference], Encoder::encode_passages)?;
        let embeddings = check_embeddings([&queries, &passages], limits.embeddings)?;
        Ok(SelfCheck {
            num_texts: queries.texts.len() + passages.texts.len(),
            num_tokens: queries.num_tokens() + passages.num_tokens(),
            embeddings,
            scores: check_scores(&queries, &passages, limits.scores)?,
        })
    }
}

/// The device of the reference.
#[cfg(feature = "flex")]
fn reference_device() -> Device {
    Device::flex()
}

#[cfg(not(feature = "flex"))]
fn reference_device() -> Device {
    Device::cpu()
}

impl SelfCheck {
    /// The larger differences of two checks over the same texts.
    fn worse(self, other: Self) -> Self {
        Self {
            embeddings: self.embeddings.max(other.embeddings),
            scores: self.scores.max(other.scores),
            ..self
        }
    }
}

fn check_embeddings(compared: [&Compared; 2], within: f32) -> Result<f32, Error> {
    let mut largest = 0.0_f32;
    for compared in compared {
        let Worst { text, token, difference } = compared.worst();
        let is_near = difference <= within;
        if !is_near {
            return Err(Error::SelfCheck {
                device: compared.device.clone(),
                reference: compared.reference.clone(),
                text: beginning(&compared.texts[text]),
                token,
                difference,
                within,
            });
        }
        largest = largest.max(difference);
    }
    Ok(largest)
}

fn check_scores(queries: &Compared, passages: &Compared, within: f32) -> Result<f32, Error> {
    let mut largest = 0.0_f32;
    for (query, query_text) in queries.texts.iter().enumerate() {
        for (passage, passage_text) in passages.texts.iter().enumerate() {
            let found = score(&queries.found[query], &passages.found[passage]);
            let expected = score(&queries.expected[query], &passages.expected[passage]);
            let difference = (found - expected).abs();
            let is_near = difference <= within;
            if !is_near {
                return Err(Error::SelfCheckScore {
                    device: queries.device.clone(),
                    reference: queries.reference.clone(),
                    query: beginning(query_text),
                    passage: beginning(passage_text),
                    difference,
                    within,
                });
            }
            largest = largest.max(difference);
        }
    }
    Ok(largest)
}

impl Compared {
    /// Encodes `texts` with both encoders by `encode`.
    fn new(
        texts: Vec<String>,
        [checked, reference]: [&Encoder; 2],
        encode: fn(&Encoder, &[&str]) -> Result<Encoded, Error>,
    ) -> Result<Self, Error> {
        let borrowed: Vec<&str> = texts.iter().map(String::as_str).collect();
        Ok(Self {
            device: name(checked),
            reference: name(reference),
            found: encode(checked, &borrowed)?.embeddings,
            expected: encode(reference, &borrowed)?.embeddings,
            texts,
        })
    }

    fn num_tokens(&self) -> usize {
        self.expected.iter().map(Embeddings::num_tokens).sum()
    }

    /// The token with the largest difference.
    fn worst(&self) -> Worst {
        let pairs = self.found.iter().zip(&self.expected).enumerate();
        let all = pairs.map(|(text, (found, expected))| {
            let (token, difference) = farthest_row(found, expected);
            Worst { text, token, difference }
        });
        let worst = all.max_by(|a, b| a.difference.total_cmp(&b.difference));
        worst.unwrap_or(Worst { text: 0, token: 0, difference: 0.0 })
    }
}

/// The row with the largest difference of a component. The difference is infinite for matrices of different shapes,
/// which only another checkpoint can give.
fn farthest_row(found: &Embeddings, expected: &Embeddings) -> (usize, f32) {
    if (found.num_tokens(), found.dim()) != (expected.num_tokens(), expected.dim()) {
        return (0, f32::INFINITY);
    }
    let rows = found.as_ref().rows().zip(expected.as_ref().rows()).enumerate();
    let differences = rows.map(|(token, (found, expected))| {
        let differences = found.iter().zip(expected).map(|(found, expected)| found - expected);
        (token, differences.fold(0.0, |worst: f32, difference| worst.max(difference.abs())))
    });
    differences.max_by(|(_, a), (_, b)| a.total_cmp(b)).unwrap_or((0, 0.0))
}

/// The built-in passages, a text that is longer than the maximum, and its first half.
fn passages(encoder: &Encoder) -> Result<Vec<String>, Error> {
    let round = PASSAGES.concat();
    let tokens = encoder.num_tokens(&round)?.max(1);
    let long = round.repeat(encoder.max_passage_tokens() / tokens + 1) + &round;
    let half: String = long.chars().take(long.chars().count() / 2).collect();
    Ok(PASSAGES.map(String::from).into_iter().chain([half, long]).collect())
}

/// The device and number format of `encoder`.
fn name(encoder: &Encoder) -> String {
    format!("{} in {}", encoder.device(), encoder.precision())
}

/// The beginning of `text`, for messages.
fn beginning(text: &str) -> String {
    text.chars().take(20).collect()
}

/// MaxSim over plain numbers: `Σ_i max_j q_i · p_j`.
fn score(query: &Embeddings, passage: &Embeddings) -> f32 {
    let product = |q: &[f32], p: &[f32]| q.iter().zip(p).map(|(q, p)| q * p).sum::<f32>();
    let best = |q| passage.as_ref().rows().map(|p| product(q, p)).fold(f32::MIN, f32::max);
    query.as_ref().rows().map(best).sum()
}
