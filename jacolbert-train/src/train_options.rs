//! Options of a training.

use jacolbert_model::Precision;
use serde::{Deserialize, Serialize};

use crate::loss::{InBatchNegatives, Loss};
use crate::{Error, Method, OptimiserOptions, Schedule};

/// The options of a training. Together with the data and the model at its start, they determine every
/// weight.
///
/// A training can only be resumed with the same options, and prolonged with more steps; see
/// [`Trainer::prolong`](crate::Trainer::prolong).
///
/// ```
/// use jacolbert_train::loss::{Loss, NWayTerm, Normalisation};
/// use jacolbert_train::{Decay, Method, OptimiserOptions, Schedule, TrainOptions};
///
/// // As JaColBERT v2.5: distillation and no in-batch negatives, without a schedule.
/// let options = TrainOptions {
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
#[serde(default, deny_unknown_fields)]
pub struct TrainOptions {
    /// Number of updates of the weights. Default: 10,000. The time grows in proportion.
    pub steps: u64,
    /// Queries per batch, `B`; from 1. Default: 32. Time and memory grow in proportion, the scores of
    /// in-batch negatives with its square.
    pub batch_size: usize,
    /// Batches whose gradients are averaged for one update; from 1. Default: 1. The time grows in
    /// proportion, memory does not. In-batch negatives come from one batch.
    pub accumulation: usize,
    /// How much of a batch goes through the model at once. Default: [`Chunking::Whole`].
    pub chunking: Chunking,
    /// The number format of the model's products: `f32`, or `bf16` if the device has it. Default: `f32`.
    /// Weights, the state of the optimiser, scores and loss are always `f32`.
    pub precision: Precision,
    /// The loss. Default: that of JaColBERT v1.
    pub loss: Loss,
    /// How in-batch negatives treat known positives. Default: [`KnownPositives::Spared`].
    pub known_positives: KnownPositives,
    /// The optimiser. Default: AdamW.
    pub optimiser: OptimiserOptions,
    /// The schedule of the learning rate. Default: a warm-up and linear decay.
    pub schedule: Schedule,
    /// Norm to which a larger gradient of all parameters is scaled down; above 0. Default: 2. A smaller
    /// one limits the effect of single batches; `None` does not limit it.
    pub max_norm: Option<f64>,
    /// Seed of the order of the rows, the choice of their passages, dropout and fresh weights.
    /// Default: 0.
    pub seed: u64,
}

/// How much of a batch goes through the model at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Chunking {
    /// The whole batch. Memory grows with the batch.
    #[default]
    Whole,
    /// Chunks of texts of similar length, one after the other in one graph. The gradient is the same, and
    /// less padding is computed. This is the fastest on a CPU.
    ByLength {
        /// Texts per chunk; from 1.
        texts: usize,
    },
    /// Chunks of texts of similar length, by GradCache (Gao et al., 2021). The gradient is the same, the
    /// memory is that of one chunk and of the scores, and the model runs forward twice.
    GradCache {
        /// Texts per chunk; from 1.
        texts: usize,
    },
}

/// How in-batch negatives treat another query's passage that is also a positive of this query. It
/// happens if several queries are about one passage.
///
/// Passages are compared by id, or by text if rows have texts. Known are the positives of the query's own
/// row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum KnownPositives {
    /// Exclude it.
    #[default]
    Spared,
    /// Use it as a negative, as the original ColBERT does. A positive that occurs twice then competes
    /// with itself.
    Negatives,
}

impl Default for TrainOptions {
    /// The loss and the clipping of JaColBERT v1, with a batch for one machine.
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

impl TrainOptions {
    /// Checks that every number is in its range.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.check_counts()?;
        self.check_loss()?;
        if self.precision == Precision::F16 {
            return Err(Error::setting(
                "precision",
                "F16",
                "F32 or Bf16: gradients underflow in F16",
            ));
        }
        let OptimiserOptions { beta_1, beta_2, epsilon, weight_decay, projection_rate, .. } =
            self.optimiser;
        check_unit("optimiser.beta_1", beta_1, self.optimiser.method == Method::ScheduleFreeAdamW)?;
        check_unit("optimiser.beta_2", beta_2, false)?;
        check_positive("optimiser.epsilon", epsilon)?;
        check_positive("optimiser.projection_rate", projection_rate)?;
        check_positive("schedule.learning_rate", self.schedule.learning_rate)?;
        self.max_norm.map_or(Ok(()), |max_norm| check_positive("max_norm", max_norm))?;
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

fn check_positive(field: &'static str, value: f64) -> Result<(), Error> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(Error::setting(field, value, "above 0, finite"))
}

/// Checks that `value` is from 0 (or above 0) to below 1.
fn check_unit(field: &'static str, value: f64, above_zero: bool) -> Result<(), Error> {
    if (0.0..1.0).contains(&value) && !(above_zero && value == 0.0) {
        return Ok(());
    }
    Err(Error::setting(
        field,
        value,
        if above_zero { "between 0 and 1" } else { "from 0, below 1" },
    ))
}
