//! The command line.

use std::path::{Path, PathBuf};

use anyhow::bail;
use jacolbert::eval::Metric;
use jacolbert::{Bits, Precision};
use lexopt::prelude::*;

use crate::row::Row;

/// What `--help` prints.
pub(crate) const USAGE: &str = "\
usage: hybrid (--beir FOLDER | --held-out FOLDER) [OPTIONS]

--beir FOLDER      corpus.jsonl, queries.jsonl and qrels/SPLIT.tsv, plain or gzip
--split NAME       the judgements; default: test. Only judged queries are searched
--held-out FOLDER  training data as the example `train` reads it (collection.tsv, queries.tsv,
                   hard_negatives.jsonl, overlap.txt): the questions about the last 800 passages
--rows LIST        by comma: bm25, late, default, maxsim, weighted:W and rrf:C:W, with the weight W of BM25 and
                   the constant C; default: bm25,late,maxsim,rrf:60:1,default
--model FOLDER     a late interaction model; default: the demonstration model of this repository
--precision NAME   f32 (default), bf16 or int8
--bits N           bits of the index, 1, 2, 4 or 8; default: 2
--k N              documents per query; default: 10
--metrics LIST     default: recall@1,recall@5,recall@10,ndcg@10
";

/// What the command line says.
pub(crate) struct Args {
    pub(crate) beir: Option<PathBuf>,
    pub(crate) split: String,
    pub(crate) held_out: Option<PathBuf>,
    pub(crate) rows: Vec<Row>,
    pub(crate) model: PathBuf,
    pub(crate) precision: Precision,
    pub(crate) bits: Bits,
    pub(crate) k: usize,
    pub(crate) metrics: Vec<Metric>,
}

impl Args {
    /// Reads the command line; nothing if it asks for help.
    pub(crate) fn parse(mut parser: lexopt::Parser) -> anyhow::Result<Option<Self>> {
        let mut args = Self::default()?;
        while let Some(arg) = parser.next()? {
            match arg {
                Short('h') | Long("help") => return Ok(None),
                Long("beir") => args.beir = Some(parser.value()?.into()),
                Long("split") => args.split = parser.value()?.string()?,
                Long("held-out") => args.held_out = Some(parser.value()?.into()),
                Long("rows") => args.rows = rows(&parser.value()?.string()?)?,
                Long("model") => args.model = parser.value()?.into(),
                Long("precision") => args.precision = parser.value()?.parse()?,
                Long("bits") => args.bits = Bits::try_from(parser.value()?.parse::<u64>()?)?,
                Long("k") => args.k = parser.value()?.parse()?,
                Long("metrics") => args.metrics = Metric::parse_list(&parser.value()?.string()?)?,
                other => bail!("{}\n\n{USAGE}", other.unexpected()),
            }
        }
        if args.beir.is_some() == args.held_out.is_some() {
            bail!("one of --beir FOLDER and --held-out FOLDER is needed\n\n{USAGE}");
        }
        Ok(Some(args))
    }

    fn default() -> anyhow::Result<Self> {
        Ok(Self {
            beir: None,
            split: "test".into(),
            held_out: None,
            rows: rows("bm25,late,maxsim,rrf:60:1,default")?,
            model: Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/mini"),
            precision: Precision::F32,
            bits: Bits::Two,
            k: 10,
            metrics: Metric::parse_list("recall@1, recall@5, recall@10, ndcg@10")?,
        })
    }
}

fn rows(list: &str) -> anyhow::Result<Vec<Row>> {
    list.split(',').map(str::parse).collect()
}
