//! How weights follow their gradient.
//!
//! | method | weights that are trained | weights that are used |
//! |---|---|---|
//! | [`Method::AdamW`] | `w` | `w` |
//! | [`Method::ScheduleFreeAdamW`] | `y`, between the average and the last point | `x`, the average |

mod adam_w;
mod options;
#[cfg(test)]
mod reference;
mod schedule_free;
mod slot;

use burn::tensor::Tensor;
use jacolbert_model::TensorFile;

pub use options::{Method, OptimiserOptions};

use crate::Error;
use crate::parameters::Parameter;
use schedule_free::Averaging;
pub(crate) use schedule_free::AveragingState;
use slot::Slot;

/// An optimiser with what it remembers of earlier steps.
#[derive(Clone, Debug)]
pub(crate) struct Optimiser {
    options: OptimiserOptions,
    parameters: Vec<Parameter>,
    slots: Vec<Slot>,
    averaging: Averaging,
    /// Steps taken.
    steps: u64,
}

/// What an update of one parameter depends on besides its gradient.
#[derive(Clone, Copy, Debug)]
struct Step {
    /// From 1.
    number: u64,
    learning_rate: f64,
    weight_decay: f64,
    /// Share of the average that the new point gets, for schedule-free methods.
    share: f64,
}

impl Optimiser {
    /// One that has taken no step from `weights`, each `[len]`.
    pub(crate) fn new(
        options: OptimiserOptions,
        parameters: Vec<Parameter>,
        weights: &[Tensor<1>],
    ) -> Self {
        let slots = weights.iter().map(|weights| Slot::new(options.method, weights)).collect();
        Self { options, parameters, slots, averaging: Averaging::default(), steps: 0 }
    }

    /// The weights after one more step along `gradients`, each `[len]`.
    pub(crate) fn step(
        &mut self,
        weights: Vec<Tensor<1>>,
        gradients: Vec<Tensor<1>>,
        learning_rate: f64,
    ) -> Vec<Tensor<1>> {
        self.steps += 1;
        let (number, share) = (self.steps, self.averaging.share(learning_rate));
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

    /// The weights to use a model with, from those that are trained.
    pub(crate) fn weights_in_use(&self, trained: Vec<Tensor<1>>) -> Vec<Tensor<1>> {
        match self.options.method {
            Method::AdamW => trained,
            Method::ScheduleFreeAdamW => {
                let slots = trained.into_iter().zip(&self.slots);
                slots.map(|(y, slot)| schedule_free::average(&self.options, y, slot)).collect()
            }
        }
    }

    /// Puts what it remembers of each parameter into `file`.
    pub(crate) fn save(&self, file: &mut TensorFile) -> Result<(), Error> {
        let mut slots = self.slots.iter().zip(&self.parameters);
        slots.try_for_each(|(slot, parameter)| slot.save(file, parameter))
    }

    /// As it was when it was saved, after `steps` steps; the error is the name of a tensor that
    /// `file` lacks.
    pub(crate) fn restored(
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

    /// What it remembers of all parameters together.
    pub(crate) fn averaging(&self) -> AveragingState {
        self.averaging.into()
    }
}
