//! The command line.

use std::error::Error;
use std::path::PathBuf;

use jacolbert::train::prepare::MiningOptions;
use lexopt::prelude::*;

/// What the command line says; see the head of `main.rs`.
pub(crate) struct Args {
    pub(crate) beir: PathBuf,
    pub(crate) split: String,
    pub(crate) run: Option<PathBuf>,
    pub(crate) model: Option<PathBuf>,
    pub(crate) answers: Option<PathBuf>,
    pub(crate) mining: MiningOptions,
    pub(crate) out: PathBuf,
}

impl Args {
    /// Reads the command line.
    pub(crate) fn parse() -> Result<Self, Box<dyn Error>> {
        let mut beir = None;
        let mut out = None;
        let mut run = None;
        let mut model = None;
        let mut answers = None;
        let mut split = "train".to_string();
        let mut mining = MiningOptions::default();
        let mut parser = lexopt::Parser::from_env();
        while let Some(arg) = parser.next()? {
            match arg {
                Long("beir") => beir = Some(parser.value()?.into()),
                Long("out") => out = Some(parser.value()?.into()),
                Long("split") => split = parser.value()?.string()?,
                Long("run") => run = Some(parser.value()?.into()),
                Long("model") => model = Some(parser.value()?.into()),
                Long("answers") => answers = Some(parser.value()?.into()),
                Long("negatives") => mining.num_negatives = parser.value()?.parse()?,
                Long("min-rank") => mining.minimum_rank = parser.value()?.parse()?,
                Long("max-rank") => mining.maximum_rank = parser.value()?.parse()?,
                other => return Err(other.unexpected().into()),
            }
        }
        let beir = beir.ok_or("--beir FOLDER is missing")?;
        let out = out.ok_or("--out FOLDER is missing")?;
        Ok(Self { beir, split, run, model, answers, mining, out })
    }
}
