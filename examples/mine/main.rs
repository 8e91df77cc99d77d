//! Makes training data of a BEIR folder: its judged pairs, with negatives that a search takes for
//! answers.
//!
//! `--beir` holds `corpus.jsonl`, `queries.jsonl` and `qrels/train.tsv` (`--split` names another file).
//! The search is the model in the folder `--model`, or any engine by its run, `--run run.trec`; with
//! both, negatives of the run come first. `--out` gets what the example `train` reads. `--help` lists
//! all options.
//!
//!     cargo run --release -p jacolbert-baselines --example bm25 -- \
//!         --beir FOLDER --split train --run bm25.trec
//!     cargo run --release -p jacolbert --features train --example mine -- \
//!         --beir FOLDER --run bm25.trec --model assets/mini --out FOLDER

mod args;
mod negatives;
mod texts;

use std::fs;

use anyhow::Context;
use jacolbert::Retriever;
use jacolbert::eval::{BeirFolder, Run};

use args::Args;
use negatives::{mine_by_model, mine_by_run};
use texts::Texts;

fn main() -> anyhow::Result<()> {
    let Some(args) = Args::parse()? else {
        return Ok(());
    };
    // All that is read is opened and checked before the first search.
    let folder = BeirFolder::open(&args.beir)?;
    let qrels = folder.qrels(&args.split)?;
    let run = args.run.as_deref().map(Run::open_trec).transpose()?;
    let retriever = args.model.as_ref().map(Retriever::from_dir).transpose()?;
    fs::create_dir_all(&args.out).with_context(|| format!("cannot make {}", args.out.display()))?;
    let beir = Texts::read(&folder, &args)?;
    let mut data = beir.training_data(&qrels, &args)?;

    if let Some(run) = &run {
        mine_by_run(&mut data, &beir, run, &args.mining)?;
    }
    if let Some(retriever) = &retriever {
        mine_by_model(&mut data, retriever, &args.out, &args.mining)?;
    }
    let written = data.write(&args.out)?;
    println!("{} rows in {}", written.num_rows, args.out.display());
    Ok(())
}
