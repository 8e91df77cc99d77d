//! What does a change of one document cost after many others, and what do they leave in the folder?
//!
//!     cargo run --release -p jacolbert-benches --example one_by_one -- --out FOLDER
//!
//! It adds 100,000 documents to a collection, one in each call, then replaces one document 100,000 times in
//! another collection. At every tenth of the calls it prints the time per call since the tenth before (mean
//! and longest), the files of the folder, the memory maps of the process, the length of the manifest and the
//! time of opening the collection (least of five). Then it compacts, and checks that all documents are there.
//!
//! `--calls 1000` makes fewer changes; `--model FOLDER` takes another model than the demonstration model. The
//! folder is created. Linux only: the maps are read from `/proc`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use jacolbert::{Collection, Document, Retriever};
use lexopt::prelude::*;

fn main() -> anyhow::Result<()> {
    let args = args()?;
    let retriever = Retriever::from_dir(&args.model)?;
    let add = |collection: &Collection, n: usize| {
        collection.add([document(n, n)])?;
        anyhow::Ok(())
    };
    let replace = |collection: &Collection, n: usize| {
        collection.replace([document(0, n)])?;
        anyhow::Ok(())
    };
    measure("adds", &retriever, &args, &args.out.join("adds"), args.calls + 1, add)?;
    measure("replacements", &retriever, &args, &args.out.join("replacements"), 1, replace)
}

/// The document `id` with its `n`th text.
fn document(id: usize, n: usize) -> Document {
    const WORDS: [&str; 7] = ["山", "湖の深さ", "歴史", "茶人の暮らし", "星座", "列車", "焼き物"];
    let text = format!("{n}番目の文は{}について述べる。", WORDS[n % WORDS.len()]);
    Document::new(id.to_string(), text)
}

fn measure(
    what: &str,
    retriever: &Retriever,
    args: &Args,
    folder: &Path,
    num_documents: usize,
    change: impl Fn(&Collection, usize) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let collection = retriever.index(folder, [document(0, 0)])?.collection;
    println!("\n{} {what}", args.calls);
    println!("   calls  ms/call  longest  files  maps  manifest  opening");
    let tenth = args.calls.div_ceil(10);
    let mut longest = Duration::ZERO;
    let mut start = Instant::now();
    for n in 1..=args.calls {
        let call = Instant::now();
        change(&collection, n)?;
        longest = longest.max(call.elapsed());
        if n % tenth == 0 || n == args.calls {
            let mean = start.elapsed().as_secs_f64() * 1e3 / tenth as f64;
            print!("{n:8} {mean:8.2} {:8.1}", longest.as_secs_f64() * 1e3);
            print_folder(retriever, folder)?;
            longest = Duration::ZERO;
            start = Instant::now();
        }
    }
    compact(&collection, folder, num_documents)
}

fn print_folder(retriever: &Retriever, folder: &Path) -> anyhow::Result<()> {
    let manifest = fs::metadata(folder.join("manifest.json"))?.len();
    let mut opening = Duration::MAX;
    for _ in 0..5 {
        let start = Instant::now();
        retriever.open(folder)?;
        opening = opening.min(start.elapsed());
    }
    let maps = fs::read_to_string("/proc/self/maps").context("/proc/self/maps")?;
    let files = num_files(folder)?;
    let opening = opening.as_secs_f64() * 1e3;
    println!(" {files:6} {:5} {manifest:7} B {opening:5.2} ms", maps.lines().count());
    Ok(())
}

fn compact(collection: &Collection, folder: &Path, num_documents: usize) -> anyhow::Result<()> {
    let start = Instant::now();
    collection.compact()?;
    let files = num_files(folder)?;
    println!("compacted in {:.2?} to {files} files", start.elapsed());
    collection.index().verify()?;
    let listed = collection.documents().into_iter().collect::<Result<Vec<_>, _>>()?.len();
    ensure!(listed == num_documents, "{listed} documents, not {num_documents}");
    ensure!(collection.num_documents() == num_documents, "{}", collection.num_documents());
    Ok(())
}

fn num_files(folder: &Path) -> anyhow::Result<usize> {
    Ok(fs::read_dir(folder)?.count())
}

struct Args {
    calls: usize,
    model: PathBuf,
    out: PathBuf,
}

fn args() -> anyhow::Result<Args> {
    let mut calls = 100_000;
    let mut model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/mini");
    let mut out = None;
    let mut parser = lexopt::Parser::from_env();
    while let Some(arg) = parser.next()? {
        match arg {
            Long("calls") => calls = parser.value()?.parse()?,
            Long("model") => model = parser.value()?.into(),
            Long("out") => out = Some(parser.value()?.into()),
            other => return Err(other.unexpected().into()),
        }
    }
    ensure!(calls > 0, "--calls must be at least 1");
    Ok(Args { calls, model, out: out.context("--out FOLDER is missing")? })
}
