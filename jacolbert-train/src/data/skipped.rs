//! What was left out of the rows.

/// What was left out of the rows, because the caller asked for it or because it is no row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Rows with too few negatives; see [`TooFewNegatives::Skip`](crate::TooFewNegatives::Skip).
    pub too_few_negatives: usize,
    /// Rows without a query or a positive to train with; see [`BadTexts::Skip`](crate::BadTexts::Skip).
    pub without_texts: usize,
    /// Texts that cannot be trained with, in these rows and in others.
    pub bad_texts: usize,
    /// Whether the first line names the columns, as in `query<TAB>positive<TAB>negative`.
    pub has_header: bool,
}

impl Skipped {
    /// Number of rows that are not trained with.
    pub fn num_rows(&self) -> usize {
        self.too_few_negatives + self.without_texts
    }
}
