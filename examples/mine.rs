//! Makes training data of a BEIR folder: its judged pairs, with negatives that a search takes for
//! answers.
//!
//! `--beir` holds `corpus.jsonl`, `queries.jsonl` and `qrels/train.tsv` (`--split` names another file).
//! The search is the model in the folder `--model`, or any engine by its run, `--run run.trec`; with
//! both, negatives of the run come first. Passages of the ranks from `--min-rank` (1) to `--max-rank`
//! (100) become negatives, `--negatives` (10) a query and search; not those that hold an answer, if
//! `--answers` has a file of lines `query id<TAB>answer`. `--out` gets what the example `train` reads.
//!
//!     cargo run --release -p jacolbert-baselines --example bm25 -- \
//!         --beir FOLDER --split train --run bm25.trec
//!     cargo run --release --features train --example mine -- \
//!         --beir FOLDER --run bm25.trec --model assets/mini --out FOLDER

use std::collections::HashMap;
use std::error::Error;
use std::path::{Path, PathBuf};

use jacolbert::eval::{BeirFolder, Qrels, Run, TieRule};
use jacolbert::train::Cause;
use jacolbert::train::prepare::{MiningOptions, TrainingData};
use jacolbert::{Collection, Device, Document, IndexOptions, Retriever, SearchOptions, Splitting};
use lexopt::prelude::*;

struct Args {
    beir: PathBuf,
    split: String,
    run: Option<PathBuf>,
    model: Option<PathBuf>,
    answers: Option<PathBuf>,
    mining: MiningOptions,
    out: PathBuf,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = args()?;
    let folder = BeirFolder::open(&args.beir)?;
    let beir = Texts::of(&folder)?;
    let mut data = beir.training_data(&folder.qrels(&args.split)?, args.answers.as_deref())?;
    if let Some(path) = &args.run {
        mine_by_run(&mut data, &beir, &Run::open_trec(path)?, &args.mining)?;
    }
    if let Some(model) = &args.model {
        mine_by_model(&mut data, model, &args.out, &args.mining)?;
    }
    let written = data.write(&args.out)?;
    println!("{} rows in {}", written.num_rows, args.out.display());
    Ok(())
}

/// Texts of a BEIR folder, by id.
struct Texts {
    queries: HashMap<String, String>,
    passages: HashMap<String, String>,
    /// Ids of passages, in the order of the file.
    order: Vec<String>,
}

impl Texts {
    fn of(beir: &BeirFolder) -> Result<Self, Box<dyn Error>> {
        let mut texts =
            Self { queries: HashMap::new(), passages: HashMap::new(), order: Vec::new() };
        for query in beir.queries()? {
            let query = query?;
            texts.queries.insert(query.id, query.text);
        }
        for passage in beir.documents()? {
            let passage = passage?;
            texts.order.push(passage.id.clone());
            texts.passages.insert(passage.id, passage.text);
        }
        Ok(texts)
    }

    fn query(&self, id: &str) -> Result<&str, String> {
        self.queries.get(id).map(String::as_str).ok_or_else(|| format!("no query {id}"))
    }

    fn passage(&self, id: &str) -> Result<&str, String> {
        self.passages.get(id).map(String::as_str).ok_or_else(|| format!("no passage {id}"))
    }

    /// Judged pairs, all passages, and answers.
    fn training_data(
        &self,
        qrels: &Qrels,
        answers: Option<&Path>,
    ) -> Result<TrainingData, Box<dyn Error>> {
        let mut pairs = Vec::new();
        for (query, judgements) in qrels.iter() {
            for (passage, grade) in judgements.iter() {
                pairs.push((self.query(query)?, self.passage(passage)?, grade > 0));
            }
        }
        let mut data = TrainingData::from_labelled_pairs(pairs)?;
        data.add_passages(self.order.iter().map(|id| &self.passages[id]))?;
        if let Some(path) = answers {
            for line in std::fs::read_to_string(path)?.lines() {
                let (query, answer) = line.split_once('\t').ok_or("an answer without a tab")?;
                data.add_answers([(self.query(query)?, answer)])?;
            }
        }
        Ok(data)
    }
}

fn mine_by_run(
    data: &mut TrainingData,
    beir: &Texts,
    run: &Run,
    options: &MiningOptions,
) -> Result<(), Box<dyn Error>> {
    let queries = beir.queries.iter().map(|(id, text)| (text.clone(), id.as_str()));
    let queries: HashMap<String, &str> = queries.collect();
    let numbers = data.passages().enumerate().map(|(number, text)| (text.to_string(), number));
    let numbers: HashMap<String, usize> = numbers.collect();
    let mined = data.mine(options, &mut |texts, k| {
        let ranked = |text: &&str| {
            let hits = run.ranking(queries[*text]).map(|hits| hits.best_first(TieRule::default()));
            let best = hits.into_iter().flatten().take(k);
            best.map(|(id, _)| Ok(numbers[beir.passage(id)?])).collect()
        };
        texts.iter().map(ranked).collect()
    })?;
    println!("{}: {mined:?}", run.name());
    Ok(())
}

fn mine_by_model(
    data: &mut TrainingData,
    model: &Path,
    out: &Path,
    options: &MiningOptions,
) -> Result<(), Box<dyn Error>> {
    let retriever = Retriever::from_dir(model, &Device::cpu())?;
    let passages = data.passages().enumerate();
    let documents: Vec<Document> =
        passages.map(|(number, text)| Document::new(number.to_string(), text)).collect();
    let whole = IndexOptions { splitting: Splitting::Whole, ..Default::default() };
    let collection = retriever.index(&out.join("index"), &documents, &whole)?.collection;
    let mined = data.mine(options, &mut |queries, k| rank(&collection, queries, k))?;
    println!("{}: {mined:?}", model.display());
    Ok(())
}

/// Numbers of the best passages for each query: passages are documents by their number.
fn rank(collection: &Collection, queries: &[&str], k: usize) -> Result<Vec<Vec<usize>>, Cause> {
    let params = SearchOptions { k, ..Default::default() };
    let hits = collection.search_batch(queries, &params)?;
    let numbers =
        |hits: Vec<jacolbert::Hit>| hits.iter().map(|hit| hit.document_id.parse()).collect();
    Ok(hits.into_iter().map(numbers).collect::<Result<_, std::num::ParseIntError>>()?)
}

fn args() -> Result<Args, Box<dyn Error>> {
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
    Ok(Args { beir, split, run, model, answers, mining, out })
}
