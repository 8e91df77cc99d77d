//! Options of the rows: which passages to train with, and in which order.

use serde::{Deserialize, Serialize};

/// Which passages of the rows to train with, and in which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExampleOptions {
    /// Passages per query, including the positive; from 1. Default: 2. Time and memory grow in
    /// proportion.
    pub n_way: usize,
    /// The order of the rows. Default: [`Order::Shuffled`].
    pub order: Order,
    /// Which passages to take from a row with more than `n_way`. Default: [`Choice::Random`].
    pub choice: Choice,
    /// What to do with a row with fewer than `n_way - 1` negatives. Default:
    /// [`TooFewNegatives::Refuse`].
    pub too_few_negatives: TooFewNegatives,
    /// What to do with a text that cannot be trained with. Default: [`BadTexts::Refuse`].
    pub bad_texts: BadTexts,
}

impl Default for ExampleOptions {
    fn default() -> Self {
        Self {
            n_way: 2,
            order: Order::default(),
            choice: Choice::default(),
            too_few_negatives: TooFewNegatives::default(),
            bad_texts: BadTexts::default(),
        }
    }
}

/// The order of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// Another random order in each epoch, from the seed of the training.
    #[default]
    Shuffled,
    /// The order of the file.
    AsStored,
}

/// Which passages to take from a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Choice {
    /// A random positive and `n_way - 1` random negatives, others in each epoch, from the seed of the
    /// training.
    #[default]
    Random,
    /// The first positive and the first `n_way - 1` negatives.
    First,
}

/// What to do with a row with fewer than `n_way - 1` negatives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TooFewNegatives {
    /// Fail.
    #[default]
    Refuse,
    /// Skip and count it.
    Skip,
}

/// What to do with a text that cannot be trained with: one that is empty, whose id no line of its table has
/// or several lines with different texts, or that is both a positive and a negative of its query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum BadTexts {
    /// Fail, if a row has or names one. A text of a table that no row names may be bad.
    #[default]
    Refuse,
    /// Leave it out of its row and count it. A row without a query or a positive is skipped, and of a
    /// positive that is a negative too, the negative is left out.
    Skip,
}
