//! What an update of one parameter depends on besides its gradient.

/// What an update of one parameter depends on besides its gradient.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// The number of the step, from 1.
    pub(super) number: u64,
    pub(super) learning_rate: f64,
    pub(super) weight_decay: f64,
    /// Share of the new point in the average, for schedule-free methods.
    pub(super) share: f64,
}
