//! What is known about one query.

/// Judged passages of one query, by number, in the order of the input.
#[derive(Debug, Clone, Default)]
pub(super) struct Judgement {
    pub(super) positives: Vec<usize>,
    pub(super) negatives: Vec<usize>,
    pub(super) answers: Vec<String>,
}
