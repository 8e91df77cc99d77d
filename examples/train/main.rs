//! Trains a model on questions, each with a passage that answers it and some that seem to. An interrupted
//! training goes on where it stopped.
//!
//! `--data` has `queries.tsv` and `collection.tsv` (`id<TAB>text`), and `hard_negatives.jsonl` with lines
//! `{"query_id", "positive_ids", "negative_ids"}`. Questions about the last `--held-out` passages
//! judge the model and do not train it. Passages in `overlap.txt`, if it exists, do neither. `--out` gets the metrics,
//! checkpoints, and in `model` the mean of the best and the first weights, unless that is worse.
//!
//! The demonstration model in `assets/mini` was made by:
//!
//!     cargo run --release -p jacolbert --features train --example train -- --data FOLDER --start assets/mini \
//!         --fresh --out FOLDER --steps 200 --batch 16 --rate 5e-5 --texts 8
//!
//! `--help` and docs/training.md have all options.

mod args;
mod judge;
mod log;
mod split;
mod start;

use std::fs;

use anyhow::Context;
use jacolbert::model::WeightFormat;
use jacolbert::train::{
    CheckpointOptions, ExampleOptions, Examples, IdFormat, TooFewNegatives, TrainingHooks,
    Validation,
};

use args::Args;
use judge::Judge;
use log::Log;
use split::Split;
use start::Start;

/// Steps from one judgement, and one checkpoint, to the next.
const EVERY: u64 = 50;

fn main() -> anyhow::Result<()> {
    let Some(args) = Args::parse()? else {
        return Ok(());
    };
    // All that is read is opened and checked before the first step that takes long.
    let start = Start::open(&args)?;
    let split = Split::open(&args.data, args.held_out)?;
    fs::create_dir_all(&args.out).with_context(|| format!("cannot make {}", args.out.display()))?;
    split.write_rows(&args.rows())?;
    let mut examples = open_examples(&args)?;
    println!("{} rows; left out: {:?}", examples.num_rows(), examples.skipped());
    let judge = Judge::new(&split)?;
    let mut trainer = start.trainer(&args, &split)?;

    let mut log = Log::open(&args, trainer.step())?;
    let hooks = TrainingHooks::new()
        .on_event(|event| log.record(event))
        .checkpoints(CheckpointOptions { folder: args.checkpoints(), every: EVERY, keep: 2 })
        .validation(Validation::new(EVERY, |model| Ok(judge.recall_at_1(model)?)).patience(8));
    let outcome = trainer.run(&mut examples, hooks)?;
    log.finish()?;
    let best = outcome.best.context("the training has no steps")?;
    println!("{:?}; best after step {}: recall@1 {:.4}", outcome.ending, best.step, best.value);
    let best_model = args.checkpoints().join(format!("best-{:08}", best.step));
    judge
        .better_of(&best_model, &args.start_weights())?
        .save_as(&args.out.join("model"), WeightFormat::F16)?;
    Ok(())
}

/// The rows in the folder of the training, with the texts of the data.
fn open_examples(args: &Args) -> anyhow::Result<Examples> {
    let options = ExampleOptions {
        too_few_negatives: TooFewNegatives::Skip,
        bad_texts: args.bad_texts,
        ..Default::default()
    };
    let [queries, collection] = ["queries.tsv", "collection.tsv"].map(|name| args.data.join(name));
    let rows = args.rows();
    Ok(Examples::with_ids(&rows, IdFormat::HardNegatives, &queries, &collection, &options)?)
}
