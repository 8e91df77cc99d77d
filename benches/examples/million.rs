//! How fast, and in how much memory, do a million short passages become an index?
//!
//!     cargo run --release -p jacolbert-benches --example million -- \
//!         --texts COLLECTION.tsv --out FOLDER
//!
//! `--texts` is a file of lines `id<TAB>text`; `--passages 20000` takes fewer, `--model FOLDER` another
//! model than the demonstration model; `--out FOLDER` is where the index goes, and must hold none.
//! The folder takes some 11 GB until the index is built. Linux only: memory and processor time are
//! read from `/proc`.
//!
//! The passages are the sentences of the texts that have 4 to 200 characters, which end with 。, in
//! order. When there are no more, they are repeated with a change: in repetition r, counted from 0,
//! the second half of sentence s (by characters, rounded down) is that of sentence
//! (s + 7919 r) mod (number of sentences). Repetition 0 is the sentences as they are.
//!
//! It prints what each stage does by itself, on the first 2,000 passages; then, at every tenth of the
//! passages stored, the rate since the tenth before (the last is quicker: nothing is left to encode
//! while the last round is stored) and the memory: of the process
//! (`RssAnon`), and of mapped files (`RssFile`), which the system takes back when it needs it. At the end
//! it searches for 50 of the passages and counts those that are among their own first ten hits.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, anyhow};
use jacolbert::index::IndexBuilder;
use jacolbert::{BuildOptions, Collection, Document, Encoder, IndexProgress, Retriever, read_tsv};
use lexopt::prelude::*;

/// Passages on which each stage is timed by itself.
const ALONE: usize = 2_000;
/// Passages that are searched for.
const SEARCHED: usize = 50;

fn main() -> anyhow::Result<()> {
    let args = args()?;
    let sentences = sentences(&args.texts)?;
    let retriever = Retriever::from_dir(&args.model)?;
    println!("{} passages of {} sentences", args.passages, sentences.len());
    let tokens_a_passage =
        each_stage_alone(retriever.encoder(), &sentences, ALONE.min(args.passages))?;
    let collection = indexed(&retriever, &sentences, &args, tokens_a_passage)?;
    println!("\nThe index has {} bytes a passage.", bytes_of(&args.out)? / args.passages as u64);
    let found = found_again(&collection, &sentences, args.passages)?;
    println!("{found} of {SEARCHED} passages are among their own first ten hits.");
    Ok(())
}

fn sentences(path: &Path) -> anyhow::Result<Vec<String>> {
    let texts = read_tsv(path)?;
    let all = texts.iter().flat_map(|document| document.text.split_inclusive('。'));
    let all = all.map(str::trim).filter(|sentence| (4..=200).contains(&sentence.chars().count()));
    let sentences: Vec<String> = all.map(String::from).collect();
    if sentences.is_empty() { Err(anyhow!("no sentences")) } else { Ok(sentences) }
}

/// Passage `n` by the rule above.
fn passage(sentences: &[String], n: usize) -> String {
    let repetition = n / sentences.len();
    let at = n % sentences.len();
    if repetition == 0 {
        return sentences[at].clone();
    }
    let (first, _) = halves(&sentences[at]);
    let (_, second) = halves(&sentences[(at + 7_919 * repetition) % sentences.len()]);
    format!("{first}{second}")
}

fn halves(sentence: &str) -> (&str, &str) {
    let half = sentence.chars().count() / 2;
    let at = sentence.char_indices().nth(half).map_or(0, |(at, _)| at);
    sentence.split_at(at)
}

/// Prints the rate of each stage by itself; returns the mean number of tokens that reach the index.
fn each_stage_alone(encoder: &Encoder, sentences: &[String], n: usize) -> anyhow::Result<f64> {
    let texts: Vec<String> = (0..n).map(|n| passage(sentences, n)).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    println!("\n| stage by itself | passages / s | tokens / s | on |\n|---|---|---|---|");
    let row = |stage: &str, since: Instant, tokens: usize, on: &str| {
        let seconds = since.elapsed().as_secs_f64();
        println!("| {stage} | {:.0} | {:.0} | {on} |", n as f64 / seconds, tokens as f64 / seconds);
    };
    let start = Instant::now();
    let mut tokens = 0;
    for text in &texts {
        tokens += encoder.tokenizer().encode_passage(text)?.ids.len();
    }
    row("tokenise", start, tokens, "one thread");
    let start = Instant::now();
    let embeddings = encoder.encode_passages(&texts)?.embeddings;
    row("tokenise and encode", start, tokens, "all threads");
    let kept: usize = embeddings.iter().map(|passage| passage.num_tokens()).sum();
    let mut builder = IndexBuilder::new(encoder.dim(), BuildOptions::default())?;
    let start = Instant::now();
    embeddings.iter().try_for_each(|passage| builder.add(passage.as_ref()).map(|_| ()))?;
    row("store", start, kept, "one thread");
    let start = Instant::now();
    builder.build()?;
    row("build (of these alone)", start, kept, "all threads");
    Ok(kept as f64 / n as f64)
}

