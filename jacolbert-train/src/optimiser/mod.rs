//! Optimisers: how the weights follow their gradient.
//!
//! | method | trained weights | weights for use |
//! |---|---|---|
//! | [`Method::AdamW`] | `w` | `w` |
//! | [`Method::ScheduleFreeAdamW`] | `y`, between the average and the last point | `x`, the average |

mod adam_w;
mod options;
#[cfg(test)]
mod reference;
mod schedule_free;
mod slot;
mod step;

use burn::tensor::Tensor;
use jacolbert_model::TensorFile;

pub use options::{Method, OptimiserOptions};

use crate::Error;
use crate::parameters::Parameter;
use schedule_free::Averaging;
pub(crate) use schedule_free::AveragingState;
use slot::Slot;
use step::Step;

/// An optimiser with its state.
#[derive(Clone, Debug)]
pub(crate) struct Optimiser {
    options: OptimiserOptions,
    parameters: Vec<Parameter>,
    slots: Vec<Slot>,
    averaging: Averaging,
    /// Number of steps taken.
    steps: u64,
}

impl Optimiser {
    /// An optimiser before its first step from `weights`, each `[len]`.
    pub(crate) fn new(
        options: OptimiserOptions,
        parameters: Vec<Parameter>,
        weights: &[Tensor<1>],
    ) -> Self {
        let slots = weights.iter().map(|weights| Slot::new(options.method, weights)).collect();
        Self { options, parameters, slots, averaging: Averaging::default(), steps: 0 }
    }

    /// Takes a step along `gradients`, each `[len]`, and returns the new weights.
    pub(crate) fn step(
        &mut self,
        weights: Vec<Tensor<1>>,
        gradients: Vec<Tensor<1>>,
        learning_rate: f64,
    ) -> Vec<Tensor<1>> {
        self.steps += 1;
        let number = self.steps;
        let share = self.averaging.add_point(learning_rate);
        let pairs = weights.into_iter().zip(gradients);
        let slots = self.slots.iter_mut().zip(&self.parameters);
        let updated = pairs.zip(slots).map(|((weights, gradient), (slot, parameter))| {
            let learning_rate = learning_rate * self.options.rate_factor(parameter.role);
            let weight_decay = self.options.weight_decay_of(parameter.role);
            let step = Step { number, learning_rate, weight_decay, share };
            match self.options.method {
                Method::AdamW => adam_w::update(&self.options, slot, weights, gradient, step),
                Method::ScheduleFreeAdamW => {
                    schedule_free::update(&self.options, slot, weights, gradient, step)
                }
            }
        });
        updated.collect()
    }

    /// The weights for use, from the trained weights.
    pub(crate) fn weights_in_use(&self, trained: Vec<Tensor<1>>) -> Vec<Tensor<1>> {
        match self.options.method {
            Method::AdamW => trained,
            Method::ScheduleFreeAdamW => {
                let slots = trained.into_iter().zip(&self.slots);
                slots.map(|(y, slot)| schedule_free::average(&self.options, y, slot)).collect()
            }
        }
    }

    /// Writes the state of each parameter to `file`.
    pub(crate) fn save(&self, file: &mut TensorFile) -> Result<(), Error> {
        let mut slots = self.slots.iter().zip(&self.parameters);
        slots.try_for_each(|(slot, parameter)| slot.save(file, parameter))
    }

    /// Restores the state that was saved after `steps` steps. The error is the name of a tensor that
    /// `file` lacks.
    pub(crate) fn restore(
        mut self,
        file: &mut TensorFile,
        steps: u64,
        averaging: AveragingState,
    ) -> Result<Self, String> {
        for (slot, parameter) in self.slots.iter_mut().zip(&self.parameters) {
            slot.restore(file, parameter)?;
        }
        Ok(Self { steps, averaging: averaging.into(), ..self })
    }

    /// The state that all parameters share.
    pub(crate) fn averaging(&self) -> AveragingState {
        self.averaging.into()
    }
}
