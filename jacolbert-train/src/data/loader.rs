//! The next batches, read and tokenised in a thread of their own while the current one trains.

use std::ops::Range;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::Scope;

use jacolbert_model::Tokenizer;

use super::Examples;
use super::batch_plan::BatchPlan;
use super::training_batch::TrainingBatch;
use crate::{Error, KnownPositives};

/// Batches that are ready before they are asked for.
const AHEAD: usize = 2;

/// Starts a thread that reads the batches `numbers` in order, up to the first error; it ends early
/// if the receiver is dropped.
pub(crate) fn load<'scope>(
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
