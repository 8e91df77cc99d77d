//! The mean gradient of the batches of one update.

use std::sync::mpsc::Receiver;

use jacolbert_model::Colbert;

use super::seed_streams::DROPOUT;
use crate::data::{RowSource, TrainingBatch};
use crate::gradient::BatchGradient;
use crate::random::derive_seed;
use crate::{Error, TrainOptions};

/// The mean gradient of the batches of one update, and the rows of the batches.
pub(super) struct AccumulatedGradient {
    pub(super) gradient: BatchGradient,
    pub(super) sources: Vec<RowSource>,
    /// Tokens of all texts, without padding.
    pub(super) tokens: usize,
}

impl AccumulatedGradient {
    /// Computes the gradient of the next batches, for update `step`, from 0.
    pub(super) fn compute(
        model: &Colbert,
        batches: &Receiver<Result<TrainingBatch, Error>>,
        options: &TrainOptions,
        step: u64,
    ) -> Result<Self, Error> {
        let &TrainOptions { accumulation, loss, chunking, seed, .. } = options;
        let step_seed = derive_seed(derive_seed(seed, DROPOUT), step);
        let mut sum: Option<Self> = None;
        for number in 0..accumulation as u64 {
            let batch = batches.recv().expect("the loader ends early only after an error")?;
            let batch_seed = derive_seed(step_seed, number);
            let gradient = BatchGradient::compute(model, &batch, &loss, chunking, batch_seed)?;
            let tokens = batch.num_tokens();
            let next = Self { gradient, sources: batch.sources, tokens };
            sum = Some(match sum {
                None => next,
                Some(before) => before.add(next),
            });
        }
        let sum = sum.expect("accumulation is from 1");
        Ok(Self { gradient: sum.gradient.divide(accumulation), ..sum })
    }

    fn add(mut self, next: Self) -> Self {
        self.sources.extend(next.sources);
        Self {
            gradient: self.gradient.add(next.gradient),
            sources: self.sources,
            tokens: self.tokens + next.tokens,
        }
    }
}
