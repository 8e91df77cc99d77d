//! A checkpoint of any layout, saved in that of colbert-ai, which transformers reads too.
//!
//!     cargo run --release -p jacolbert-model --example save_as_colbert_ai -- FROM TO [DICTIONARY]

use std::path::PathBuf;

use anyhow::Context;
use jacolbert_model::{Checkpoint, Device, LoadOptions};

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let usage = "give the folder of a checkpoint, and the one to save it to";
    let (from, to) = (arguments.next().context(usage)?, arguments.next().context(usage)?);
    let options = LoadOptions { dictionary: arguments.next(), ..Default::default() };

    let checkpoint = Checkpoint::from_dir(&from, &options, &Device::flex())?;
    checkpoint.save(&to)?;
    println!(
        "{} layers, embeddings of length {}, are in {}",
        checkpoint.bert.num_hidden_layers,
        checkpoint.config.dim,
        to.display()
    );
    Ok(())
}
