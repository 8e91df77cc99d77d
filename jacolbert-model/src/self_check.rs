//! A loaded model against the same model on the CPU.

use jacolbert_core::Embeddings;

use crate::reference_texts::{PASSAGES, QUERIES};
use crate::{Encoded, Encoder, Error};

/// How close a device must come to flex on the CPU in [`Encoder::self_check`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SelfCheckOptions {
    /// Largest difference of a component of an embedding: 1e-4, which suits `f32`. A device that
    /// computes in `f16` needs more.
    pub embeddings_within: f32,
    /// Largest difference of a score: 1e-3, which suits `f32`.
    pub scores_within: f32,
}

impl Default for SelfCheckOptions {
    fn default() -> Self {
        Self { embeddings_within: 1e-4, scores_within: 1e-3 }
    }
}

/// How close a device came to flex on the CPU.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct SelfCheck {
    /// Queries and passages that were compared.
    pub num_texts: usize,
    /// Rows that were compared.
    pub num_tokens: usize,
    /// The largest difference of a component of an embedding.
    pub embeddings: f32,
    /// The largest difference of a score, of all queries with all passages.
    pub scores: f32,
}

/// Texts with their embeddings by the device and by flex.
struct Compared {
    texts: Vec<String>,
    found: Vec<Embeddings>,
    expected: Vec<Embeddings>,
}

/// A number that is farther off than any other, and what it belongs to.
struct Worst {
    text: usize,
    token: usize,
    difference: f32,
}

impl Encoder {
    /// Compares this encoder's device with flex on the CPU, over built-in Japanese texts: queries and
    /// passages, from none to longer than the model takes, side by side in batches so that there is
    /// padding. It takes about as long as encoding ten long passages twice.
    ///
    /// It is for those who run a model on a GPU: what fused and tuned kernels compute depends on the
    /// device, its driver and the shapes, and has been silently wrong before (Burn's issue 5257).
    ///
    /// On flex, too, it is Burn's module that is compared with, so that the check there is one of the
    /// [packed](crate::CpuEngine::Packed) weights.
    ///
    /// The weights for flex are read from the checkpoint's folder again, so that a transfer gone
    /// wrong is found, too (and so is a folder that has changed since). An encoder made of a
    /// [`Checkpoint`](crate::Checkpoint) in memory is compared with a copy of its own weights.
    ///
    /// ```no_run
    /// use std::path::Path;
    ///
    /// use jacolbert_model::{Device, Encoder};
    ///
    /// # fn main() -> Result<(), jacolbert_model::Error> {
    /// // Device::wgpu(..), Device::cuda(..): whichever features are on.
    /// let encoder = Encoder::from_dir(Path::new("assets/mini"), &Device::flex())?;
    /// let check = encoder.self_check(&Default::default())?;
    /// println!("embeddings differ by {:.1e}, scores by {:.1e}", check.embeddings, check.scores);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::SelfCheck`] and [`Error::SelfCheckScore`] for a difference above that of `options`;
    /// those of [`from_dir_with`](Self::from_dir_with) and of
    /// [`encode_passages`](Self::encode_passages).
    #[tracing::instrument(level = "debug", skip_all)]
    pub fn self_check(&self, options: &SelfCheckOptions) -> Result<SelfCheck, Error> {
        let reference = self.loaded_again_on_flex()?;
        let queries = QUERIES.map(String::from).to_vec();
        let both = [self, &reference];
        let queries = Compared::new(queries, both, Encoder::encode_queries)?;
        let passages = Compared::new(passages(&reference), both, Encoder::encode_passages)?;
        let embeddings = self.check_embeddings([&queries, &passages], options)?;
        Ok(SelfCheck {
            num_texts: queries.texts.len() + passages.texts.len(),
            num_tokens: queries.num_tokens() + passages.num_tokens(),
            embeddings,
            scores: self.check_scores(&queries, &passages, options)?,
        })
    }

    fn check_embeddings(
        &self,
        compared: [&Compared; 2],
        options: &SelfCheckOptions,
    ) -> Result<f32, Error> {
        let mut largest = 0.0_f32;
        for compared in compared {
            let Worst { text, token, difference } = compared.worst();
            let is_near = difference <= options.embeddings_within;
            if !is_near {
                return Err(Error::SelfCheck {
                    device: format!("{:?}", self.device()),
                    text: beginning(&compared.texts[text]),
                    token,
                    difference,
                    within: options.embeddings_within,
                });
            }
            largest = largest.max(difference);
        }
        Ok(largest)
    }

    fn check_scores(
        &self,
        queries: &Compared,
        passages: &Compared,
        options: &SelfCheckOptions,
    ) -> Result<f32, Error> {
        let mut largest = 0.0_f32;
        for (query, query_text) in queries.texts.iter().enumerate() {
            for (passage, passage_text) in passages.texts.iter().enumerate() {
                let found = score(&queries.found[query], &passages.found[passage]);
                let expected = score(&queries.expected[query], &passages.expected[passage]);
                let difference = (found - expected).abs();
                let is_near = difference <= options.scores_within;
                if !is_near {
                    return Err(Error::SelfCheckScore {
                        device: format!("{:?}", self.device()),
                        query: beginning(query_text),
                        passage: beginning(passage_text),
                        difference,
                        within: options.scores_within,
                    });
                }
                largest = largest.max(difference);
            }
        }
        Ok(largest)
    }
}

impl Compared {
    /// `texts`, encoded by both with `encode`.
    fn new(
        texts: Vec<String>,
        [device, flex]: [&Encoder; 2],
        encode: fn(&Encoder, &[&str]) -> Result<Encoded, Error>,
    ) -> Result<Self, Error> {
        let borrowed: Vec<&str> = texts.iter().map(String::as_str).collect();
        let found = encode(device, &borrowed)?.embeddings;
        let expected = encode(flex, &borrowed)?.embeddings;
        Ok(Self { texts, found, expected })
    }

    fn num_tokens(&self) -> usize {
        self.expected.iter().map(Embeddings::num_tokens).sum()
    }

    /// The token that is farthest off.
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

/// The row with the largest difference of a component. Matrices of different shapes, which only
/// another checkpoint can give, are infinitely far apart.
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

/// The built-in passages, the first half of a text that is longer than the model takes, and that text.
fn passages(encoder: &Encoder) -> Vec<String> {
    let round = PASSAGES.concat();
    let tokens = encoder.num_tokens(&round).max(1);
    let long = round.repeat(encoder.max_passage_tokens() / tokens + 1) + &round;
    let half: String = long.chars().take(long.chars().count() / 2).collect();
    PASSAGES.map(String::from).into_iter().chain([half, long]).collect()
}

/// Enough of `text` to know it by.
fn beginning(text: &str) -> String {
    text.chars().take(20).collect()
}

/// MaxSim over plain numbers: `Σ_i max_j q_i · p_j`.
fn score(query: &Embeddings, passage: &Embeddings) -> f32 {
    let product = |q: &[f32], p: &[f32]| q.iter().zip(p).map(|(q, p)| q * p).sum::<f32>();
    let best = |q| passage.as_ref().rows().map(|p| product(q, p)).fold(f32::MIN, f32::max);
    query.as_ref().rows().map(best).sum()
}
