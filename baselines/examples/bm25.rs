//! Ranks a BEIR folder by BM25 and prints how good the ranking is.
//!
//!     cargo run --release -p jacolbert-baselines --example bm25 -- --beir FOLDER
//!
//! `--help` lists the further options.

use std::path::PathBuf;

use anyhow::bail;
use jacolbert_baselines::{Analyser, Bm25Index, Bm25Options, Content, Lengths, WordDictionary};
use jacolbert_eval::{
    BeirFolder, Comparison, ComparisonOptions, EvaluateOptions, Metric, evaluate,
};
use lexopt::Arg::{Long, Short};
use lexopt::ValueExt;

const USAGE: &str = "\
usage: bm25 --beir FOLDER [OPTIONS]

--beir FOLDER        corpus.jsonl, queries.jsonl and qrels/SPLIT.tsv, plain or gzip
--split NAME         the judgements; default: test
--titles             search the title, a space and the text of a document, instead of the text
--analyser NAME      bigrams (default), characters or words
--tokenizer FOLDER   for words: vocab.txt and tokenizer_config.json of a checkpoint, whose tokenizer finds them
--dictionary FOLDER  for words: MeCab's dictionary (unidic_lite/dicdir)
--k1 NUMBER          weight of further occurrences of a term; default: 1.2
--b NUMBER           influence of a passage's length; default: 0.75
--lucene-lengths     lengths in a byte, as Lucene and tantivy keep them
--k N                documents per query; default: 100
--metrics LIST       default: recall@1,recall@5,recall@10,ndcg@10; names of trec_eval are read, too
--ignore-identical-ids  a document with the id of the query is no result, as in BEIR
--run FILE           write the run, as gzip if the name ends in .gz
";

struct Args {
    beir: PathBuf,
    split: String,
    terms: Terms,
    tokenizer: PathBuf,
    dictionary: PathBuf,
    content: Content,
    options: Bm25Options,
    k: usize,
    metrics: Vec<Metric>,
    evaluation: EvaluateOptions,
    run: Option<PathBuf>,
}

/// What BM25 counts.
enum Terms {
    Bigrams,
    Characters,
    Words,
}

fn main() -> anyhow::Result<()> {
    let Some(args) = args()? else {
        print!("{USAGE}");
        return Ok(());
    };
    let folder = BeirFolder::open(&args.beir)?;
    let qrels = folder.qrels(&args.split)?;
    let (name, analyser) = match args.terms {
        Terms::Bigrams => ("bm25 bigrams", Analyser::Bigrams),
        Terms::Characters => ("bm25 characters", Analyser::Characters),
        Terms::Words => (
            "bm25 words",
            Analyser::Words(WordDictionary::open(&args.tokenizer, &args.dictionary)?),
        ),
    };
    let index = Bm25Index::from_beir(&folder, args.content, analyser, &args.options)?;
    let run = index.run(name, &folder, args.k)?;
    if let Some(path) = &args.run {
        run.save_trec(path)?;
    }

    let report = evaluate(&qrels, &run, &args.metrics, &args.evaluation)?;
    println!("{} passages, {} queries", index.num_passages(), run.num_queries());
    print!("{}", Comparison::new(&[report], &ComparisonOptions::default())?.to_text());
    Ok(())
}

/// The command line; nothing if it asks for help.
fn args() -> anyhow::Result<Option<Args>> {
    let mut args = Args {
        beir: PathBuf::new(),
        split: "test".to_owned(),
        terms: Terms::Bigrams,
        tokenizer: PathBuf::new(),
        dictionary: PathBuf::new(),
        content: Content::Text,
        options: Bm25Options::default(),
        k: 100,
        metrics: Metric::parse_list("recall@1, recall@5, recall@10, ndcg@10")?,
        evaluation: EvaluateOptions::default(),
        run: None,
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(arg) = parser.next()? {
        match arg {
            Short('h') | Long("help") => return Ok(None),
            Long("beir") => args.beir = parser.value()?.into(),
            Long("split") => args.split = parser.value()?.string()?,
            Long("analyser") => match parser.value()?.string()?.as_str() {
                "bigrams" => args.terms = Terms::Bigrams,
                "characters" => args.terms = Terms::Characters,
                "words" => args.terms = Terms::Words,
                other => bail!("--analyser {other}: bigrams, characters or words?"),
            },
            Long("tokenizer") => args.tokenizer = parser.value()?.into(),
            Long("dictionary") => args.dictionary = parser.value()?.into(),
            Long("titles") => args.content = Content::TitleAndText,
            Long("k1") => args.options.k1 = parser.value()?.parse()?,
            Long("b") => args.options.b = parser.value()?.parse()?,
            Long("lucene-lengths") => args.options.lengths = Lengths::Lucene,
            Long("k") => args.k = parser.value()?.parse()?,
            Long("metrics") => args.metrics = Metric::parse_list(&parser.value()?.string()?)?,
            Long("ignore-identical-ids") => args.evaluation.ignore_identical_ids = true,
            Long("run") => args.run = Some(parser.value()?.into()),
            other => bail!("{}\n\n{USAGE}", other.unexpected()),
        }
    }
    if args.beir.as_os_str().is_empty() {
        bail!("--beir FOLDER is missing\n\n{USAGE}");
    }
    Ok(Some(args))
}
