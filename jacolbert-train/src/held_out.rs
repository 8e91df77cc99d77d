//! The loss of a model on rows that it is not trained with.

use burn::module::Module;
use jacolbert_model::Checkpoint;

use crate::chunk::Chunk;
use crate::data::{BatchPlan, Examples, TrainingBatch};
use crate::gradient::{joined, loss_of};
use crate::loss::Loss;
use crate::{Chunking, Error, KnownPositives};

/// A loss should not blame a model for a positive.
const KNOWN: KnownPositives = KnownPositives::Spared;

/// Seed of the passages that are chosen by chance: always the same.
const SEED: u64 = 0;

/// The mean loss of `model` over all whole batches of `examples`, without dropout; less is better,
/// so a [`Validation`](crate::Validation) measures its opposite.
///
/// In-batch negatives depend on the batch: compare losses of one `batch_size` only. Rows, and
/// passages chosen by chance, are the same at each call; known positives are
/// [spared](KnownPositives::Spared). `chunking` says how many texts go through
/// the model at once.
///
/// # Errors
/// [`Error::Setting`] for a `batch_size` of 0, [`Error::TooFewRows`], those of rows, and those of
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
    let texts = match chunking {
        Chunking::Whole => usize::MAX,
        Chunking::ByLength { texts } | Chunking::GradCache { texts } => texts,
    };
    let colbert = model.colbert.valid();
    let plan = BatchPlan::new(examples, batch_size, SEED)?;
    let n_batches = plan.batches_of_an_epoch();
    let mut sum = 0.0;
    for number in 0..n_batches {
        let batch = TrainingBatch::read(number, &plan, examples, &model.tokenizer, KNOWN)?;
        let [queries, passages] = [&batch.queries, &batch.passages].map(|encodings| {
            let chunks = Chunk::all(encodings, texts, SEED);
            joined(chunks.map(|chunk| chunk.embed_in_use(&colbert)))
        });
        let loss = loss_of(loss, &queries, &passages, &batch)?;
        sum += loss.try_into_scalar::<f32>().map_err(Error::device)?;
    }
    Ok(sum / n_batches as f32)
}
