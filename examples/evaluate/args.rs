//! The command line.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use jacolbert::eval::{Cutoff, Metric, Run};
use jacolbert::model::{SentenceEncoder, SentenceOptions};
use jacolbert::{Bits, Device, LoadOptions, Precision, Retriever};
use lexopt::prelude::*;

/// What `--help` prints.
pub(crate) const USAGE: &str = "\
usage: evaluate --beir FOLDER [OPTIONS]

--beir FOLDER        corpus.jsonl, queries.jsonl and qrels/SPLIT.tsv, plain or gzip
--split NAME         the judgements; default: test. Only judged queries are searched
--model FOLDER       a late interaction model; default: the demonstration model of this repository
--dictionary FOLDER  MeCab's dictionary, for models that need one
--precision NAME     f32 (default), bf16 or int8
--rows LIST          rows of the model, by comma: exhaustive, and 1, 2, 4 or 8 for an index of so many bits;
                     none for no model at all. Default: exhaustive,2
--bits N             short for --rows exhaustive,N
--dense FOLDER       a row for a sentence-transformers model; may be repeated
--compare FILE       a row for a TREC run of another engine; may be repeated
--titles             search the title, a space and the text of a document, instead of the text
--k N                documents per query; default: 10, or as many as the metrics look at
--metrics LIST       default: recall@1,recall@5,recall@10,ndcg@10; names of trec_eval are read, too
--ignore-identical-ids  a document with the id of the query is no result, as in BEIR
--run FILE           write the run of every row: out.trec becomes out-exhaustive.trec, out-2-bits.trec, ..
--ranks FILE         write, for every query, the rank of its first relevant document in every row
";

/// What the command line says.
pub(crate) struct Args {
    pub(crate) beir: PathBuf,
    pub(crate) split: String,
    pub(crate) rows: Vec<Row>,
    pub(crate) titles: bool,
    pub(crate) k: usize,
    pub(crate) metrics: Vec<Metric>,
    pub(crate) ignore_identical_ids: bool,
    pub(crate) run: Option<PathBuf>,
    pub(crate) ranks: Option<PathBuf>,
    pub(crate) model: PathBuf,
    dictionary: Option<PathBuf>,
    precision: Precision,
    dense: Vec<PathBuf>,
    compare: Vec<PathBuf>,
}

/// A row of the late interaction model.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Row {
    /// Every passage is scored with its exact vectors.
    Exhaustive,
    /// A search through an index.
    Index(Bits),
}

impl Args {
    /// Reads the command line; nothing if it asks for help.
    pub(crate) fn parse(mut parser: lexopt::Parser) -> anyhow::Result<Option<Self>> {
        let mut args = Self::default();
        let mut k = None;
        while let Some(arg) = parser.next()? {
            match arg {
                Short('h') | Long("help") => return Ok(None),
                Long("beir") => args.beir = parser.value()?.into(),
                Long("split") => args.split = parser.value()?.string()?,
                Long("model") => args.model = parser.value()?.into(),
                Long("dictionary") => args.dictionary = Some(parser.value()?.into()),
                Long("precision") => args.precision = parser.value()?.parse()?,
                Long("rows") => args.rows = rows(&parser.value()?.string()?)?,
                Long("bits") => {
                    args.rows = rows(&format!("exhaustive,{}", parser.value()?.string()?))?;
                }
                Long("dense") => args.dense.push(parser.value()?.into()),
                Long("compare") => args.compare.push(parser.value()?.into()),
                Long("titles") => args.titles = true,
                Long("k") => k = Some(parser.value()?.parse()?),
                Long("metrics") => args.metrics = Metric::parse_list(&parser.value()?.string()?)?,
                Long("ignore-identical-ids") => args.ignore_identical_ids = true,
                Long("run") => args.run = Some(parser.value()?.into()),
                Long("ranks") => args.ranks = Some(parser.value()?.into()),
                other => bail!("{}\n\n{USAGE}", other.unexpected()),
            }
        }
        if args.beir.as_os_str().is_empty() {
            bail!("--beir FOLDER is missing\n\n{USAGE}");
        }
        if args.rows.is_empty() && args.dense.is_empty() && args.compare.is_empty() {
            bail!("--rows none without --dense and --compare leaves no row");
        }
        args.k = k.unwrap_or(args.k.max(args.deepest_cutoff()));
        if args.k < args.deepest_cutoff() {
            bail!("--k {} is too few for a metric of {} documents", args.k, args.deepest_cutoff());
        }
        Ok(Some(args))
    }

    /// Documents that the metrics look at, of those that say so.
    fn deepest_cutoff(&self) -> usize {
        let cutoffs = self.metrics.iter().map(|metric| match metric.cutoff() {
            Cutoff::At(k) => k.get(),
            Cutoff::Full => 1,
        });
        cutoffs.max().unwrap_or(1)
    }

    fn default() -> Self {
        let metrics = ["recall@1", "recall@5", "recall@10", "ndcg@10"];
        Self {
            beir: PathBuf::new(),
            split: "test".into(),
            rows: vec![Row::Exhaustive, Row::Index(Bits::Two)],
            titles: false,
            k: 10,
            metrics: metrics.iter().flat_map(|name| name.parse()).collect(),
            ignore_identical_ids: false,
            run: None,
            ranks: None,
            model: Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/mini"),
            dictionary: None,
            precision: Precision::F32,
            dense: Vec::new(),
            compare: Vec::new(),
        }
    }

    /// The runs of other engines.
    pub(crate) fn open_runs(&self) -> anyhow::Result<Vec<Run>> {
        Ok(self.compare.iter().map(|path| Run::open_trec(path)).collect::<Result<_, _>>()?)
    }

    /// The late interaction model.
    pub(crate) fn load_model(&self) -> anyhow::Result<Retriever> {
        let dictionary = self.dictionary.clone();
        let options = LoadOptions { dictionary, precision: self.precision, ..Default::default() };
        let loaded = Retriever::loader().options(options).load(&self.model);
        loaded.with_context(|| format!("cannot load the model {}", self.model.display()))
    }

    /// The dense models, by their names.
    pub(crate) fn load_dense(&self) -> anyhow::Result<Vec<(String, SentenceEncoder)>> {
        let dictionary = self.dictionary.clone();
        let options = SentenceOptions { dictionary, ..Default::default() };
        let load = |folder: &PathBuf| {
            let encoder = SentenceEncoder::from_dir(folder, &options, &Device::cpu())?;
            let name = folder.file_name().unwrap_or(folder.as_os_str());
            Ok((name.to_string_lossy().into_owned(), encoder))
        };
        self.dense.iter().map(load).collect()
    }
}

fn rows(list: &str) -> anyhow::Result<Vec<Row>> {
    if list == "none" {
        return Ok(Vec::new());
    }
    let row = |name: &str| match name {
        "exhaustive" => Ok(Row::Exhaustive),
        bits => {
            let unknown = || format!("row {bits:?} is none of exhaustive, 1, 2, 4, 8 and none");
            let bits: u64 = bits.parse().with_context(unknown)?;
            Ok(Row::Index(Bits::try_from(bits).with_context(unknown)?))
        }
    };
    list.split(',').map(row).collect()
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exhaustive => f.pad("exhaustive"),
            Self::Index(bits) => f.pad(&format!("{} bits", bits.get())),
        }
    }
}