/// The index of all passages, with a line at every tenth.
fn indexed(
    retriever: &Retriever,
    sentences: &[String],
    args: &Args,
    tokens_a_passage: f64,
) -> anyhow::Result<Collection> {
    let n = args.passages;
    let documents = (0..n).map(|n| {
        Ok::<_, std::convert::Infallible>(Document::new(n.to_string(), passage(sentences, n)))
    });
    println!(
        "\n| passages | seconds | passages / s | kept tokens / s | processors busy | RssAnon MB | RssFile MB |"
    );
    println!("|---|---|---|---|---|---|---|");
    let start = Instant::now();
    let mut last = (0, 0.0, cpu_seconds()?);
    let mut tenth = 1;
    let mut encoded = None;
    let mut progress = |at| {
        let now = start.elapsed().as_secs_f64();
        match at {
            IndexProgress::Encoding { done, .. } if done * 10 >= tenth * n => {
                let cpu = cpu_seconds().unwrap_or(f64::NAN);
                let passages = (done - last.0) as f64;
                let seconds = now - last.1;
                let rate = passages / seconds;
                let busy = (cpu - last.2) / seconds;
                let tokens = rate * tokens_a_passage;
                let [anon, file] = ["RssAnon", "RssFile"].map(|key| megabytes(key).unwrap_or(0));
                println!(
                    "| {done} | {now:.1} | {rate:.0} | {tokens:.0} | {busy:.2} | {anon} | {file} |"
                );
                (last, tenth) = ((done, now, cpu), done * 10 / n + 1);
            }
            IndexProgress::Building(_) if encoded.is_none() => encoded = Some(now),
            _ => (),
        }
        ControlFlow::Continue(())
    };
    let collection =
        retriever.indexer(&args.out).on_progress(&mut progress).run_stream(documents)?;
    let all = start.elapsed().as_secs_f64();
    let encoded = encoded.unwrap_or(f64::NAN);
    println!(
        "\nRead, tokenised, encoded and stored in {encoded:.1} s, built in {:.1} s.",
        all - encoded
    );
    println!("Memory: {} MB after it, {} MB at most.", megabytes("VmRSS")?, megabytes("VmHWM")?);
    Ok(collection.collection)
}

fn found_again(collection: &Collection, sentences: &[String], n: usize) -> anyhow::Result<usize> {
    let mut found = 0;
    for wanted in (0..SEARCHED).map(|at| at * n / SEARCHED) {
        let hits = collection.search(passage(sentences, wanted), 10)?;
        found += usize::from(hits.iter().any(|hit| hit.passage_id.index() == wanted));
    }
    Ok(found)
}

/// A line of `/proc/self/status`, in MB.
fn megabytes(key: &str) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
    let kilobytes: u64 =
        line.and_then(|line| line.split_whitespace().next()).context("status")?.parse()?;
    Ok(kilobytes * 1_024 / 1_000_000)
}

/// Processor time of all threads; `/proc` counts it in hundredths.
fn cpu_seconds() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let times = fields.skip(11).take(2).map(str::parse::<f64>);
    Ok(times.sum::<Result<f64, _>>()? / 100.0)
}

fn bytes_of(folder: &Path) -> anyhow::Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        bytes += entry?.metadata()?.len();
    }
    Ok(bytes)
}

struct Args {
    texts: PathBuf,
    model: PathBuf,
    passages: usize,
    out: PathBuf,
}

fn args() -> anyhow::Result<Args> {
    let mut texts = None;
    let mut out = None;
    let mut model = PathBuf::from("assets/mini");
    let mut passages = 1_000_000;
    let mut parser = lexopt::Parser::from_env();
    while let Some(arg) = parser.next()? {
        match arg {
            Long("texts") => texts = Some(PathBuf::from(parser.value()?)),
            Long("model") => model = parser.value()?.into(),
            Long("passages") => passages = parser.value()?.parse::<usize>()?.max(1),
            Long("out") => out = Some(parser.value()?.into()),
            other => return Err(other.unexpected().into()),
        }
    }
    let texts = texts.context("--texts FILE is missing")?;
    Ok(Args { texts, model, passages, out: out.context("--out FOLDER is missing")? })
}
