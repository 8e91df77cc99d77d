//! What does a search among a part of a large collection cost, and what does it find?
//!
//!     cargo run --release -p jacolbert-benches --example filtered -- --beir FOLDER --index FOLDER
//!
//! `--beir` is a folder of passages and queries in the layout of BEIR, `--index` the folder of the index, which is
//! built there if it has none. `--passages 1000000` and `--queries 40` are the defaults; `--model FOLDER` takes
//! another model than the demonstration model. Times are processor time of one thread.
//!
//! The passages are the sentences of the texts with 4 to 200 characters, encoded once. When there are no more,
//! they are crossed: in repetition r, counted from 0, sentence s gets the second half of the rows of sentence
//! (s + 7919 r) mod (number of sentences), and each row gets noise at which its cosine to the row is about 0.95.
//!
//! A part is either drawn at random or a range of ids, which holds whole texts. The recall of a search is the share
//! of the best ten passages of the part, by exact scores of the stored codes, that it finds.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use cpu_time::ThreadTime;
use jacolbert::eval::BeirFolder;
use jacolbert::{Encoder, Retriever};
use jacolbert_core::Embeddings;
use jacolbert_index::{Bits, BuildOptions, Index, IndexBuilder, PackedQuery, PassageId};
use jacolbert_search::{PassageSubset, SearchOptions, Searcher};
use lexopt::prelude::*;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// Shares of the passages that pass.
const SHARES: [f64; 11] = [1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 1e-3, 1e-4, 1e-5, 1e-6];
/// Length of the noise over that of a row: the tangent of the angle whose cosine is 0.95.
const NOISE: f32 = 0.3287;
/// Hits that are compared.
const K: usize = 10;

fn main() -> anyhow::Result<()> {
    let args = args()?;
    let beir = BeirFolder::open(&args.beir)?;
    let retriever = Retriever::from_dir(&args.model)?;
    if !Index::exists(&args.index) {
        build(&args, &beir, retriever.encoder())?;
    }
    let index = Index::open(&args.index)?;
    let queries = queries(&beir, retriever.encoder(), args.queries)?;
    println!("{} passages, {} tokens", index.num_passages(), index.num_tokens());
    let exact = queries.iter().map(|query| exact_scores(&index, query));
    let exact: Vec<Vec<f32>> = exact.collect::<anyhow::Result<_>>()?;
    println!("\n| passing | part | ms per query | recall@{K} |\n|---|---|---|---|");
    let all: PassageSubset = index.passage_ids().collect();
    report(&index, &queries, &exact, &all, None, "no filter")?;
    for share in SHARES {
        let random = random_part(&index, share);
        report(&index, &queries, &exact, &random, Some(&random), "random")?;
        let range = range_of_ids(&index, share);
        report(&index, &queries, &exact, &range, Some(&range), "range of ids")?;
    }
    Ok(())
}

/// One row of the table.
fn report(
    index: &Index,
    queries: &[Embeddings],
    exact: &[Vec<f32>],
    part: &PassageSubset,
    among: Option<&PassageSubset>,
    name: &str,
) -> anyhow::Result<()> {
    let searcher = Searcher::new(index);
    let options = SearchOptions { k: K, ..Default::default() };
    let mut found = 0;
    let mut wanted = 0;
    let mut times = Vec::new();
    for (query, scores) in queries.iter().zip(exact) {
        let start = ThreadTime::now();
        let hits = match among {
            Some(subset) => searcher.search_among(query.as_ref(), subset, &options)?,
            None => searcher.search(query.as_ref(), &options)?,
        };
        times.push(start.elapsed());
        let best = best_of(scores, part);
        wanted += best.len();
        found += hits.iter().filter(|hit| best.contains(&hit.passage)).count();
    }
    times.sort_unstable();
    let median = times[times.len() / 2].as_secs_f64() * 1e3;
    let recall = found as f64 / wanted as f64;
    println!("| {} | {name} | {median:.1} | {recall:.3} |", part.len());
    Ok(())
}

/// The exact score of every passage.
fn exact_scores(index: &Index, query: &Embeddings) -> anyhow::Result<Vec<f32>> {
    let packed = PackedQuery::new(query.as_ref());
    let mut scores = vec![f32::NEG_INFINITY; index.num_ids()];
    for segment in index.segments() {
        for position in 0..segment.num_passages() {
            let mut best = vec![f32::NEG_INFINITY; query.num_tokens()];
            index.best_dots(&packed, segment, position, &mut best)?;
            scores[segment.passage_id(position).index()] = best.iter().sum();
        }
    }
    Ok(scores)
}

