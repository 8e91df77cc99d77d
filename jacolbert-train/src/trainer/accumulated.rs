//! The mean gradient of the batches of one update.

use std::sync::mpsc::Receiver;

use jacolbert_model::Colbert;

use super::DROPOUT;
use crate::data::{RowSource, TrainingBatch};
use crate::gradient::BatchGradient;
use crate::random::derived;
use crate::{Error, TrainConfig};

/// The mean gradient of the batches of one update, and what they were.
pub(super) struct Accumulated {
    pub(super) gradient: BatchGradient,
    pub(super) sources: Vec<RowSource>,
    /// Tokens of all texts, padding not counted.
    pub(super) tokens: usize,
}

impl Accumulated {
    /// Of the next batches, for update `step`, from 0.
    pub(super) fn of(
        model: &Colbert,
        batches: &Receiver<Result<TrainingBatch, Error>>,
        config: &TrainConfig,
        step: u64,
    ) -> Result<Self, Error> {
        let &TrainConfig { accumulation, loss, chunking, seed, .. } = config;
        let seed = derived(derived(seed, DROPOUT), step);
        let mut accumulated = None;
        for number in 0..accumulation as u64 {
            let batch = batches.recv().expect("the loader ends early only after an error")?;
            let seed = derived(seed, number);
            let gradient = BatchGradient::of(model, &batch, &loss, chunking, seed)?;
            let tokens = batch.num_tokens();
            let next = Self { gradient, sources: batch.sources, tokens };
            accumulated = Some(match accumulated {
                None => next,
                Some(before) => next.after(before),
            });
        }
        let accumulated = accumulated.expect("accumulation is from 1");
        Ok(Self { gradient: accumulated.gradient.divided(accumulation), ..accumulated })
    }

    /// The sum of both.
    fn after(self, before: Self) -> Self {
        let mut sources = before.sources;
        sources.extend(self.sources);
        let tokens = before.tokens + self.tokens;
        Self { gradient: before.gradient.plus(self.gradient), sources, tokens }
    }
}
