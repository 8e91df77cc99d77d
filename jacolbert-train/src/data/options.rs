//! Which passages of the rows are trained with, and in which order.

use serde::{Deserialize, Serialize};

/// Which passages of the rows are trained with, and in which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExampleOptions {
    /// Passages of a query, the positive counted; from 1. Time and memory grow in proportion.
    pub n_way: usize,
    /// In which order the rows are gone through.
    pub order: Order,
    /// Which passages of a row that has more than `n_way` are taken.
    pub choice: Choice,
    /// What becomes of a row with less than `n_way - 1` negatives.
    pub too_few_negatives: TooFewNegatives,
}

impl Default for ExampleOptions {
    fn default() -> Self {
        Self {
            n_way: 2,
            order: Order::default(),
            choice: Choice::default(),
            too_few_negatives: TooFewNegatives::default(),
        }
    }
}

/// In which order the rows are gone through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// In another order each epoch, by the seed of the training.
    #[default]
    Shuffled,
    /// As they stand in the file.
    AsStored,
}

/// Which passages of a row are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Choice {
    /// One positive and `n_way - 1` negatives by chance, others each epoch, by the seed of the
    /// training.
    #[default]
    Random,
    /// The first positive and the first `n_way - 1` negatives.
    First,
}

/// What becomes of a row with less than `n_way - 1` negatives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TooFewNegatives {
    /// It is an error.
    #[default]
    Refuse,
    /// It is left out, and counted.
    Skip,
}
