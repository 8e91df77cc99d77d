//! Losses that train a late-interaction model on Burn.
//!
//! A training step scores every query of a batch against passages, says by a [`loss`] how far the
//! scores are from what they should be, and follows the gradient. This crate holds the second of
//! these: functions from score tensors to one differentiable number, each pinned in value and
//! gradient to PyTorch. Embeddings and their MaxSim scores come from `jacolbert-model`, or from
//! any other model. The trainer around the losses (data, optimiser, schedule, checkpoints) will
//! live here too.
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

mod error;
pub mod loss;

pub use error::Error;
