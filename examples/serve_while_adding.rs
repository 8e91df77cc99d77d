//! One collection for many threads, as a search server has it: four threads search while one adds
//! documents. Every search sees a whole state. Another handle sees the new state when it reloads.
//!
//!     cargo run --release -p jacolbert --example serve_while_adding

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::anyhow;
use jacolbert::{Collection, Document, Retriever, read_jsonl};

const QUESTION: &str = "日本で最も深い湖は何という湖か？";
/// Documents of one commit.
const BATCH: usize = 20;

fn main() -> anyhow::Result<()> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let documents = read_jsonl(home.join("examples/collection/passages.jsonl"))?;
    let retriever = Retriever::from_dir(home.join("assets/mini"))?;
    let folder = tempfile::tempdir()?;
    let (first, rest) = documents.split_at(200);
    let collection = Arc::new(retriever.index(folder.path(), first)?.collection);
    // As another process has it.
    let other = retriever.open(folder.path())?;

    let done = Arc::new(AtomicBool::new(false));
    let searchers: Vec<_> = (0..4)
        .map(|_| {
            let collection = collection.clone();
            let done = done.clone();
            thread::spawn(move || search_until(&collection, &done))
        })
        .collect();
    add_batches(&collection, rest)?;
    done.store(true, Ordering::Release);

    for searcher in searchers {
        let num_searches = searcher.join().map_err(|_| anyhow!("a search panicked"))??;
        println!("a thread searched {num_searches} times meanwhile");
    }
    println!("the handle that added has {} documents", collection.num_documents());
    println!("the other handle has {} before it reloads", other.num_documents());
    other.reload()?;
    println!("and {} afterwards", other.num_documents());
    println!("{}", other.search(QUESTION, 1)?[0].content);
    Ok(())
}

/// Adds `documents`, each batch in one commit.
fn add_batches(collection: &Collection, documents: &[Document]) -> Result<(), jacolbert::Error> {
    for batch in documents.chunks(BATCH) {
        collection.add(batch)?;
        println!("added {} documents", batch.len());
    }
    Ok(())
}

/// Searches until `done`; returns how often.
fn search_until(collection: &Collection, done: &AtomicBool) -> Result<usize, jacolbert::Error> {
    let mut num_searches = 0;
    while !done.load(Ordering::Acquire) || num_searches == 0 {
        collection.search(QUESTION, 3)?;
        num_searches += 1;
    }
    Ok(num_searches)
}
