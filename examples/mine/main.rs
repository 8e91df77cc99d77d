//! Makes training data of a BEIR folder: its judged pairs, with negatives that a search takes for
//! answers.
//!
//! `--beir` holds `corpus.jsonl`, `queries.jsonl` and `qrels/train.tsv` (`--split` names another file).
//! The search is the model in the folder `--model`, or any engine by its run, `--run run.trec`; with
//! both, negatives of the run come first. Passages of the ranks from `--min-rank` (1) to `--max-rank`
//! (100) become negatives, `--negatives` (10) a query and search; not those that hold an answer, if
//! `--answers` has a file of lines `query id<TAB>answer`. `--out` gets what the example `train` reads.
//!
//!     cargo run --release -p jacolbert-baselines --example bm25 -- \
//!         --beir FOLDER --split train --run bm25.trec
//!     cargo run --release -p jacolbert --features train --example mine -- \
//!         --beir FOLDER --run bm25.trec --model assets/mini --out FOLDER

mod args;
mod negatives;
mod texts;

use std::error::Error;

use jacolbert::eval::{BeirFolder, Run};

use args::Args;
use negatives::{mine_by_model, mine_by_run};
use texts::Texts;

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse()?;
    let folder = BeirFolder::open(&args.beir)?;
    let beir = Texts::read(&folder)?;
    let mut data = beir.training_data(&folder.qrels(&args.split)?, args.answers.as_deref())?;
    if let Some(path) = &args.run {
        mine_by_run(&mut data, &beir, &Run::open_trec(path)?, &args.mining)?;
    }
    if let Some(model) = &args.model {
        mine_by_model(&mut data, model, &args.out, &args.mining)?;
    }
    let written = data.write(&args.out)?;
    println!("{} rows in {}", written.num_rows, args.out.display());
    Ok(())
}
