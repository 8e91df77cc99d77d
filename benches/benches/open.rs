//! What does opening a collection cost, and does it grow with the collection?
//!
//! Encodes a BEIR folder with the demonstration model, writes collections of its first 1,000 passages
//! and of all, and opens each in processes of their own: time of `Retriever::open`, and how much
//! resident memory it adds; then the same for a first search.
//!
//!     cargo bench -p jacolbert-benches --bench open -- FOLDER

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use jacolbert::eval::BeirFolder;
use jacolbert::{Document, Retriever, Splitting};

const RUNS: usize = 7;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["opened", folder] => open(Path::new(folder)),
        [beir] => compare(Path::new(beir)),
        _ => {
            println!("give the folder of a BEIR collection; see the first lines of the source");
            Ok(())
        }
    }
}

fn compare(beir: &Path) -> Result<(), Box<dyn Error>> {
    let documents = BeirFolder::open(beir)?.documents()?;
    let documents = documents.map(|document| document.map(|d| Document::new(d.id, d.text)));
    let documents = documents.collect::<Result<Vec<_>, _>>()?;
    let retriever = Retriever::from_dir(model())?;
    let scratch = std::env::temp_dir().join(format!("jacolbert-open-{}", std::process::id()));
    println!("passages  file MB  open ms  open MB  first search ms  first search MB");
    for n in [1_000.min(documents.len()), documents.len()] {
        let folder = scratch.join(n.to_string());
        let indexer = retriever.indexer(&folder).splitting(Splitting::Whole);
        let index = indexer.run(&documents[..n])?.collection;
        let size = index.index().num_bytes() as f64 / 1e6;
        let runs = (0..RUNS).map(|_| opened(&folder)).collect::<Result<Vec<_>, _>>()?;
        let median = |column: usize| {
            let mut values: Vec<f64> = runs.iter().map(|run| run[column]).collect();
            values.sort_by(f64::total_cmp);
            values[RUNS / 2]
        };
        println!(
            "{n:8}  {size:7.1}  {:7.2}  {:7.2}  {:15.1}  {:15.1}",
            median(0),
            median(1),
            median(2),
            median(3)
        );
    }
    Ok(fs::remove_dir_all(scratch)?)
}

/// The four figures of one process that opens `folder`.
fn opened(folder: &Path) -> Result<Vec<f64>, Box<dyn Error>> {
    let output = Command::new(std::env::current_exe()?).arg("opened").arg(folder).output()?;
    let figures = String::from_utf8(output.stdout)?;
    Ok(figures.split_whitespace().map(str::parse).collect::<Result<_, _>>()?)
}

fn open(folder: &Path) -> Result<(), Box<dyn Error>> {
    let retriever = Retriever::from_dir(model())?;
    retriever.encoder().encode_query("日本で最も高い山は？")?;
    let before = resident_mb()?;
    let start = Instant::now();
    let collection = retriever.open(folder)?;
    print!("{} {} ", start.elapsed().as_secs_f64() * 1e3, resident_mb()? - before);
    let before = resident_mb()?;
    let start = Instant::now();
    let hits = collection.search("日本で最も高い山は？", 10)?;
    assert_eq!(hits.len(), 10);
    println!("{} {}", start.elapsed().as_secs_f64() * 1e3, resident_mb()? - before);
    Ok(())
}

fn model() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/mini")
}

/// Resident memory of this process; Linux only.
fn resident_mb() -> Result<f64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()).ok_or("VmRSS")?;
    Ok(kilobytes.parse::<f64>()? / 1e3)
}
