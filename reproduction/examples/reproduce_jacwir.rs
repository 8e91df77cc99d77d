//! JaCWIR: 100 pages put in order for each question.
//!
//!     cargo run --release -p jacolbert-reproduction --example reproduce_jacwir -- JaCWIR-FOLDER --model assets/mini
//!
//! `jacolbert_reproduction::USAGE` has the further options, and the module `jacwir` the folder's files.

mod table;

use jacolbert_reproduction::{jacwir, published};
use table::{args, reproduce};

fn main() -> anyhow::Result<()> {
    let args = args()?;
    let collection = jacwir::open(&args.data)?;
    reproduce(&args, &collection, &published::JACWIR)
}
