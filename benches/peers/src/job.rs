//! The child's side: one build, or searches asked for on standard input. `peers.py` does the same for
//! the peers in Python; what is said is one line of JSON behind [`MARK`], since peers print too.

use std::cell::Cell;
use std::error::Error;
use std::io::{BufRead, Write};
use std::path::Path;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::collection::Collection;
use crate::engine::Engine;
use crate::meter::{MemoryMeter, process_cpu_seconds, thread_cpu_seconds};
use crate::options::Options;
use crate::spec::{Name, Spec};
use crate::{next_plaid, ours};

/// Begins each line that the parent is to read.
pub const MARK: &str = "@peers ";

/// What a build took, loading its input not counted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Built {
    /// CPU seconds of all threads, user and system.
    pub cpu_seconds: f64,
    /// Seconds on the clock.
    pub seconds: f64,
    /// Memory at its peak above that of the process with its input loaded, in bytes.
    pub peak_bytes: u64,
}

/// What opening an index took.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Opened {
    /// Seconds on the clock, files in the page cache or not.
    pub seconds: f64,
}

/// A search for some of the queries.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ask {
    /// First query.
    pub from: usize,
    /// One past the last.
    pub to: usize,
    /// Passages wanted.
    pub k: usize,
}

/// Its answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answer {
    /// CPU seconds of all threads, user and system.
    pub cpu_seconds: f64,
    /// Memory at its peak since before the index was opened, above that of then, in bytes.
    pub peak_bytes: u64,
    /// Per query, positions of passages, best first.
    pub hits: Vec<Vec<u32>>,
}

/// Builds one index in this process.
pub fn build(options: &Options) -> Result<(), Box<dyn Error>> {
    let collection = Collection::open(&options.data)?;
    let num_tokens = options.tokens.first().copied().unwrap_or(collection.num_tokens());
    let spec = spec(options)?;
    match spec.name {
        Name::Ours => {
            // Streamed: reading and making the passages is the input's affair and taken out.
            let spent = Cell::new(0.0);
            let passages = clocked(collection.passages(num_tokens), &spent);
            let mut built =
                metered(|| ours::build(spec, collection.dim(), passages, &options.index))?;
            built.cpu_seconds -= spent.get();
            say(&built)
        }
        Name::NextPlaid => {
            let input = next_plaid::input(collection.dim(), collection.passages(num_tokens))?;
            say(&metered(|| next_plaid::build(spec, &input, &options.index))?)
        }
        name => Err(format!("{name} runs in peers.py").into()),
    }
}

/// Answers [`Ask`]s until the input ends.
pub fn serve(options: &Options) -> Result<(), Box<dyn Error>> {
    let collection = Collection::open(&options.data)?;
    let queries = collection.queries(options.queries)?;
    let memory = MemoryMeter::start()?;
    let start = Instant::now();
    let engine = open_engine(spec(options)?, &options.index, collection.dim())?;
    say(&Opened { seconds: start.elapsed().as_secs_f64() })?;
    for line in std::io::stdin().lock().lines() {
        let ask: Ask = serde_json::from_str(&line?)?;
        let asked = queries.get(ask.from..ask.to).ok_or("there are fewer queries")?;
        let before = process_cpu_seconds();
        let hits =
            asked.iter().map(|query| engine.search(query, ask.k)).collect::<Result<_, _>>()?;
        let cpu_seconds = process_cpu_seconds() - before;
        say(&Answer { cpu_seconds, peak_bytes: memory.peak_above()?, hits })?;
    }
    Ok(())
}

/// Opens the index in `folder`.
fn open_engine(spec: &Spec, folder: &Path, dim: usize) -> Result<Box<dyn Engine>, Box<dyn Error>> {
    match spec.name {
        Name::Ours => Ok(Box::new(ours::Ours::open(spec, folder, dim)?)),
        Name::NextPlaid => Ok(Box::new(next_plaid::NextPlaid::open(spec, folder, dim)?)),
        name => Err(format!("{name} runs in peers.py").into()),
    }
}

fn spec(options: &Options) -> Result<&Spec, Box<dyn Error>> {
    options.engines.first().ok_or_else(|| "--engine is missing".into())
}

fn metered(build: impl FnOnce() -> Result<(), Box<dyn Error>>) -> Result<Built, Box<dyn Error>> {
    let memory = MemoryMeter::start()?;
    let start = Instant::now();
    let before = process_cpu_seconds();
    build()?;
    let cpu_seconds = process_cpu_seconds() - before;
    let seconds = start.elapsed().as_secs_f64();
    Ok(Built { cpu_seconds, seconds, peak_bytes: memory.peak_above()? })
}

/// The same iterator; the CPU seconds of its steps are added to `spent`.
fn clocked<I: Iterator>(mut inner: I, spent: &Cell<f64>) -> impl Iterator<Item = I::Item> {
    std::iter::from_fn(move || {
        let before = thread_cpu_seconds();
        let next = inner.next();
        spent.set(spent.get() + thread_cpu_seconds() - before);
        next
    })
}

fn say(message: &impl Serialize) -> Result<(), Box<dyn Error>> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{MARK}{}", serde_json::to_string(message)?)?;
    Ok(stdout.flush()?)
}