fn best_of(scores: &[f32], part: &PassageSubset) -> Vec<PassageId> {
    let mut members: Vec<PassageId> = part.iter().collect();
    let by_score = |a: &PassageId, b: &PassageId| {
        scores[b.index()].total_cmp(&scores[a.index()]).then(a.cmp(b))
    };
    if members.len() > K {
        members.select_nth_unstable_by(K - 1, by_score);
        members.truncate(K);
    }
    members
}

fn random_part(index: &Index, share: f64) -> PassageSubset {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut part: PassageSubset =
        index.passage_ids().filter(|_| random.random::<f64>() < share).collect();
    if part.is_empty() {
        part = index.passage_ids().skip(index.num_passages() / 3).take(1).collect();
    }
    part
}

fn range_of_ids(index: &Index, share: f64) -> PassageSubset {
    let wanted = ((index.num_passages() as f64 * share) as usize).max(1);
    let start = (index.num_passages() - wanted) / 3;
    index.passage_ids().skip(start).take(wanted).collect()
}

fn queries(beir: &BeirFolder, encoder: &Encoder, n: usize) -> anyhow::Result<Vec<Embeddings>> {
    let all = beir.queries()?.map(|query| Ok(query?.text));
    let all: Vec<String> = all.collect::<anyhow::Result<_>>()?;
    let texts: Vec<&str> = (0..n).map(|at| all[at * all.len() / n].as_str()).collect();
    Ok(encoder.encode_queries(&texts)?.embeddings)
}

fn build(args: &Args, beir: &BeirFolder, encoder: &Encoder) -> anyhow::Result<()> {
    let texts = beir.documents()?.map(|document| Ok(document?.text));
    let texts: Vec<String> = texts.collect::<anyhow::Result<_>>()?;
    let sentences = texts.iter().flat_map(|text| text.split_inclusive('。')).map(str::trim);
    let sentences: Vec<&str> =
        sentences.filter(|sentence| (4..=200).contains(&sentence.chars().count())).collect();
    println!("{} sentences are encoded", sentences.len());
    let rows = encoder.encode_passages(&sentences)?.embeddings;
    let options = BuildOptions { bits: Bits::Two, ..Default::default() };
    let mut builder = IndexBuilder::create(&args.index, encoder.dim(), options)?;
    for n in 0..args.passages {
        builder.add(passage(&rows, n)?.as_ref())?;
    }
    println!("{} passages are indexed", args.passages);
    builder.build()?;
    Ok(())
}

/// Passage `n` by the rule above.
fn passage(sentences: &[Embeddings], n: usize) -> anyhow::Result<Embeddings> {
    let repetition = n / sentences.len();
    let first = &sentences[n % sentences.len()];
    if repetition == 0 {
        return Ok(first.clone());
    }
    let second = &sentences[(n + 7_919 * repetition) % sentences.len()];
    let dim = first.dim();
    let head = &first.values()[..first.num_tokens() / 2 * dim];
    let tail = &second.values()[second.num_tokens() / 2 * dim..];
    let mut values = [head, tail].concat();
    let mut random = ChaCha8Rng::seed_from_u64(n as u64);
    values.chunks_exact_mut(dim).for_each(|row| disturb(row, &mut random));
    Ok(Embeddings::new(values, dim)?)
}

/// Adds noise to a unit row and brings it back to length 1.
fn disturb(row: &mut [f32], random: &mut ChaCha8Rng) {
    // A component spread evenly over -1 to 1 has the mean square 1/3.
    let size = NOISE * (3.0 / row.len() as f32).sqrt();
    row.iter_mut().for_each(|value| *value += size * (2.0 * random.random::<f32>() - 1.0));
    let norm = row.iter().map(|value| value * value).sum::<f32>().sqrt();
    row.iter_mut().for_each(|value| *value /= norm);
}

struct Args {
    beir: PathBuf,
    model: PathBuf,
    index: PathBuf,
    passages: usize,
    queries: usize,
}

fn args() -> anyhow::Result<Args> {
    let mut beir = None;
    let mut index = None;
    let mut model = Path::new("assets/mini").to_path_buf();
    let mut passages = 1_000_000;
    let mut queries = 40;
    let mut parser = lexopt::Parser::from_env();
    while let Some(arg) = parser.next()? {
        match arg {
            Long("beir") => beir = Some(PathBuf::from(parser.value()?)),
            Long("index") => index = Some(PathBuf::from(parser.value()?)),
            Long("model") => model = parser.value()?.into(),
            Long("passages") => passages = parser.value()?.parse()?,
            Long("queries") => queries = parser.value()?.parse()?,
            other => return Err(other.unexpected().into()),
        }
    }
    let beir = beir.ok_or_else(|| anyhow!("--beir FOLDER is missing"))?;
    let index = index.ok_or_else(|| anyhow!("--index FOLDER is missing"))?;
    Ok(Args { beir, model, index, passages, queries })
}
