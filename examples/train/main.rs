//! Trains a model on questions with a passage that answers and some that seem to, and goes on where it
//! was interrupted.
//!
//! `--data` holds `queries.tsv` and `collection.tsv` (`id<TAB>text`) and `hard_negatives.jsonl`
//! (`{"query_id", "positive_ids", "negative_ids"}` a line, all of them numbers). The model is judged by
//! the questions about the last `--held-out` passages, with which it is not trained; nor with those that
//! `overlap.txt` lists, if there is one. `--fresh` begins with fresh weights of the shape of `--start`,
//! `--vocab-size` with a fresh tokenizer as well, trained on the same passages.
//! Fresh weights look at a token's neighbours, of which `--neighbours` (0.25; 0 is none) is added to it.
//! `--out` gets `metrics.jsonl`, `loss.svg`, checkpoints, and in `model` the mean of the weights
//! that were judged best and those of the beginning, or the former if the mean is worse by more than a standard error.
//!
//! Scores are divided by `--temperature` (0.1). The demonstration model in `assets/mini` was made so:
//!
//!     cargo run --release --features train --example train -- \
//!         --data FOLDER --start assets/mini --fresh --out FOLDER --steps 200 --batch 16 --rate 5e-5 --texts 8
//!
//! `--texts 8` has so many texts of like length go through the model together, which is faster on a CPU: little is
//! computed for filling. With glibc, whose allocator gives the large blocks of a step back after it, a step takes less of the CPU with
//! `MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=8589934592 MALLOC_TOP_PAD_=268435456` before the command.

mod args;
mod judge;
mod log;
mod split;

use std::error::Error;
use std::path::Path;

use jacolbert::model::{Checkpoint, WeightFormat};
use jacolbert::train::{CheckpointOptions, Run, Validation, average};
use jacolbert::{Device, LoadOptions};

use args::Args;
use judge::Judge;
use log::Log;
use split::Split;

/// Steps from one judgement, and one checkpoint, to the next.
const EVERY: u64 = 50;

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parsed()?;
    let split = Split::open(&args.data, args.held_out)?;
    std::fs::create_dir_all(&args.out)?;
    split.write_rows(&args.rows())?;
    let mut examples = args.examples()?;
    println!("{} rows, {} without negatives", examples.num_rows(), examples.num_skipped());
    let judge = Judge::new(&split)?;
    let mut trainer = args.trainer(&split)?;

    let mut log = Log::open(&args, trainer.step())?;
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
    chosen(&best, &args, &judge)?.save_as(&args.out.join("model"), WeightFormat::F16)?;
    Ok(())
}

/// The mean of the weights at the beginning and in the folder `best`, unless it is worse than the latter by more than
/// a standard error: it has less of what is true of these articles only (Wortsman et al., "Robust fine-tuning of
/// zero-shot models", 2022).
fn chosen(best: &Path, args: &Args, judge: &Judge) -> Result<Checkpoint, Box<dyn Error>> {
    let device = Device::flex();
    let trained = Checkpoint::from_dir(best, &LoadOptions::default(), &device)?;
    let mean = average(&[&args.begun_from(), best], &device)?;
    let recall = |model| judge.recall_at_1(model).map_err(|error| error as Box<dyn Error>);
    let of_trained = recall(&trained)?;
    let of_mean = recall(&mean)?;
    println!("recall@1 {of_trained:.4}; of its mean with the start {of_mean:.4}");
    let least = of_trained - judge.standard_error(of_trained);
    Ok(if of_mean < least { trained } else { mean })
}
