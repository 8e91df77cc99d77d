//! What a training does, from the first step to the last.

use jacolbert_model::Precision;
use serde::{Deserialize, Serialize};

use crate::loss::{InBatchNegatives, Loss};
use crate::{Error, Method, OptimiserOptions, Schedule};

/// What a training does, from the first step to the last; with the data and the model it began with
/// it decides over every weight.
///
/// A training that is resumed must have the same.
///
/// ```
/// use jacolbert_train::loss::{Loss, NWayTerm, Normalisation};
/// use jacolbert_train::{Decay, Method, OptimiserOptions, Schedule, TrainConfig};
///
/// // As JaColBERT v2.5: distillation and no in-batch negatives, without a schedule.
/// let config = TrainConfig {
///     steps: 50_000,
///     batch_size: 64,
///     loss: Loss { n_way: Some(NWayTerm::Distillation(Normalisation::MinMax)), in_batch: None },
///     optimiser: OptimiserOptions {
///         method: Method::ScheduleFreeAdamW,
///         weight_decay: 0.0,
///         ..Default::default()
///     },
///     schedule: Schedule { learning_rate: 3e-5, warmup_steps: 2_500, decay: Decay::None },
///     ..Default::default()
/// };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainConfig {
    /// Updates of the weights.
    pub steps: u64,
    /// Queries of a batch, `B`; from 1. Scores of in-batch negatives grow with its square.
    pub batch_size: usize,
    /// Batches whose gradients are averaged for one update; from 1. Costs time in proportion and no
    /// memory; in-batch negatives come from one batch.
    pub accumulation: usize,
    /// How much of a batch goes through the model at once.
    pub chunking: Chunking,
    /// The number format of the model's products: `f32`, or `bf16` where the device has it. Weights,
    /// what the optimiser remembers, scores and loss are `f32` in either.
    #[serde(default)]
    pub precision: Precision,
    /// The loss.
    pub loss: Loss,
    /// What in-batch negatives do with passages that are positives too.
    pub known_positives: KnownPositives,
    /// How the weights follow its gradient.
    pub optimiser: OptimiserOptions,
    /// The learning rate.
    pub schedule: Schedule,
    /// Length to which a longer gradient, all parameters together, is shortened, if any; above 0.
    pub max_norm: Option<f64>,
    /// What the order of the rows, the choice of their passages, dropout and fresh weights follow
    /// from.
    pub seed: u64,
}

/// How much of a batch goes through the model at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Chunking {
    /// All of it: memory grows with the batch.
    #[default]
    Whole,
    /// So many texts of like length, one after the other in one graph: the gradient is the same, and
    /// less is computed for the filling of short texts. On a CPU this is the fastest.
    ByLength {
        /// Texts; from 1.
        texts: usize,
    },
    /// So many texts of like length, by GradCache (Gao et al., 2021): the gradient is the same, memory
    /// is that of so many texts and of the scores, and the model is run forward twice.
    GradCache {
        /// Texts; from 1.
        texts: usize,
    },
}

/// What in-batch negatives do with a passage of another query that is a positive of this one too, as
/// happens where several queries are about one passage.
///
/// Passages are told apart by id, or by text where rows have texts; only the row's own positives are
/// known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum KnownPositives {
    /// It is left out.
    #[default]
    Spared,
    /// It is a negative, as in the original: a positive that comes twice is to be better than
    /// itself.
    Negatives,
}

impl Default for TrainConfig {
    /// The loss and the clipping of JaColBERT v1, a batch for one machine.
    fn default() -> Self {
        Self {
            steps: 10_000,
            batch_size: 32,
            accumulation: 1,
            chunking: Chunking::default(),
            precision: Precision::F32,
            loss: Loss::default(),
            known_positives: KnownPositives::default(),
            optimiser: OptimiserOptions::default(),
            schedule: Schedule::default(),
            max_norm: Some(2.0),
            seed: 0,
        }
    }
}

impl TrainConfig {
    /// Checks that every number is in its range.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.check_counts()?;
        self.check_loss()?;
        if self.precision == Precision::F16 {
            return Err(Error::setting("precision", "F16", "F32 or Bf16: gradients would vanish"));
        }
        let OptimiserOptions { beta_1, beta_2, epsilon, weight_decay, projection_rate, .. } =
            self.optimiser;
        unit("optimiser.beta_1", beta_1, self.optimiser.method == Method::ScheduleFreeAdamW)?;
        unit("optimiser.beta_2", beta_2, false)?;
        positive("optimiser.epsilon", epsilon)?;
        positive("optimiser.projection_rate", projection_rate)?;
        positive("schedule.learning_rate", self.schedule.learning_rate)?;
        self.max_norm.map_or(Ok(()), |max_norm| positive("max_norm", max_norm))?;
        if !(weight_decay >= 0.0 && weight_decay.is_finite()) {
            return Err(Error::setting("optimiser.weight_decay", weight_decay, "from 0, finite"));
        }
        Ok(())
    }

    fn check_counts(&self) -> Result<(), Error> {
        let texts = match self.chunking {
            Chunking::Whole => 1,
            Chunking::ByLength { texts } | Chunking::GradCache { texts } => texts,
        };
        let counts = [
            ("batch_size", self.batch_size),
            ("accumulation", self.accumulation),
            ("chunking.texts", texts),
        ];
        match counts.into_iter().find(|&(_, count)| count == 0) {
            Some((field, count)) => Err(Error::setting(field, count, "from 1")),
            None => Ok(()),
        }
    }

    fn check_loss(&self) -> Result<(), Error> {
        let Some(term) = self.loss.in_batch else {
            return self.loss.n_way.map(drop).ok_or(Error::NoTerm);
        };
        if !(term.weight >= 0.0 && term.weight.is_finite()) {
            return Err(Error::Weight { weight: term.weight });
        }
        match term.negatives {
            InBatchNegatives::PyLate { temperature }
                if !(temperature > 0.0 && temperature.is_finite()) =>
            {
                Err(Error::Temperature { temperature })
            }
            _ => Ok(()),
        }
    }
}

fn positive(field: &'static str, value: f64) -> Result<(), Error> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(Error::setting(field, value, "above 0, finite"))
}

/// From 0 to below 1, or above 0.
fn unit(field: &'static str, value: f64, above_zero: bool) -> Result<(), Error> {
    if (0.0..1.0).contains(&value) && !(above_zero && value == 0.0) {
        return Ok(());
    }
    Err(Error::setting(
        field,
        value,
        if above_zero { "between 0 and 1" } else { "from 0, below 1" },
    ))
}
