//! The trainer: batches in, updated weights and checkpoints out.

mod accumulated_gradient;
mod hooks;
mod outcome;
mod progress;
mod resuming;
mod seed_streams;
mod state;
mod training_folder;

use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::Instant;

use burn::module::Module;
use jacolbert_model::Checkpoint;

pub use hooks::{CheckpointOptions, TrainingHooks, Validation};
pub use outcome::{Best, Ending, Outcome};

use crate::data::{BatchPlan, Examples, RowSource, TrainingBatch, load_batches};
use crate::optimiser::Optimiser;
use crate::random::{derive_seed, with_seed};
use crate::{Error, Event, Quantity, TrainOptions, parameters};
use accumulated_gradient::AccumulatedGradient;
use progress::Progress;
use seed_streams::{FRESH_WEIGHTS, ROWS};
use training_folder::TrainingFolder;

/// A training of a model.
///
/// ```no_run
/// use std::ops::ControlFlow;
/// use std::path::Path;
///
/// use jacolbert_model::{Checkpoint, Device, LoadOptions};
/// use jacolbert_train::{Examples, TextFormat, TrainOptions, Trainer, TrainingHooks};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let rows = Path::new("triples.tsv");
/// let mut examples = Examples::with_texts(rows, TextFormat::Tabbed, &Default::default())?;
/// let load = LoadOptions::default();
/// let start = Checkpoint::from_dir(Path::new("assets/mini"), &load, &Device::flex())?;
/// let mut trainer = Trainer::new(start, TrainOptions { steps: 1_000, ..Default::default() })?;
/// let hooks = TrainingHooks::new().on_event(|event| {
///     println!("{event:?}");
///     ControlFlow::Continue(())
/// });
/// trainer.run(&mut examples, hooks)?;
/// trainer.checkpoint().save(Path::new("trained"))?;
/// # Ok(())
/// # }
/// ```
///
/// A training starts from any [`Checkpoint`]: a ColBERT ([`Checkpoint::from_dir`]), a BERT with a fresh
/// projection ([`Checkpoint::from_bert`]), or fresh weights (a [`Checkpoint`] around
/// [`Colbert::new`](jacolbert_model::Colbert::new)). Fresh weights that were not read before are drawn with
/// the seed of the training. Frozen parameters do not change.
#[derive(Debug)]
pub struct Trainer {
    /// The model with the trained weights, on a device with autodiff.
    trained: Checkpoint,
    options: TrainOptions,
    optimiser: Optimiser,
    progress: Progress,
    /// The folder of its checkpoints, if it has one.
    folder: Option<PathBuf>,
}

impl Trainer {
    /// A training that starts from `start`.
    ///
    /// # Errors
    /// [`Error::Setting`], [`Error::Weight`] and [`Error::Temperature`] for an option outside its range.
    pub fn new(start: Checkpoint, options: TrainOptions) -> Result<Self, Error> {
        options.check()?;
        let device = start.colbert.device();
        let colbert = start.colbert.clone().with_precision(options.precision)?;
        let seed = derive_seed(options.seed, FRESH_WEIGHTS);
        // Reading weights draws those that are fresh.
        let (colbert, weights) = with_seed(&device, seed, || {
            let colbert = colbert.train();
            let weights = parameters::values(&colbert);
            (colbert, weights)
        });
        let described = parameters::describe(&colbert);
        if described.is_empty() {
            return Err(Error::setting("trained parameters", 0, "from 1"));
        }
        let optimiser = Optimiser::new(options.optimiser, described, &weights);
        let trained = Checkpoint { colbert, ..start };
        Ok(Self { trained, options, optimiser, progress: Progress::default(), folder: None })
    }

    /// Number of updates done.
    pub fn step(&self) -> u64 {
        self.progress.step
    }

    /// The model with the current weights for use, on the device of the training, without autodiff.
    pub fn checkpoint(&self) -> Checkpoint {
        let trained = self.trained.colbert.clone();
        let weights = self.optimiser.weights_in_use(parameters::values(&trained));
        let colbert = parameters::with_values(trained, weights).valid().in_full_precision();
        Checkpoint { colbert, ..self.trained.clone() }
    }

    /// Trains with `examples` from the current step to the last one, or until a hook stops it.
    ///
    /// Another thread reads and tokenises the next batches meanwhile.
    ///
    /// # Errors
    /// [`Error::NothingToLearn`] if the loss is the same for all weights, as cross-entropy with one passage
    /// per query is; [`Error::FolderInUse`] if the folder has checkpoints of another training;
    /// [`Error::OtherSetting`] if a resumed one began with other rows; [`Error::TooFewRows`];
    /// [`Error::NotFinite`]; [`Error::Row`] and [`Error::Text`] for a row; [`Error::NoTeacher`] and
    /// others of the [`loss`](crate::loss); [`Error::Validation`]; [`Error::Io`] and
    /// [`Error::Model`] if a checkpoint cannot be written. Earlier checkpoints stay complete.
    pub fn run(
        &mut self,
        examples: &mut Examples,
        mut hooks: TrainingHooks<'_>,
    ) -> Result<Outcome, Error> {
        let plan = self.plan_batches(examples, &hooks)?;
        let tokenizer = self.trained.tokenizer.clone();
        let known_positives = self.options.known_positives;
        let accumulation = self.options.accumulation as u64;
        let first_batch = |step: u64| step.saturating_mul(accumulation);
        let numbers = first_batch(self.progress.step)..first_batch(self.options.steps);
        thread::scope(|scope| {
            let batches = load_batches(scope, numbers, plan, examples, &tokenizer, known_positives);
            self.take_steps(&plan, &batches, &mut hooks)
        })
    }

