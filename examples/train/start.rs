//! Where a training starts: at its latest checkpoint, or with the model to start from.

use anyhow::{Context, bail};
use jacolbert::model::{Checkpoint, FreshWeights, TokenWeights};
use jacolbert::tokenizer::TokenizerTrainer;
use jacolbert::train::{Error as TrainError, TrainOptions, Trainer};
use jacolbert::{Device, LoadOptions};

use crate::args::Args;
use crate::split::Split;

/// Where a training starts.
pub(crate) enum Start {
    /// At its latest checkpoint.
    Resumed(Box<Trainer>),
    /// With a model whose weights are used, or not.
    Model(Box<Checkpoint>),
}

impl Start {
    /// Opens the latest checkpoint, or the model if there is none.
    pub(crate) fn open(args: &Args) -> anyhow::Result<Self> {
        let load = LoadOptions::default();
        let device = Device::flex();
        let folder = args.checkpoints();
        let resumed = match args.prolong {
            None => Trainer::resume(&folder, args.options, &load, &device),
            Some(steps) => {
                let options = TrainOptions { steps, ..args.options };
                Trainer::prolong(&folder, options, &load, &device)
            }
        };
        match resumed {
            Err(TrainError::NoCheckpoint { .. }) if args.prolong.is_none() => {
                let model = if args.fresh {
                    device.seed(args.options.seed);
                    Checkpoint::from_config(&args.start, FreshWeights::LEXICAL, &load, &device)?
                } else {
                    Checkpoint::from_dir(&args.start, &load, &device)?
                };
                Ok(Self::Model(Box::new(model)))
            }
            Err(error @ TrainError::MoreSteps { .. }) => {
                Err(error).context("keep --steps, and add --prolong N to train until step N")
            }
            Ok(_) if !args.start_weights().is_dir() => {
                bail!("{} is missing", args.start_weights().display());
            }
            resumed => Ok(Self::Resumed(Box::new(resumed?))),
        }
    }

    /// The training.
    pub(crate) fn trainer(self, args: &Args, split: &Split) -> anyhow::Result<Trainer> {
        let model = match self {
            Self::Resumed(trainer) => return Ok(*trainer),
            Self::Model(model) if args.fresh => lexical_model(*model, args, split)?,
            Self::Model(model) => *model,
        };
        model.save(&args.start_weights())?;
        Ok(Trainer::new(model, args.options)?)
    }
}

/// A fresh model that finds passages as well as BM25 does: by the words of a question, the
/// rare ones before the frequent ones, best where they stand together.
fn lexical_model(mut start: Checkpoint, args: &Args, split: &Split) -> anyhow::Result<Checkpoint> {
    let device = Device::flex();
    let fresh = FreshWeights::LEXICAL;
    if let Some(vocab_size) = args.vocab_size {
        let trainer = TokenizerTrainer { vocab_size, ..Default::default() };
        let tokenizer = trainer.train(split.trained_passages())?;
        let Checkpoint { bert, config, .. } = start;
        start = Checkpoint::from_scratch(bert, config, &tokenizer, fresh, &device)?;
    }
    let weights = TokenWeights::idf(&start.tokenizer, split.trained_passages())?;
    let mut colbert = start.colbert.weigh_tokens(&weights);
    if args.neighbours != 0.0 {
        colbert = colbert.blend_neighbours(args.neighbours)?;
    }
    Ok(Checkpoint { colbert, ..start })
}
