//! Trains a model on questions with a passage that answers and some that seem to, and goes on where it
//! was interrupted.
//!
//! `--data` holds `queries.tsv` and `collection.tsv` (`id<TAB>text`) and `hard_negatives.jsonl`
//! (`{"query_id", "positive_ids", "negative_ids"}` a line); `--beir` a set by which the model is judged.
//! `--out` gets `metrics.jsonl`, `loss.svg`, checkpoints, and in `model` the model that was judged best.
//!
//!     cargo run --release --features train --example train -- \
//!         --data FOLDER --beir FOLDER --start assets/mini --out FOLDER --steps 2000

mod args;
mod judge;
mod log;

use std::error::Error;

use jacolbert::Device;
use jacolbert::model::Checkpoint;
use jacolbert::train::{CheckpointOptions, Run, Validation};

use args::Args;
use judge::Judge;
use log::Log;

/// Steps from one judgement, and one checkpoint, to the next.
const EVERY: u64 = 250;

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parsed()?;
    let mut examples = args.examples()?;
    println!("{} rows, {} without negatives", examples.num_rows(), examples.num_skipped());
    let judge = Judge::open(&args.beir)?;
    let mut trainer = args.trainer()?;

    let mut log = Log::open(&args)?;
    let outcome = trainer.run(
        &mut examples,
        &mut Run {
            progress: &mut |event| log.note(event),
            checkpoints: Some(CheckpointOptions { folder: args.runs(), every: EVERY, keep: 2 }),
            validation: Some(Validation {
                every: EVERY,
                patience: Some(8),
                measure: &mut |model| judge.recall_at_1(model),
            }),
        },
    )?;
    log.finish()?;
    let best = outcome.best.ok_or("the training has no steps")?;
    println!("{:?}; best after step {}: recall@1 {:.4}", outcome.ending, best.step, best.value);
    let best = args.runs().join(format!("best-{:08}", best.step));
    Checkpoint::from_dir(&best, &Device::flex())?.save(&args.out.join("model"))?;
    Ok(())
}
