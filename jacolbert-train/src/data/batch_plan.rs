//! The assignment of rows to batches.

use super::examples::Examples;
use super::options::Order;
use super::order::shuffled;
use crate::Error;
use crate::random::derive_seed;

/// The stream of an epoch's seed for the order; the other streams are numbers of rows.
const SHUFFLE: u64 = u64::MAX;

/// The assignment of rows to batches: a pure function of the batch's number.
///
/// Each epoch uses all rows, except those at its end that do not fill a batch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BatchPlan {
    num_rows: usize,
    batch_size: usize,
    order: Order,
    seed: u64,
}

/// A row of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DrawnRow {
    /// Its number among the rows.
    pub(crate) row: usize,
    /// The seed of the choice of its passages.
    pub(crate) seed: u64,
}

impl BatchPlan {
    /// A plan of batches with `batch_size` rows, at least 1.
    pub(crate) fn new(examples: &Examples, batch_size: usize, seed: u64) -> Result<Self, Error> {
        let num_rows = examples.num_rows();
        if num_rows < batch_size {
            return Err(Error::TooFewRows { path: examples.path().into(), num_rows, batch_size });
        }
        Ok(Self { num_rows, batch_size, order: examples.options().order, seed })
    }

    /// The epoch, from 0, that batch `batch` belongs to.
    pub(crate) fn epoch(&self, batch: u64) -> u64 {
        batch / self.batches_per_epoch()
    }

    /// The rows of batch `batch`.
    pub(crate) fn rows(&self, batch: u64) -> impl Iterator<Item = DrawnRow> + use<> {
        let Self { num_rows, batch_size, order, seed } = *self;
        let epoch_seed = derive_seed(seed, self.epoch(batch));
        let first = (batch % self.batches_per_epoch()) as usize * batch_size;
        (first..first + batch_size).map(move |position| {
            let row = match order {
                Order::Shuffled => shuffled(position, num_rows, derive_seed(epoch_seed, SHUFFLE)),
                Order::AsStored => position,
            };
            DrawnRow { row, seed: derive_seed(epoch_seed, row as u64) }
        })
    }

    /// Number of whole batches of an epoch.
    pub(crate) fn batches_per_epoch(&self) -> u64 {
        (self.num_rows / self.batch_size) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(order: Order) -> BatchPlan {
        BatchPlan { num_rows: 11, batch_size: 3, order, seed: 5 }
    }

    /// Rows of the three batches of an epoch.
    fn epoch(plan: &BatchPlan, epoch: u64) -> Vec<DrawnRow> {
        (3 * epoch..3 * epoch + 3).flat_map(|batch| plan.rows(batch)).collect()
    }

    #[test]
    fn each_epoch_has_other_rows_in_another_order_none_twice() {
        let plan = plan(Order::Shuffled);
        let rows = |number| -> Vec<usize> {
            epoch(&plan, number).into_iter().map(|drawn| drawn.row).collect()
        };
        for number in 0..20 {
            assert_eq!((plan.epoch(3 * number), plan.epoch(3 * number + 2)), (number, number));
            let mut sorted = rows(number);
            assert_ne!(sorted, rows(number + 1));
            sorted.sort_unstable();
            sorted.dedup();
            assert_eq!(sorted.len(), 9);
            assert!(sorted.iter().all(|&row| row < 11));
        }
        let ever: std::collections::HashSet<usize> = (0..20).flat_map(rows).collect();
        assert_eq!(ever.len(), 11, "those that fill no batch are others each time");
    }

    #[test]
    fn as_stored_the_order_stays_and_the_passages_do_not() {
        let plan = plan(Order::AsStored);
        let first = epoch(&plan, 0);
        let second = epoch(&plan, 1);
        for (row, (first, second)) in first.into_iter().zip(second).enumerate() {
            assert_eq!((first.row, second.row), (row, row));
            assert_ne!(first.seed, second.seed);
        }
    }
}
