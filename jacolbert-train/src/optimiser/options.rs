//! Options of the optimiser.

use serde::{Deserialize, Serialize};

use crate::parameters::Role;

/// The optimiser and its coefficients.
///
/// ```
/// use jacolbert_train::{Method, OptimiserOptions};
///
/// let options =
///     OptimiserOptions { method: Method::ScheduleFreeAdamW, weight_decay: 0.0, ..Default::default() };
/// assert_eq!(options.beta_1, 0.9);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OptimiserOptions {
    /// The method. Default: [`Method::AdamW`].
    pub method: Method,
    /// Decay of the mean of the gradient, from 0 to below 1. For a schedule-free method it is the share
    /// of the average in the trained weights, above 0. Default: 0.9. A higher value smooths over more
    /// steps.
    pub beta_1: f64,
    /// Decay of the mean of the gradient's square, from 0 to below 1. Default: 0.999. A higher value
    /// smooths over more steps.
    pub beta_2: f64,
    /// Summand of the root of that mean, above 0. Default: 1e-8. A larger value shortens the steps of
    /// parameters with a small gradient.
    pub epsilon: f64,
    /// Weight decay, from 0: each step multiplies a weight by 1 minus this times the learning rate.
    /// Default: 0.01. A larger value keeps the weights smaller.
    pub weight_decay: f64,
    /// Whether biases and layer norms decay, too. Default: no.
    pub decay_biases_and_norms: bool,
    /// Learning rate of the projection as a multiple of that of the encoder, above 0. Default: 1. More
    /// than 1 can help a fresh projection on a trained encoder.
    pub projection_rate: f64,
}

/// The method of an optimiser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Method {
    /// AdamW (Loshchilov and Hutter, 2019). It stores two tensors of the model's size.
    #[default]
    AdamW,
    /// Schedule-free AdamW (Defazio et al., 2024, arXiv 2405.15682). It stores as many tensors; it needs
    /// no decay of the learning rate and no fixed number of steps.
    ScheduleFreeAdamW,
}

impl Default for OptimiserOptions {
    /// AdamW with the coefficients of the original and weight decay for matrices.
    fn default() -> Self {
        Self {
            method: Method::default(),
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.01,
            decay_biases_and_norms: false,
            projection_rate: 1.0,
        }
    }
}

impl OptimiserOptions {
    pub(super) fn weight_decay_of(&self, role: Role) -> f64 {
        match role {
            Role::BiasOrNorm if !self.decay_biases_and_norms => 0.0,
            _ => self.weight_decay,
        }
    }

    pub(super) fn rate_factor(&self, role: Role) -> f64 {
        match role {
            Role::Projection => self.projection_rate,
            _ => 1.0,
        }
    }
}