    /// Checks the hooks, the folder and the rows, and plans the batches.
    fn plan_batches(
        &mut self,
        examples: &Examples,
        hooks: &TrainingHooks<'_>,
    ) -> Result<BatchPlan, Error> {
        hooks.check()?;
        self.check_loss(examples.options().n_way)?;
        self.claim_folder(hooks.checkpoints.as_ref().map(|options| options.folder.as_path()))?;
        let given = examples.identity();
        let saved = *self.progress.data.get_or_insert(given);
        state::check_same_data(&saved, &given)?;
        BatchPlan::new(examples, self.options.batch_size, derive_seed(self.options.seed, ROWS))
    }

    /// Checks that there is something to learn.
    fn check_loss(&self, n_way: usize) -> Result<(), Error> {
        let TrainOptions { batch_size, loss, .. } = self.options;
        if loss.depends_on_scores(n_way, batch_size) {
            return Ok(());
        }
        Err(Error::NothingToLearn { n_way, batch_size })
    }

    /// Makes `folder` the folder of this training, unless another training has checkpoints there.
    fn claim_folder(&mut self, folder: Option<&Path>) -> Result<(), Error> {
        let Some(folder) = folder.filter(|&folder| self.folder.as_deref() != Some(folder)) else {
            return Ok(());
        };
        if TrainingFolder::new(folder).latest()?.is_some() {
            return Err(Error::FolderInUse { folder: folder.into() });
        }
        self.folder = Some(folder.into());
        Ok(())
    }

    fn take_steps(
        &mut self,
        plan: &BatchPlan,
        batches: &Receiver<Result<TrainingBatch, Error>>,
        hooks: &mut TrainingHooks<'_>,
    ) -> Result<Outcome, Error> {
        let mut ending = Ending::Finished;
        while self.progress.step < self.options.steps && ending == Ending::Finished {
            let event = self.update_weights(plan, batches)?;
            ending = hooks.report(&event, ending);
            ending = self.validate_if_due(hooks, ending)?;
            ending = self.save_if_due(hooks, ending)?;
        }
        let Progress { step, best, .. } = self.progress;
        Ok(Outcome { step, ending, best })
    }

    /// Updates the weights once.
    fn update_weights(
        &mut self,
        plan: &BatchPlan,
        batches: &Receiver<Result<TrainingBatch, Error>>,
    ) -> Result<Event, Error> {
        let started = Instant::now();
        let step = self.progress.step;
        let AccumulatedGradient { gradient, sources, tokens } =
            AccumulatedGradient::compute(&self.trained.colbert, batches, &self.options, step)?;
        let loss = gradient.loss;
        let norm = gradient.norm()?;
        self.check_finite(Quantity::Loss, loss, &sources)?;
        self.check_finite(Quantity::GradientNorm, norm, &sources)?;
        let clipped = gradient.clip(norm, self.options.max_norm);
        let learning_rate = self.options.schedule.rate(step, self.options.steps);
        let before = parameters::values(&self.trained.colbert);
        let after = self.optimiser.step(before, clipped.tensors, learning_rate);
        self.trained.colbert = parameters::with_values(self.trained.colbert.clone(), after);
        self.progress.step += 1;
        Ok(Event::Step {
            step: self.progress.step,
            epoch: plan.epoch(step * self.options.accumulation as u64),
            loss,
            gradient_norm: norm,
            learning_rate,
            tokens,
            seconds: started.elapsed().as_secs_f64(),
        })
    }

    fn check_finite(
        &self,
        quantity: Quantity,
        value: f32,
        batch: &[RowSource],
    ) -> Result<(), Error> {
        if value.is_finite() {
            return Ok(());
        }
        let step = self.progress.step + 1;
        Err(Error::NotFinite { step, quantity, value, batch: batch.to_vec() })
    }

    /// Measures the model if it is time to, and saves it if it is the best.
    fn validate_if_due(
        &mut self,
        hooks: &mut TrainingHooks<'_>,
        ending: Ending,
    ) -> Result<Ending, Error> {
        let step = self.progress.step;
        let Some(validation) = &mut hooks.validation else {
            return Ok(ending);
        };
        if !(step.is_multiple_of(validation.every) || step == self.options.steps) {
            return Ok(ending);
        }
        let model = self.checkpoint();
        let measured = (validation.measure)(&model);
        let value = measured.map_err(|source| Error::Validation { step, source })?;
        let patience = validation.patience.unwrap_or(u64::MAX);
        let is_best = self.progress.record(value);
        if is_best && let Some(options) = &hooks.checkpoints {
            TrainingFolder::new(&options.folder).save_best(step, |dir| Ok(model.save(dir)?))?;
        }
        let ending = hooks.report(&Event::Validation { step, value, is_best }, ending);
        if ending == Ending::Finished && self.progress.without_improvement >= patience {
            return Ok(Ending::NoImprovement);
        }
        Ok(ending)
    }

    /// Writes a checkpoint if it is time to.
    fn save_if_due(&self, hooks: &mut TrainingHooks<'_>, ending: Ending) -> Result<Ending, Error> {
        let step = self.progress.step;
        let Some(CheckpointOptions { folder, every, keep }) = &hooks.checkpoints else {
            return Ok(ending);
        };
        let is_last = step == self.options.steps || ending != Ending::Finished;
        if !(is_last || step.is_multiple_of(*every)) {
            return Ok(ending);
        }
        let folder = TrainingFolder::new(folder).save(step, *keep, |dir| self.save(dir))?;
        Ok(hooks.report(&Event::Checkpoint { step, folder }, ending))
    }

    fn save(&self, dir: &Path) -> Result<(), Error> {
        let Self { trained, options, optimiser, progress, .. } = self;
        state::save(dir, &self.checkpoint(), trained, optimiser, options, progress)
    }
}
