//! The training itself: batches in, weights updated, checkpoints out.

mod accumulated;
mod progress;
mod run;
mod run_folder;
mod state;

use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::Instant;

use burn::module::Module;
use jacolbert_model::{Checkpoint, Device, LoadOptions};

pub use run::{Best, CheckpointOptions, Ending, Outcome, Run, Validation};

use crate::data::{BatchPlan, Examples, RowSource, TrainingBatch, load};
use crate::optimiser::Optimiser;
use crate::random::{derived, seeded};
use crate::{Error, Event, Quantity, TrainConfig, parameters};
use accumulated::Accumulated;
use progress::Progress;
use run_folder::RunFolder;
use state::Restored;

/// Streams of the seed of a training.
const ROWS: u64 = 0;
const DROPOUT: u64 = 1;
const FRESH_WEIGHTS: u64 = 2;

/// A model in training.
///
/// ```no_run
/// use std::ops::ControlFlow;
/// use std::path::Path;
///
/// use jacolbert_model::{Checkpoint, Device, LoadOptions};
/// use jacolbert_train::{Examples, Run, TextFormat, TrainConfig, Trainer};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let rows = Path::new("triples.tsv");
/// let mut examples = Examples::with_texts(rows, TextFormat::Tabbed, &Default::default())?;
/// let start = Checkpoint::from_dir(Path::new("assets/mini"), &LoadOptions::default(), &Device::flex())?;
/// let mut trainer = Trainer::new(start, TrainConfig { steps: 1_000, ..Default::default() })?;
/// trainer.run(&mut examples, &mut Run::new(&mut |event| {
///     println!("{event:?}");
///     ControlFlow::Continue(())
/// }))?;
/// trainer.checkpoint().save(Path::new("trained"))?;
/// # Ok(())
/// # }
/// ```
///
/// A training begins with any [`Checkpoint`]: a ColBERT ([`Checkpoint::from_dir`]), a BERT under a
/// fresh projection ([`Checkpoint::from_bert`]), or fresh weights (a [`Checkpoint`] around
/// [`Colbert::new`](jacolbert_model::Colbert::new)). Weights that nobody has looked at yet are drawn
/// by the seed of the training. Parameters that are frozen stay as they are.
#[derive(Debug)]
pub struct Trainer {
    /// The model with its trained weights, on a device with autodiff.
    trained: Checkpoint,
    config: TrainConfig,
    optimiser: Optimiser,
    progress: Progress,
    /// The folder with its checkpoints, if it has one.
    folder: Option<PathBuf>,
}

impl Trainer {
    /// A training that begins with `start`.
    ///
    /// # Errors
    /// [`Error::Setting`], [`Error::Weight`] and [`Error::Temperature`] for a setting out of range.
    pub fn new(start: Checkpoint, config: TrainConfig) -> Result<Self, Error> {
        config.check()?;
        let device = start.colbert.device();
        let colbert = start.colbert.clone().with_precision(config.precision)?;
        let seed = derived(config.seed, FRESH_WEIGHTS);
        // To look at weights is to draw those that are fresh.
        let (colbert, weights) = seeded(&device, seed, || {
            let colbert = colbert.train();
            let weights = parameters::values(&colbert);
            (colbert, weights)
        });
        let described = parameters::described(&colbert);
        if described.is_empty() {
            return Err(Error::setting("trained parameters", 0, "from 1"));
        }
        let optimiser = Optimiser::new(config.optimiser, described, &weights);
        let trained = Checkpoint { colbert, ..start };
        Ok(Self { trained, config, optimiser, progress: Progress::default(), folder: None })
    }

