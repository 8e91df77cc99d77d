//! JSQuAD: BM25 and late interaction models on the valid file, as JGLUE distributes it.
//!
//!     cargo run --release -p jacolbert-reproduction --example reproduce_jsquad -- JSQuAD-FOLDER --model assets/mini
//!
//! `jacolbert_reproduction::USAGE` has the further options, and the module `jsquad` the folder's files.

mod table;

use jacolbert_reproduction::{jsquad, published};
use table::{args, reproduce};

fn main() -> anyhow::Result<()> {
    let args = args()?;
    let collection = jsquad::open(&args.data)?;
    reproduce(&args, &collection, &published::JSQUAD)
}
