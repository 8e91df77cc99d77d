//! The command line.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use jacolbert::train::loss::{InBatchNegatives, InBatchTerm, Loss};
use jacolbert::train::{BadTexts, Chunking, Schedule, TrainOptions};
use lexopt::prelude::*;

const USAGE: &str = "\
train --data FOLDER --out FOLDER [options]

  --data FOLDER     queries.tsv, collection.tsv and hard_negatives.jsonl
  --out FOLDER      gets metrics, checkpoints and the model
  --start FOLDER    checkpoint to start from (the demonstration model)
  --fresh           ignore its weights and start from fresh ones
  --vocab-size N    also train a tokenizer of this size
  --neighbours X    in fresh weights, weigh the neighbours of a token by this value (0.25)
  --steps N         updates of the weights (2000)
  --prolong N       continue a training that did all its --steps until step N
  --batch N         queries of a batch (32)
  --texts N         texts of similar length that go through the model together (all)
  --rate X          largest learning rate (1e-4)
  --temperature X   divisor of the scores (0.1)
  --held-out N      judge with the last N passages, and do not train with them (800)
  --seed N          seed of all that is random (0)
  --skip-bad-texts  leave out and count texts that cannot be trained with, such as empty ones";

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
    pub(crate) bad_texts: BadTexts,
    pub(crate) options: TrainOptions,
    /// Steps to which a training is prolonged that did all its steps.
    pub(crate) prolong: Option<u64>,
}

impl Args {
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

    /// Reads the command line; `None` if it asks for help, which is printed.
    pub(crate) fn parse() -> anyhow::Result<Option<Self>> {
        let mut data = None;
        let mut out = None;
        let mut start = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/mini");
        let mut fresh = false;
        let mut vocab_size = None;
        let mut held_out = 800;
        let mut prolong = None;
        let mut bad_texts = BadTexts::Refuse;
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
                Long("prolong") => prolong = Some(parser.value()?.parse()?),
                Long("skip-bad-texts") => bad_texts = BadTexts::Skip,
                Long("help") | Short('h') => {
                    println!("{USAGE}");
                    return Ok(None);
                }
                other => bail!("{}\n\n{USAGE}", other.unexpected()),
            }
        }
        let negatives = InBatchNegatives::PyLate { temperature };
        options.loss = Loss { n_way: None, in_batch: Some(InBatchTerm { negatives, weight: 1.0 }) };
        let warmup_steps = options.steps / 10;
        options.schedule = Schedule { learning_rate, warmup_steps, ..Default::default() };
        Ok(Some(Self {
            data: data.with_context(|| missing("data"))?,
            out: out.with_context(|| missing("out"))?,
            start,
            fresh: fresh || vocab_size.is_some(),
            vocab_size,
            neighbours,
            held_out,
            bad_texts,
            options,
            prolong,
        }))
    }
}

fn missing(option: &str) -> String {
    format!("--{option} FOLDER is missing\n\n{USAGE}")
}
