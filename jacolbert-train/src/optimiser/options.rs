//! Which optimiser, and its coefficients.

use serde::{Deserialize, Serialize};

use crate::parameters::Role;

/// Which optimiser, and its coefficients.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct OptimiserOptions {
    /// The rule.
    pub method: Method,
    /// How much of the past the mean of the gradient keeps at each step, from 0 to below 1; for a
    /// schedule-free method how near the trained weights are to the average, above 0.
    pub beta_1: f64,
    /// How much of the past the mean of its square keeps, from 0 to below 1.
    pub beta_2: f64,
    /// Added to the root of that mean, above 0.
    pub epsilon: f64,
    /// Share of a weight that is taken off at each step, times the learning rate; from 0.
    pub weight_decay: f64,
    /// Whether that goes for biases and layer norms too.
    pub decay_biases_and_norms: bool,
    /// Learning rate of the projection as a multiple of that of the encoder, above 0. A fresh
    /// projection on a trained encoder may want more than 1.
    pub projection_rate: f64,
}

/// The rule by which weights follow their gradient.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Method {
    /// AdamW (Loshchilov and Hutter, 2019): two tensors of the model's size are remembered.
    #[default]
    AdamW,
    /// Schedule-free AdamW (Defazio et al., 2024, arXiv 2405.15682): as many; the learning rate
    /// need not decay, nor the number of steps be known.
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
