//! MIRACL-ja: the pool of 2023, or with `--full` all passages.
//!
//!     cargo run --release -p jacolbert-reproduction --example reproduce_miracl -- MIRACL-FOLDER --model assets/mini
//!
//! `jacolbert_reproduction::USAGE` has the further options, and the module `miracl` the folder's files. The
//! pool's first stage is BM25 over character bigrams, kept like every other run.

mod table;

use jacolbert_reproduction::miracl::MiraclFolder;
use jacolbert_reproduction::{Bm25, Experiment, Kept, pool, published};
use table::{args, bar, reproduce};

fn main() -> anyhow::Result<()> {
    let args = args()?;
    let folder = MiraclFolder::open(&args.data)?;
    let full = folder.full()?;
    if args.full {
        return reproduce(&args, &full, &published::NONE);
    }
    let kept = Kept::open(&args.out)?;
    let first_stage = Experiment::new(&full, &published::NONE, &kept);
    let first_stage = first_stage.bm25_run(&Bm25::Bigrams, pool::DEPTH, &mut bar())?;
    drop(full);
    reproduce(&args, &folder.pool(&first_stage, pool::DEPTH)?, &published::MIRACL)
}
