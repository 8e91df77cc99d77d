//! The command line.

use std::path::PathBuf;

use anyhow::{Context, bail};
use jacolbert::train::BadTexts;
use jacolbert::train::prepare::MiningOptions;
use lexopt::prelude::*;

const USAGE: &str = "\
mine --beir FOLDER --out FOLDER [--run FILE] [--model FOLDER] [options]

  --beir FOLDER     corpus.jsonl, queries.jsonl and qrels/train.tsv
  --out FOLDER      gets queries.tsv, collection.tsv and hard_negatives.jsonl
  --split NAME      the judgements in qrels/NAME.tsv (train)
  --run FILE        negatives of any engine's ranking, a TREC run
  --model FOLDER    negatives of this model's ranking
  --negatives N     of each ranking, for each query (10)
  --min-rank N      the best rank of a negative (1)
  --max-rank N      the worst rank of a negative (100)
  --answers FILE    lines `query id<TAB>answer`; passages with an answer are no negatives
  --skip-bad-texts  leave out and count judged texts that are empty, missing or judged both ways,
                    and lines with an id that an earlier line has";

/// What the command line says; see the head of `main.rs`.
pub(crate) struct Args {
    pub(crate) beir: PathBuf,
    pub(crate) split: String,
    pub(crate) run: Option<PathBuf>,
    pub(crate) model: Option<PathBuf>,
    pub(crate) answers: Option<PathBuf>,
    pub(crate) mining: MiningOptions,
    pub(crate) bad_texts: BadTexts,
    pub(crate) out: PathBuf,
}

impl Args {
    /// Reads the command line; `None` if it asks for help, which is printed.
    pub(crate) fn parse() -> anyhow::Result<Option<Self>> {
        let mut beir = None;
        let mut out = None;
        let mut run = None;
        let mut model = None;
        let mut answers = None;
        let mut split = "train".to_string();
        let mut mining = MiningOptions::default();
        let mut bad_texts = BadTexts::Refuse;
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
                Long("skip-bad-texts") => bad_texts = BadTexts::Skip,
                Long("help") | Short('h') => {
                    println!("{USAGE}");
                    return Ok(None);
                }
                other => bail!("{}\n\n{USAGE}", other.unexpected()),
            }
        }
        let beir = beir.with_context(|| missing("beir"))?;
        let out = out.with_context(|| missing("out"))?;
        Ok(Some(Self { beir, split, run, model, answers, mining, bad_texts, out }))
    }
}

fn missing(option: &str) -> String {
    format!("--{option} FOLDER is missing\n\n{USAGE}")
}
