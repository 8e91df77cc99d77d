//! Trains a late-interaction model on Burn: rows of text in, a checkpoint out.
//!
//! [`Examples`] are rows on disk, a query with its passages each. A [`Trainer`] takes a
//! [`Checkpoint`](jacolbert_model::Checkpoint) through the steps of a [`TrainConfig`]: a batch of
//! examples is read and tokenised, embedded and scored by `jacolbert-model`; a [`loss`] says how far
//! the scores are from what they should be; the weights follow its gradient. What happens around the
//! steps (progress, checkpoints, validation) is a [`Run`]. Texts that are not rows yet become some in
//! [`prepare`], with negatives that a search finds.
//!
//! | step | in -> out |
//! |---|---|
//! | rows -> example | line -> [`Example`] `{ query, passages [n_way], teacher [n_way] }` |
//! | examples -> batch | `B` queries and `B * n_way` passages as token ids |
//! | batch -> scores | `[B, B * n_way]`, or `[B, n_way]` without in-batch negatives |
//! | scores -> loss | [`BatchScores`](loss::BatchScores) -> `[1]` |
//! | loss -> gradient | at once, [by length](Chunking::ByLength), or by [GradCache](Chunking::GradCache) |
//! | gradient -> weights | clipped, then as [`OptimiserOptions`] and [`Schedule`] say |
//!
//! A training is a function of its start, its rows and its [`TrainConfig`]: on one machine and on
//! flex it gives the same weights to the bit, resumed or not, with any number of threads. Flex has one
//! random state for the whole process, which dropout draws from: trainings side by side keep out of
//! each other's way, other code that draws from flex meanwhile does not.
//!
//! # Devices
//!
//! A training runs on one device, in `f32` or, where the device has it, with products in `bf16`
//! ([`TrainConfig::precision`]). It is not spread over several GPUs: of Burn 0.22's backends only those
//! of GPUs can sum over devices, so that nothing on a CPU could show that such a training is the same
//! as one on a single device, which is what this crate promises of all others. Large batches take
//! little memory by [GradCache](Chunking::GradCache).
//!
//! # Losses
//!
//! The losses can be used alone, each pinned in value and gradient to PyTorch:
//!
//! ```
//! use burn::tensor::{Device, Tensor};
//! use jacolbert_train::loss::{BatchScores, Loss};
//!
//! // Two queries with two passages each; a query's own positive comes first.
//! let device = Device::flex().autodiff();
//! let scores = Tensor::<2>::from_floats(
//!     [
//!         [20.0, 17.0, 9.0, 11.0], // query 0 against passages 0 and 1 of its own, 2 and 3 of query 1
//!         [8.0, 10.0, 21.0, 19.0],
//!     ],
//!     &device,
//! )
//! .require_grad();
//!
//! let loss = Loss::default().of(BatchScores::all(scores.clone())?)?;
//! let gradient = scores.grad(&loss.backward()).expect("scores require a gradient");
//! assert_eq!(gradient.dims(), [2, 4]);
//! # Ok::<(), jacolbert_train::Error>(())
//! ```

mod average;
mod by_length;
mod chunk;
mod config;
mod data;
mod error;
mod event;
mod gradient;
mod held_out;
pub mod loss;
mod optimiser;
mod parameters;
pub mod prepare;
mod random;
mod schedule;
mod trainer;

pub use average::{average, average_of};
pub use config::{Chunking, KnownPositives, TrainConfig};
pub use data::{
    Choice, Example, ExampleOptions, Examples, IdFormat, Order, RowFault, RowSource, TextFormat,
    TooFewNegatives,
};
pub use error::{Cause, Error};
pub use event::{Event, Quantity};
pub use held_out::mean_loss;
pub use optimiser::{Method, OptimiserOptions};
pub use schedule::{Decay, Schedule};
pub use trainer::{Best, CheckpointOptions, Ending, Outcome, Run, Trainer, Validation};
