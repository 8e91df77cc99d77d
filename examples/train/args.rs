//! The command line.

use std::error::Error;
use std::path::PathBuf;

use jacolbert::model::{Checkpoint, FreshWeights, TokenWeights};
use jacolbert::tokenizer::TokenizerTrainer;
use jacolbert::train::loss::{InBatchNegatives, InBatchTerm, Loss};
use jacolbert::train::{
    Chunking, Error as TrainError, ExampleOptions, Examples, IdFormat, Schedule, TooFewNegatives,
    TrainOptions, Trainer,
};
use jacolbert::{Device, LoadOptions};
use lexopt::prelude::*;

use crate::split::Split;

/// What the command line says.
pub(crate) struct Args {
    pub(crate) data: PathBuf,
    pub(crate) start: PathBuf,
    /// Whether the weights of `start` are left aside.
    pub(crate) fresh: bool,
    /// Tokens of a tokenizer to train; without it that of `start` is taken.
    pub(crate) vocab_size: Option<usize>,
    /// What a neighbour counts for beside the token itself, in fresh weights.
    pub(crate) neighbours: f64,
    /// Passages to judge by.
    pub(crate) held_out: usize,
    pub(crate) out: PathBuf,
    pub(crate) options: TrainOptions,
}

impl Args {
    pub(crate) fn examples(&self) -> Result<Examples, TrainError> {
        let file = |name| self.data.join(name);
        let queries = file("queries.tsv");
        let collection = file("collection.tsv");
        let options =
            ExampleOptions { too_few_negatives: TooFewNegatives::Skip, ..Default::default() };
        let rows = self.rows();
        Examples::with_ids(&rows, IdFormat::HardNegatives, &queries, &collection, &options)
    }

    /// The training in the folder, or a new one.
    pub(crate) fn trainer(&self, split: &Split) -> Result<Trainer, Box<dyn Error>> {
        let load = LoadOptions::default();
        let device = Device::flex();
        match Trainer::resume(&self.checkpoints(), self.options, &load, &device) {
            Err(TrainError::NoCheckpoint { .. }) => {
                let start = if self.fresh {
                    self.lexical_model(split)?
                } else {
                    Checkpoint::from_dir(&self.start, &load, &device)?
                };
                start.save(&self.start_weights())?;
                Ok(Trainer::new(start, self.options)?)
            }
            Ok(_) if !self.start_weights().is_dir() => {
                Err(format!("{} is missing", self.start_weights().display()).into())
            }
            resumed => Ok(resumed?),
        }
    }

    /// A fresh model that finds passages as well as BM25 does: by the words of a question, the
    /// rare ones before the frequent ones, best where they stand together.
    fn lexical_model(&self, split: &Split) -> Result<Checkpoint, Box<dyn Error>> {
        let device = Device::flex();
        device.seed(self.options.seed);
        let fresh = FreshWeights::LEXICAL;
        let load = LoadOptions::default();
        let mut start = Checkpoint::from_config(&self.start, fresh, &load, &device)?;
        if let Some(vocab_size) = self.vocab_size {
            let trainer = TokenizerTrainer { vocab_size, ..Default::default() };
            let tokenizer = trainer.train(split.trained_passages())?;
            let Checkpoint { bert, config, .. } = start;
            start = Checkpoint::from_scratch(bert, config, &tokenizer, fresh, &device)?;
        }
        let weights = TokenWeights::idf(&start.tokenizer, split.trained_passages())?;
        let mut colbert = start.colbert.weigh_tokens(&weights);
        if self.neighbours != 0.0 {
            colbert = colbert.blend_neighbours(self.neighbours)?;
        }
        Ok(Checkpoint { colbert, ..start })
    }

    /// The folder of the weights before the first step.
    pub(crate) fn start_weights(&self) -> PathBuf {
        self.out.join("start")
    }

    pub(crate) fn checkpoints(&self) -> PathBuf {
        self.out.join("checkpoints")
    }

    /// The rows that are trained with.
    pub(crate) fn rows(&self) -> PathBuf {
        self.out.join("rows.jsonl")
    }

    pub(crate) fn parse() -> Result<Self, Box<dyn Error>> {
        let mut data = None;
        let mut out = None;
        let mut start = PathBuf::from("assets/mini");
        let mut fresh = false;
        let mut vocab_size = None;
        let mut held_out = 800;
        let mut options = TrainOptions { steps: 2_000, ..Default::default() };
        let mut neighbours = 0.25;
        let mut learning_rate = 1e-4;
        let mut temperature = 0.1;
        let mut parser = lexopt::Parser::from_env();
        while let Some(arg) = parser.next()? {
            match arg {
                Long("data") => data = Some(parser.value()?.into()),
                Long("out") => out = Some(parser.value()?.into()),
                Long("start") => start = parser.value()?.into(),
                Long("fresh") => fresh = true,
                Long("vocab-size") => vocab_size = Some(parser.value()?.parse()?),
                Long("neighbours") => neighbours = parser.value()?.parse()?,
                Long("held-out") => held_out = parser.value()?.parse()?,
                Long("steps") => options.steps = parser.value()?.parse()?,
                Long("batch") => options.batch_size = parser.value()?.parse()?,
                Long("texts") => {
                    options.chunking = Chunking::ByLength { texts: parser.value()?.parse()? };
                }
                Long("rate") => learning_rate = parser.value()?.parse()?,
                Long("temperature") => temperature = parser.value()?.parse()?,
                Long("seed") => options.seed = parser.value()?.parse()?,
                other => return Err(other.unexpected().into()),
            }
        }
        let negatives = InBatchNegatives::PyLate { temperature };
        options.loss = Loss { n_way: None, in_batch: Some(InBatchTerm { negatives, weight: 1.0 }) };
        let warmup_steps = options.steps / 10;
        options.schedule = Schedule { learning_rate, warmup_steps, ..Default::default() };
        Ok(Self {
            data: data.ok_or("--data FOLDER is missing")?,
            out: out.ok_or("--out FOLDER is missing")?,
            start,
            fresh: fresh || vocab_size.is_some(),
            vocab_size,
            neighbours,
            held_out,
            options,
        })
    }
}
