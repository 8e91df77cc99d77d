//! Trains a late-interaction model on Burn: rows of text in, a checkpoint out.
//!
//! [`Examples`] are rows on disk, each a query with its passages. A [`Trainer`] trains a
//! [`Checkpoint`](jacolbert_model::Checkpoint) by [`TrainOptions`]: it reads and tokenises a batch of
//! examples, embeds and scores it with `jacolbert-model`, computes the [`loss`] of the scores, and
//! updates the weights along its gradient. [`TrainingHooks`] add events, checkpoints and validation.
//! [`prepare`] makes rows from texts, with negatives that a search finds.
//!
//! | step | in -> out |
//! |---|---|
//! | rows -> example | line -> [`Example`] `{ query, passages [n_way], teacher [n_way] }` |
//! | examples -> batch | `B` queries and `B * n_way` passages as token ids |
//! | batch -> scores | `[B, B * n_way]`, or `[B, n_way]` without in-batch negatives |
//! | scores -> loss | [`BatchScores`](loss::BatchScores) -> `[1]` |
//! | loss -> gradient | whole, [by length](Chunking::ByLength), or by [GradCache](Chunking::GradCache) |
//! | gradient -> weights | clipped, then applied by [`OptimiserOptions`] and [`Schedule`] |
//!
//! A training is a function of its start, its rows and its [`TrainOptions`]: on one machine and on flex
//! its weights have the same bits, resumed or not, with any number of threads. Flex has one random state
//! for the whole process, from which dropout draws. Trainings in one process do not disturb each other,
//! but other code that draws from flex meanwhile changes them.
//!
//! # Without Burn
//!
//! Without the feature `burn`, which is on by default, the crate only [prepares](prepare) data: it compiles no Burn.
//!
//! # Devices
//!
//! A training runs on one device, in `f32` or, if the device has it, with products in `bf16`
//! ([`TrainOptions::precision`]). It does not use several GPUs: in Burn 0.22 only the GPU backends can sum
//! over devices, so a test on a CPU could not show that such a training equals one on a single device.
//! Large batches need little memory with [GradCache](Chunking::GradCache).
//!
//! # Losses
//!
//! The losses can be used alone. Their values and gradients are tested against PyTorch:
//!
//! ```
//! use burn::tensor::{Device, Tensor};
//! use jacolbert_train::loss::{BatchScores, Loss};
//!
//! // Two queries with two passages each; a query's own positive comes first.
//! let device = Device::flex().autodiff();
//! let scores = Tensor::<2>::from_floats(
//!     [
//!         [20.0, 17.0, 9.0, 11.0], // query 0 with its own passages 0 and 1, and 2 and 3 of query 1
//!         [8.0, 10.0, 21.0, 19.0],
//!     ],
//!     &device,
//! )
//! .require_grad();
//!
//! let loss = Loss::default().compute(BatchScores::all(scores.clone())?)?;
//! let gradient = scores.grad(&loss.backward()).expect("scores require a gradient");
//! assert_eq!(gradient.dims(), [2, 4]);
//! # Ok::<(), jacolbert_train::Error>(())
//! ```

#![cfg_attr(
    not(feature = "burn"),
    allow(dead_code, reason = "readers and errors of the trainer have no user without it")
)]

#[cfg(feature = "burn")]
mod average;
#[cfg(feature = "burn")]
mod by_length;
#[cfg(feature = "burn")]
mod chunk;
mod data;
mod error;
mod event;
#[cfg(feature = "burn")]
mod gradient;
#[cfg(feature = "burn")]
mod held_out;
#[cfg(feature = "burn")]
pub mod loss;
#[cfg(feature = "burn")]
mod optimiser;
#[cfg(feature = "burn")]
mod parameters;
pub mod prepare;
#[cfg(feature = "burn")]
mod random;
#[cfg(feature = "burn")]
mod schedule;
#[cfg(feature = "burn")]
mod train_options;
#[cfg(feature = "burn")]
mod trainer;

#[cfg(feature = "burn")]
pub use average::average;
pub use data::{
    BadTexts, Choice, ExampleOptions, Order, RowFault, RowSource, TextPlace, TooFewNegatives,
};
#[cfg(feature = "burn")]
pub use data::{Example, Examples, IdFormat, Skipped, TextFormat};
pub use error::{Cause, Error};
pub use event::{Event, Quantity};
#[cfg(feature = "burn")]
pub use held_out::mean_loss;
pub use jacolbert_core::{Encoding, TextError, TextLine, TextLines};
#[cfg(feature = "burn")]
pub use optimiser::{Method, OptimiserOptions};
#[cfg(feature = "burn")]
pub use schedule::{Decay, Schedule};
#[cfg(feature = "burn")]
pub use train_options::{Chunking, KnownPositives, TrainOptions};
#[cfg(feature = "burn")]
pub use trainer::{Best, CheckpointOptions, Ending, Outcome, Trainer, TrainingHooks, Validation};

/// Compiles what the README shows.
#[cfg(all(doctest, feature = "burn"))]
#[doc = include_str!("../README.md")]
struct Readme;
