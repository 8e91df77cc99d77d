//! Ranks a BEIR folder by BM25 and prints how good the ranking is.
//!
//!     cargo run --release -p jacolbert-baselines --example bm25 -- --beir FOLDER
//!
//! Further options: `--k1 1.2`, `--b 0.75`, `--lucene-lengths` (lengths in a byte, as Lucene and
//! tantivy keep them), `--titles` (titles before texts), `--split test`, `--k 100` results a query,
//! and `--run OUT.trec.gz` for the run itself. Built with `--features words`, `--analyzer words
//! --tokenizer FOLDER --dictionary FOLDER` searches words instead of bigrams: the tokenizer of the
//! checkpoint in the first folder (`vocab.txt`, `tokenizer_config.json`) finds them with the MeCab
//! dictionary in the second.

use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use jacolbert_baselines::{Analyzer, Bm25Index, Bm25Options, Content, Lengths};
use jacolbert_eval::{
    BeirFolder, Comparison, ComparisonOptions, EvaluateOptions, Metric, evaluate,
};
use lexopt::{Arg::Long, ValueExt};

struct Args {
    beir: PathBuf,
    split: String,
    words: bool,
    tokenizer: PathBuf,
    dictionary: PathBuf,
    content: Content,
    options: Bm25Options,
    k: usize,
    run: Option<PathBuf>,
}

fn main() -> anyhow::Result<()> {
    let args = args()?;
    let folder = BeirFolder::open(&args.beir)?;
    let (name, analyzer) = if args.words {
        ("bm25 words", words(&args.tokenizer, &args.dictionary)?)
    } else {
        ("bm25 bigrams", Analyzer::Bigrams)
    };
    let index = Bm25Index::from_beir(&folder, args.content, analyzer, &args.options)?;
    let run = index.run(name, &folder, args.k)?;
    if let Some(path) = &args.run {
        run.save_trec(path)?;
    }

    let qrels = folder.qrels(&args.split)?;
    let metrics = Metric::parse_list("recall@1, recall@5, recall@10, ndcg@10")?;
    let report = evaluate(&qrels, &run, &metrics, &EvaluateOptions::default())?;
    println!("{} passages, {} queries", index.num_passages(), run.num_queries());
    print!("{}", Comparison::new(&[report], &ComparisonOptions::default())?.to_text());
    Ok(())
}

#[cfg(feature = "words")]
fn words(tokenizer: &Path, dictionary: &Path) -> anyhow::Result<Analyzer> {
    let tokenizer = jacolbert_tokenizer::JapaneseTokenizer::from_dir(tokenizer, dictionary)?;
    // As with bigrams, punctuation is not a term.
    let is_term = |word: &String| word.chars().any(char::is_alphanumeric);
    Ok(Analyzer::words(move |text| {
        Ok(tokenizer.words(text)?.into_iter().filter(is_term).collect())
    }))
}

#[cfg(not(feature = "words"))]
fn words(_: &Path, _: &Path) -> anyhow::Result<Analyzer> {
    Err(anyhow!("--analyzer words needs --features words"))
}

fn args() -> anyhow::Result<Args> {
    let mut args = Args {
        beir: PathBuf::new(),
        split: "test".to_owned(),
        words: false,
        tokenizer: PathBuf::new(),
        dictionary: PathBuf::new(),
        content: Content::Text,
        options: Bm25Options::default(),
        k: 100,
        run: None,
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(arg) = parser.next()? {
        match arg {
            Long("beir") => args.beir = parser.value()?.into(),
            Long("split") => args.split = parser.value()?.string()?,
            Long("analyzer") => match parser.value()?.string()?.as_str() {
                "bigrams" => args.words = false,
                "words" => args.words = true,
                other => bail!("--analyzer {other}: bigrams or words?"),
            },
            Long("tokenizer") => args.tokenizer = parser.value()?.into(),
            Long("dictionary") => args.dictionary = parser.value()?.into(),
            Long("titles") => args.content = Content::TitleAndText,
            Long("k1") => args.options.k1 = parser.value()?.parse()?,
            Long("b") => args.options.b = parser.value()?.parse()?,
            Long("lucene-lengths") => args.options.lengths = Lengths::Lucene,
            Long("k") => args.k = parser.value()?.parse()?,
            Long("run") => args.run = Some(parser.value()?.into()),
            other => return Err(other.unexpected().into()),
        }
    }
    if args.beir.as_os_str().is_empty() {
        bail!("--beir FOLDER is missing");
    }
    Ok(args)
}
