//! A thread that reads and tokenises the next batches while the current one trains.

use std::ops::Range;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::Scope;

use jacolbert_model::Tokenizer;

use super::batch_plan::BatchPlan;
use super::examples::Examples;
use super::training_batch::TrainingBatch;
use crate::{Error, KnownPositives};

/// Number of batches that are read ahead.
const AHEAD: usize = 2;

/// Starts a thread that reads the batches `numbers` in order, up to the first error; it ends early
/// if the receiver is dropped.
pub(crate) fn load_batches<'scope>(
    scope: &'scope Scope<'scope, '_>,
    numbers: Range<u64>,
    plan: BatchPlan,
    examples: &'scope mut Examples,
    tokenizer: &'scope Tokenizer,
    known_positives: KnownPositives,
) -> Receiver<Result<TrainingBatch, Error>> {
    let (sender, receiver) = sync_channel(AHEAD);
    scope.spawn(move || {
        for number in numbers {
            let batch = TrainingBatch::read(number, &plan, examples, tokenizer, known_positives);
            let failed = batch.is_err();
            if sender.send(batch).is_err() || failed {
                break;
            }
        }
    });
    receiver
}
