//! The loss of a model on held-out rows.

use burn::module::Module;
use jacolbert_model::Checkpoint;

use crate::chunk::Chunk;
use crate::data::{BatchPlan, Examples, TrainingBatch};
use crate::gradient::{batch_loss, concatenate};
use crate::loss::Loss;
use crate::{Chunking, Error, KnownPositives};

/// Known positives are never negatives of a held-out loss.
const KNOWN: KnownPositives = KnownPositives::Spared;

/// Seed of the random choice of passages: always the same.
const SEED: u64 = 0;

/// Computes the mean loss of `model` over all whole batches of `examples`, without dropout.
///
/// A lower loss is better, so a [`Validation`](crate::Validation) measures its negative. In-batch
/// negatives depend on the batch, so compare only losses with the same `batch_size`. Each call uses the
/// same rows and the same random choice of passages; known positives are
/// [excluded](KnownPositives::Spared). `chunking` says how many texts go through the model at once.
///
/// # Errors
/// [`Error::Setting`] for a `batch_size` of 0, [`Error::NothingToLearn`] for a loss that is the same for all
/// models, [`Error::TooFewRows`], those of rows, and those of
/// the [`loss`](crate::loss).
pub fn mean_loss(
    model: &Checkpoint,
    examples: &mut Examples,
    loss: &Loss,
    batch_size: usize,
    chunking: Chunking,
) -> Result<f32, Error> {
    if batch_size == 0 {
        return Err(Error::setting("batch_size", batch_size, "from 1"));
    }
    let n_way = examples.options().n_way;
    if !loss.depends_on_scores(n_way, batch_size) {
        return Err(Error::NothingToLearn { n_way, batch_size });
    }
    let texts = match chunking {
        Chunking::Whole => usize::MAX,
        Chunking::ByLength { texts } | Chunking::GradCache { texts } => texts,
    };
    let colbert = model.colbert.valid();
    let plan = BatchPlan::new(examples, batch_size, SEED)?;
    let n_batches = plan.batches_per_epoch();
    let mut sum = 0.0;
    for number in 0..n_batches {
        let batch = TrainingBatch::read(number, &plan, examples, &model.tokenizer, KNOWN)?;
        let [queries, passages] = [&batch.queries, &batch.passages].map(|encodings| {
            let chunks = Chunk::split(encodings, texts, SEED);
            concatenate(chunks.map(|chunk| chunk.embed_without_dropout(&colbert)))
        });
        let loss = batch_loss(loss, &queries, &passages, &batch)?;
        sum += loss.try_into_scalar::<f32>().map_err(Error::device)?;
    }
    Ok(sum / n_batches as f32)
}