    /// The training that has its latest checkpoint in `folder`, which goes on as if it had never
    /// been interrupted.
    ///
    /// On flex and on one machine, weights are the same to the bit then. What `load` is for is said
    /// at [`LoadOptions`].
    ///
    /// # Errors
    /// [`Error::NoCheckpoint`]; [`Error::OtherSetting`] if `config` is not the one the training
    /// began with; [`Error::Io`], [`Error::State`], [`Error::Format`], [`Error::StateTensor`] and
    /// [`Error::Model`] for files that cannot be read.
    pub fn resume(
        folder: &Path,
        config: TrainConfig,
        load: &LoadOptions,
        device: &Device,
    ) -> Result<Self, Error> {
        config.check()?;
        let latest = RunFolder::new(folder).latest()?;
        let dir = latest.ok_or_else(|| Error::NoCheckpoint { folder: folder.into() })?;
        let Restored { mut tensors, progress, averaging } = Restored::open(&dir, &config)?;
        let missing = |tensor| Restored::missing(&dir, tensor);
        let model = Checkpoint::from_dir(&dir.join(state::MODEL), load, device)?;
        let colbert = parameters::restored(model.colbert, &mut tensors, state::WEIGHTS);
        let colbert = colbert.map_err(missing)?;
        let start = Self::new(Checkpoint { colbert, ..model }, config)?;
        let optimiser = start.optimiser.restored(&mut tensors, progress.step, averaging);
        let optimiser = optimiser.map_err(missing)?;
        Ok(Self { optimiser, progress, folder: Some(folder.into()), ..start })
    }

    /// Updates done.
    pub fn step(&self) -> u64 {
        self.progress.step
    }

    /// The model as it is to be used now, on the device of the training, without autodiff.
    pub fn checkpoint(&self) -> Checkpoint {
        let colbert = self.trained.colbert.clone();
        let weights = self.optimiser.weights_in_use(parameters::values(&colbert));
        let colbert = parameters::with_values(colbert, weights).valid().in_full_precision();
        Checkpoint { colbert, ..self.trained.clone() }
    }

    /// Trains with `examples` from where it is to the last step, or until `run` ends it.
    ///
    /// The next batches are read and tokenised meanwhile, in a thread of their own.
    ///
    /// # Errors
    /// [`Error::FolderInUse`] if the folder has checkpoints of another training;
    /// [`Error::OtherSetting`] if a resumed one began with other rows; [`Error::TooFewRows`];
    /// [`Error::NotFinite`]; [`Error::Row`] and [`Error::Text`] for a row; [`Error::NoTeacher`] and
    /// others of the [`loss`](crate::loss); [`Error::Validation`]; [`Error::Io`] and
    /// [`Error::Model`] if a checkpoint cannot be written. Checkpoints written before stay whole.
    pub fn run(&mut self, examples: &mut Examples, run: &mut Run<'_>) -> Result<Outcome, Error> {
        let plan = self.plan(examples, run)?;
        let tokenizer = self.trained.tokenizer.clone();
        let known_positives = self.config.known_positives;
        let accumulation = self.config.accumulation as u64;
        let batch_of = |step: u64| step.saturating_mul(accumulation);
        let numbers = batch_of(self.progress.step)..batch_of(self.config.steps);
        thread::scope(|scope| {
            let batches = load(scope, numbers, plan, examples, &tokenizer, known_positives);
            self.go(&plan, &batches, run)
        })
    }

    /// Which rows make up which batch, if all is as it must be before the first step.
    fn plan(&mut self, examples: &Examples, run: &Run<'_>) -> Result<BatchPlan, Error> {
        run.check()?;
        self.claim(run.checkpoints.as_ref().map(|options| options.folder.as_path()))?;
        let given = examples.identity();
        let saved = *self.progress.data.get_or_insert(given);
        state::same_data(&saved, &given)?;
        BatchPlan::new(examples, self.config.batch_size, derived(self.config.seed, ROWS))
    }

    /// Takes `folder` for its own, unless another training has checkpoints there.
    fn claim(&mut self, folder: Option<&Path>) -> Result<(), Error> {
        let Some(folder) = folder.filter(|&folder| self.folder.as_deref() != Some(folder)) else {
            return Ok(());
        };
        if RunFolder::new(folder).latest()?.is_some() {
            return Err(Error::FolderInUse { folder: folder.into() });
        }
        self.folder = Some(folder.into());
        Ok(())
    }

