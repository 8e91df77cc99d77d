//! Which rows make up which batch.

use super::order::shuffled;
use super::{Examples, Order};
use crate::Error;
use crate::random::derived;

/// The stream of an epoch's seed that the order comes from; the others are numbers of rows.
const SHUFFLE: u64 = u64::MAX;

/// Which rows make up which batch: a pure function of the batch's number.
///
/// Epoch after epoch all rows are gone through; those at an epoch's end that fill no batch are left
/// out of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BatchPlan {
    num_rows: usize,
    batch_size: usize,
    order: Order,
    seed: u64,
}

/// A row of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Drawn {
    /// Its number among the rows.
    pub(crate) row: usize,
    /// What decides over its passages.
    pub(crate) seed: u64,
}

impl BatchPlan {
    /// Of batches of `batch_size` rows, at least 1.
    pub(crate) fn new(examples: &Examples, batch_size: usize, seed: u64) -> Result<Self, Error> {
        let num_rows = examples.num_rows();
        if num_rows < batch_size {
            return Err(Error::TooFewRows { path: examples.path().into(), num_rows, batch_size });
        }
        Ok(Self { num_rows, batch_size, order: examples.options().order, seed })
    }

    /// The epoch, from 0, that batch `batch` belongs to.
    pub(crate) fn epoch(&self, batch: u64) -> u64 {
        batch / self.batches_of_an_epoch()
    }

    /// The rows of batch `batch`.
    pub(crate) fn rows(&self, batch: u64) -> impl Iterator<Item = Drawn> + use<> {
        let Self { num_rows, batch_size, order, seed } = *self;
        let of_epoch = derived(seed, self.epoch(batch));
        let first = (batch % self.batches_of_an_epoch()) as usize * batch_size;
        (first..first + batch_size).map(move |position| {
            let row = match order {
                Order::Shuffled => shuffled(position, num_rows, derived(of_epoch, SHUFFLE)),
                Order::AsStored => position,
            };
            Drawn { row, seed: derived(of_epoch, row as u64) }
        })
    }

    /// Whole batches that the rows make up.
    pub(crate) fn batches_of_an_epoch(&self) -> u64 {
        (self.num_rows / self.batch_size) as u64
    }
}
