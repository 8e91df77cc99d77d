//! `jacolbert train`: a model trained on questions.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use clap::Args;
use jacolbert::model::Checkpoint;
use jacolbert::{Device, LoadOptions};
use jacolbert_train::loss::{InBatchNegatives, InBatchTerm, Loss};
use jacolbert_train::prepare::{COLLECTION, QUERIES, ROWS};
use jacolbert_train::{
    BadTexts, CheckpointOptions, Chunking, Ending, Error as TrainError, Event, ExampleOptions,
    Examples, IdFormat, Outcome, Schedule, TooFewNegatives, TrainOptions, Trainer, TrainingHooks,
};
use serde_json::json;

use crate::error::Error;
use crate::exit::Exit;
use crate::output::Output;
use crate::progress::Progress;

/// Checkpoints that are kept; older ones are removed.
const KEPT: usize = 2;

const EXAMPLES: &str = "\
Examples:
  jacolbert mine --model assets/mini --out data my-questions/
  jacolbert train --start assets/mini --out trained data
  jacolbert index --model trained/model my-folder/

DATA has queries.tsv, collection.tsv and hard_negatives.jsonl, as `jacolbert mine` writes them.";

/// Train a model on questions and the passages that answer them
///
/// An interrupted training stops after the present step. The same command goes on from the last checkpoint, and gives
/// the same model as without the interruption. docs/training.md explains the options.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct TrainCommand {
    /// The folder of the training data
    data: PathBuf,
    /// The folder of the model to start with
    #[arg(long, value_name = "MODEL")]
    start: PathBuf,
    /// Gets the trained model, in `model`, and checkpoints, from which an interrupted training goes on
    #[arg(short, long, value_name = "FOLDER")]
    out: PathBuf,
    /// Steps of the training
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    steps: u64,
    /// Questions of a step. Each is compared with the passages of all others
    #[arg(long, value_name = "N", default_value_t = 32)]
    batch: usize,
    /// Texts that are computed at once. Fewer take less memory; the result is the same up to rounding
    #[arg(long, value_name = "N")]
    texts: Option<usize>,
    /// The highest learning rate
    #[arg(long, value_name = "RATE", default_value_t = 1e-4)]
    rate: f64,
    /// The temperature of the loss
    #[arg(long, value_name = "T", default_value_t = 0.1)]
    temperature: f32,
    /// The seed of all random numbers
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Steps from one checkpoint to the next
    #[arg(long, value_name = "N", default_value_t = 100)]
    checkpoint_every: u64,
    /// Leave out texts that cannot be trained with. By default the first one is an error
    #[arg(long)]
    skip_bad_texts: bool,
    /// Where to compute: flex, on the CPU, or a device whose cargo feature is installed
    #[arg(long, value_name = "DEVICE", default_value = "flex")]
    device: Device,
}

impl TrainCommand {
    pub(crate) fn run(self, output: &Output) -> Result<Exit, Error> {
        // All that is read is opened and checked before the first step.
        let mut examples = self.open_examples()?;
        output.note(format!("{} rows; left out: {:?}", examples.num_rows(), examples.skipped()));
        let mut trainer = self.open_trainer()?;
        let outcome = self.train(&mut trainer, &mut examples, output)?;
        if outcome.ending == Ending::Stopped {
            output.note(format!(
                "stopped after step {}; the same command goes on from the last checkpoint",
                outcome.step
            ));
            return Ok(Exit::Interrupted);
        }
        let model = self.out.join("model");
        trainer.checkpoint().save(&model)?;
        if output.is_json() {
            output.value(&json!({ "steps": outcome.step, "model": model }))?;
        } else {
            output.note(format!("the model is in {}", model.display()));
        }
        Ok(Exit::Done)
    }

    fn open_examples(&self) -> Result<Examples, Error> {
        let options = ExampleOptions {
            too_few_negatives: TooFewNegatives::Skip,
            bad_texts: if self.skip_bad_texts { BadTexts::Skip } else { BadTexts::Refuse },
            ..Default::default()
        };
        let [rows, queries, collection] =
            [ROWS, QUERIES, COLLECTION].map(|name| self.data.join(name));
        Ok(Examples::with_ids(&rows, IdFormat::HardNegatives, &queries, &collection, &options)?)
    }

    /// The training as its latest checkpoint has it, or a new one if there is none.
    fn open_trainer(&self) -> Result<Trainer, Error> {
        let load = LoadOptions::default();
        let options = self.options();
        match Trainer::resume(&self.checkpoints(), options, &load, &self.device) {
            Err(TrainError::NoCheckpoint { .. }) => {
                let start = Checkpoint::from_dir(Path::new(&self.start), &load, &self.device)?;
                Ok(Trainer::new(start, options)?)
            }
            resumed => Ok(resumed?),
        }
    }

    fn train(
        &self,
        trainer: &mut Trainer,
        examples: &mut Examples,
        output: &Output,
    ) -> Result<Outcome, Error> {
        let of = usize::try_from(self.steps).ok();
        let progress = Progress::start(output, "training", of)?;
        let checkpoints = CheckpointOptions {
            folder: self.checkpoints(),
            every: self.checkpoint_every,
            keep: KEPT,
        };
        let hooks = TrainingHooks::new().checkpoints(checkpoints).on_event(|event| match event {
            Event::Step { step, .. } => {
                progress.count(usize::try_from(*step).unwrap_or(usize::MAX), of)
            }
            _ => ControlFlow::Continue(()),
        });
        Ok(trainer.run(examples, hooks)?)
    }

    fn options(&self) -> TrainOptions {
        let negatives = InBatchNegatives::PyLate { temperature: self.temperature };
        let chunking = self.texts.map_or(Chunking::Whole, |texts| Chunking::ByLength { texts });
        TrainOptions {
            steps: self.steps,
            batch_size: self.batch,
            chunking,
            loss: Loss { n_way: None, in_batch: Some(InBatchTerm { negatives, weight: 1.0 }) },
            schedule: Schedule {
                learning_rate: self.rate,
                warmup_steps: self.steps / 10,
                ..Default::default()
            },
            seed: self.seed,
            ..Default::default()
        }
    }

    fn checkpoints(&self) -> PathBuf {
        self.out.join("checkpoints")
    }
}
