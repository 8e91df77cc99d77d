//! Trains a model on questions, each with a passage that answers it and some that seem to. An interrupted
//! training goes on where it stopped.
//!
//! `--data` has `queries.tsv` and `collection.tsv` (`id<TAB>text`), and `hard_negatives.jsonl` with lines
//! `{"query_id", "positive_ids", "negative_ids"}`; all ids are numbers. Questions about the last `--held-out` passages
//! judge the model and do not train it. Passages in `overlap.txt`, if it exists, do neither. `--out` gets the metrics,
//! checkpoints, and in `model` the mean of the best and the first weights, unless that is worse.
//!
//! The demonstration model in `assets/mini` was made by:
//!
//!     cargo run --release -p jacolbert --features train --example train -- --data FOLDER --start assets/mini \
//!         --fresh --out FOLDER --steps 200 --batch 16 --rate 5e-5 --texts 8
//!
//! docs/training.md has all options.

mod args;
mod judge;
mod log;
mod split;

use std::error::Error;
use std::path::Path;

use jacolbert::model::{Checkpoint, WeightFormat};
use jacolbert::train::{CheckpointOptions, TrainingHooks, Validation, average};
use jacolbert::{Device, LoadOptions};

use args::Args;
use judge::Judge;
use log::Log;
use split::Split;

/// Steps from one judgement, and one checkpoint, to the next.
const EVERY: u64 = 50;

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse()?;
    let split = Split::open(&args.data, args.held_out)?;
    std::fs::create_dir_all(&args.out)?;
    split.write_rows(&args.rows())?;
    let mut examples = args.examples()?;
    println!("{} rows, {} without negatives", examples.num_rows(), examples.num_skipped());
    let judge = Judge::new(&split)?;
    let mut trainer = args.trainer(&split)?;

    let mut log = Log::open(&args, trainer.step())?;
    let hooks = TrainingHooks::new()
        .on_event(|event| log.record(event))
        .checkpoints(CheckpointOptions { folder: args.checkpoints(), every: EVERY, keep: 2 })
        .validation(Validation::new(EVERY, |model| judge.recall_at_1(model)).patience(8));
    let outcome = trainer.run(&mut examples, hooks)?;
    log.finish()?;
    let best = outcome.best.ok_or("the training has no steps")?;
    println!("{:?}; best after step {}: recall@1 {:.4}", outcome.ending, best.step, best.value);
    let best_model = args.checkpoints().join(format!("best-{:08}", best.step));
    choose_model(&best_model, &args, &judge)?
        .save_as(&args.out.join("model"), WeightFormat::F16)?;
    Ok(())
}

/// The mean of the first and the best weights, which fits these articles less closely (Wortsman et al., "Robust
/// fine-tuning of zero-shot models", 2022), unless it is worse by more than a standard error.
fn choose_model(best: &Path, args: &Args, judge: &Judge) -> Result<Checkpoint, Box<dyn Error>> {
    let device = Device::flex();
    let load = LoadOptions::default();
    let trained = Checkpoint::from_dir(best, &load, &device)?;
    let mean = average(&[&args.start_weights(), best], &load, &device)?;
    let recall = |model| judge.recall_at_1(model).map_err(|error| error as Box<dyn Error>);
    let of_trained = recall(&trained)?;
    let of_mean = recall(&mean)?;
    println!("recall@1 {of_trained:.4}; of its mean with the start {of_mean:.4}");
    let least = of_trained - judge.standard_error(of_trained);
    Ok(if of_mean < least { trained } else { mean })
}
