//! JQaRA: 100 passages put in order for each question.
//!
//!     cargo run --release -p jacolbert-reproduction --example reproduce_jqara -- JQaRA-FOLDER --model assets/mini
//!
//! `jacolbert_reproduction::USAGE` has the further options, and the module `jqara` the folder's files.

mod table;

use jacolbert_reproduction::{jqara, published};
use table::{args, reproduce};

fn main() -> anyhow::Result<()> {
    let args = args()?;
    let collection = jqara::open(&args.data)?;
    reproduce(&args, &collection, &published::JQARA)
}
