//! Does a server under mixed load give wrong answers, lose acknowledged documents, or grow? Many clients search, add
//! and delete while the server is killed and started again.
//!
//!     cargo run --release -p jacolbert-server --example load -- --seconds 120 --clients 64 --kills 5
//!
//! Each client has documents of its own, and knows after each answer which of them must be there. The kills come in the
//! first half of the time; in the second half one server runs without interruption, and its memory is watched.

mod client;
mod expected;
mod memory;
mod report;
mod served;
mod worker;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use jacolbert::{Collection, Document, Retriever, read_jsonl};
use serde_json::json;

use client::Client;
use memory::Memory;
use report::Report;
use served::Served;
use worker::Worker;

struct Settings {
    seconds: u64,
    clients: usize,
    kills: u32,
}

fn main() -> anyhow::Result<()> {
    // The program starts itself as the server that it kills.
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, serve, folder, address] = arguments.as_slice()
        && serve == "serve"
    {
        return served::serve(Path::new(folder), address.parse()?);
    }
    let settings = settings()?;
    let folder = tempfile::tempdir()?;
    let documents = seeds()?;
    let retriever = Retriever::from_dir(home().join("assets/mini"))?;
    retriever.index(folder.path(), &documents)?;
    let mut server = Served::start(folder.path())?;
    let client = Client::new(server.address());
    let answers = worker::expected_answers(&client)?;

    let done = Arc::new(AtomicBool::new(false));
    let start = Instant::now();
    let threads: Vec<_> = (0..settings.clients)
        .map(|number| {
            let worker = Worker::new(number, client.clone(), answers.clone());
            let done = done.clone();
            thread::spawn(move || worker.run(&done))
        })
        .collect();
    let half = Duration::from_secs(settings.seconds) / 2;
    for _ in 0..settings.kills {
        thread::sleep(half / settings.kills);
        server = server.kill_and_restart()?;
    }
    let memory = Memory::watch(server.id(), start + 2 * half, &client)?;
    done.store(true, Ordering::Release);
    let workers = threads.into_iter().map(|thread| thread.join().expect("a client does not panic"));
    let workers = workers.collect::<anyhow::Result<Vec<Worker>>>()?;
    let seconds = start.elapsed().as_secs_f64();

    // What is acknowledged is there, also for who opens the folder after one more kill.
    server = server.kill_and_restart()?;
    workers.iter().try_for_each(Worker::check_all)?;
    server.stop()?;
    let opened: Collection = retriever.open(folder.path())?;
    opened.index().verify()?;
    ensure!(opened.count("seed = TRUE")? == documents.len(), "documents were lost");
    print!("{}", Report::new(&workers, seconds, settings.kills, &memory));
    memory.check()
}

fn settings() -> anyhow::Result<Settings> {
    use lexopt::prelude::*;
    let mut settings = Settings { seconds: 120, clients: 64, kills: 5 };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("seconds") => settings.seconds = parser.value()?.parse()?,
            Long("clients") => settings.clients = parser.value()?.parse()?,
            Long("kills") => settings.kills = parser.value()?.parse()?,
            _ => return Err(argument.unexpected().into()),
        }
    }
    Ok(settings)
}

/// The repository.
fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Documents that no client changes.
fn seeds() -> anyhow::Result<Vec<Document>> {
    let path = home().join("examples/collection/passages.jsonl");
    let documents = read_jsonl(&path).with_context(|| path.display().to_string())?;
    let seed = |document: Document| document.with_metadata(json!({ "seed": true }));
    Ok(documents.into_iter().map(seed).collect())
}
