//! Mr.TyDi-ja: the right passages among 100,000 others, or with `--full` among all.
//!
//!     cargo run --release -p jacolbert-reproduction --example reproduce_mr_tydi -- mrtydi-v1.0-japanese --model assets/mini
//!
//! `jacolbert_reproduction::USAGE` has the further options, and the module `mr_tydi` the folder's files.

mod table;

use jacolbert_reproduction::{mr_tydi, published};
use table::{args, reproduce};

fn main() -> anyhow::Result<()> {
    let args = args()?;
    let collection = mr_tydi::open_full(&args.data)?;
    if args.full {
        return reproduce(&args, &collection, &published::NONE);
    }
    let collection = mr_tydi::sampled(collection, mr_tydi::NUM_RANDOM, mr_tydi::SEED)?;
    reproduce(&args, &collection, &published::MR_TYDI)
}