    fn go(
        &mut self,
        plan: &BatchPlan,
        batches: &Receiver<Result<TrainingBatch, Error>>,
        run: &mut Run<'_>,
    ) -> Result<Outcome, Error> {
        let mut ending = Ending::Finished;
        while self.progress.step < self.config.steps && ending == Ending::Finished {
            let update = self.update(plan, batches)?;
            ending = run.told(&update, ending);
            ending = self.validate(run, ending)?;
            ending = self.keep(run, ending)?;
        }
        let Progress { step, best, .. } = self.progress;
        Ok(Outcome { step, ending, best })
    }

    /// One update of the weights.
    fn update(
        &mut self,
        plan: &BatchPlan,
        batches: &Receiver<Result<TrainingBatch, Error>>,
    ) -> Result<Event, Error> {
        let started = Instant::now();
        let step = self.progress.step;
        let (model, config) = (&self.trained.colbert, &self.config);
        let Accumulated { gradient, sources, tokens } =
            Accumulated::of(model, batches, config, step)?;
        let (loss, norm) = (gradient.loss, gradient.norm()?);
        self.check_finite(Quantity::Loss, loss, &sources)?;
        self.check_finite(Quantity::GradientNorm, norm, &sources)?;
        let gradient = gradient.clipped(norm, self.config.max_norm);
        let learning_rate = self.config.schedule.rate(step, self.config.steps);
        let weights = parameters::values(&self.trained.colbert);
        let weights = self.optimiser.step(weights, gradient.tensors, learning_rate);
        self.trained.colbert = parameters::with_values(self.trained.colbert.clone(), weights);
        self.progress.step += 1;
        Ok(Event::Step {
            step: self.progress.step,
            epoch: plan.epoch(step * self.config.accumulation as u64),
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
        let (step, batch) = (self.progress.step + 1, batch.to_vec());
        Err(Error::NotFinite { step, quantity, value, batch })
    }

    /// Has the model judged if it is time to, and keeps it if it is the best.
    fn validate(&mut self, run: &mut Run<'_>, ending: Ending) -> Result<Ending, Error> {
        let step = self.progress.step;
        let Some(validation) = &mut run.validation else {
            return Ok(ending);
        };
        if !(step.is_multiple_of(validation.every) || step == self.config.steps) {
            return Ok(ending);
        }
        let model = self.checkpoint();
        let measured = (validation.measure)(&model);
        let value = measured.map_err(|source| Error::Validation { step, source })?;
        let patience = validation.patience.unwrap_or(u64::MAX);
        let is_best = self.progress.judged(value);
        if let (true, Some(options)) = (is_best, &run.checkpoints) {
            RunFolder::new(&options.folder).save_best(step, |dir| Ok(model.save(dir)?))?;
        }
        let ending = run.told(&Event::Validation { step, value, is_best }, ending);
        let is_over = ending == Ending::Finished && self.progress.without_improvement >= patience;
        Ok(if is_over { Ending::NoImprovement } else { ending })
    }

    /// Writes a checkpoint if it is time to.
    fn keep(&self, run: &mut Run<'_>, ending: Ending) -> Result<Ending, Error> {
        let step = self.progress.step;
        let Some(CheckpointOptions { folder, every, keep }) = &run.checkpoints else {
            return Ok(ending);
        };
        let is_last = step == self.config.steps || ending != Ending::Finished;
        if !(is_last || step.is_multiple_of(*every)) {
            return Ok(ending);
        }
        let folder = RunFolder::new(folder).save(step, *keep, |dir| self.save(dir))?;
        Ok(run.told(&Event::Checkpoint { step, folder }, ending))
    }

    fn save(&self, dir: &Path) -> Result<(), Error> {
        let Self { trained, config, optimiser, progress, .. } = self;
        state::save(dir, &self.checkpoint(), trained, optimiser, config, progress)
    }
}
