//! How long does a filter take over a million documents, with columns and without, and how large are the columns?
//!
//!     cargo run --release -p jacolbert-documents --features filter --example filter_times -- [DOCUMENTS]
//!
//! Documents lie in memory in blocks of 16 MiB. Each time is the shortest of three; both ways must find the same.

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use jacolbert_documents::{Companions, DocumentBlockBuilder, Documents, Filter};
use jacolbert_index::PassageId;
use serde_json::json;

const BLOCK_BYTES: usize = 16 << 20;

const FILTERS: [&str; 15] = [
    "n = 500000",
    "n < 10",
    "n < 1000",
    "n BETWEEN 300000 AND 400000",
    "n >= 500000",
    "n >= 0",
    "lang = 'ja'",
    "lang IN ('en', 'fr') AND year >= 2020",
    "price > 0.5",
    "tags HAS 't7'",
    "title = 'title 77'",
    "title LIKE '%777%'",
    "author.name = 'name 12' AND NOT lang = 'en'",
    "draft IS NULL",
    "tags = '[\"t1\",\"u1\"]'",
];

fn build(num_documents: usize) -> Result<Documents<Vec<u8>>, jacolbert_documents::Error> {
    let mut documents = Documents::new();
    let mut block = DocumentBlockBuilder::new(0);
    for n in 0..num_documents {
        let language = ["ja", "en", "fr", "de"][n * 31 % 4];
        let mut metadata = json!({
            "n": n,
            "year": 1990 + n * 7_919 % 36,
            "lang": language,
            "price": (n * 7_919 % num_documents) as f64 / num_documents as f64,
            "tags": [format!("t{}", n % 100), format!("u{}", n % 7)],
            "title": format!("title {n}"),
            "author": { "name": format!("name {}", n % 1_000) },
        });
        if n % 10 == 0 {
            metadata["draft"] = true.into();
        }
        if block.text_bytes() >= BLOCK_BYTES {
            let next = DocumentBlockBuilder::new(n);
            documents.push(Path::new("block"), std::mem::replace(&mut block, next).build())?;
        }
        block.add(&n.to_string(), &metadata.to_string(), [""]);
    }
    documents.push(Path::new("block"), block.build())?;
    Ok(documents)
}

/// The passages that pass, and the shortest time of `repeats` in which they are found.
fn measure(
    documents: &Documents<Vec<u8>>,
    filter: &Filter,
    repeats: usize,
) -> Result<(Vec<PassageId>, Duration), jacolbert_documents::Error> {
    let mut shortest = Duration::MAX;
    let mut passages = Vec::new();
    for _ in 0..repeats {
        let start = Instant::now();
        passages = documents.matching(filter, &|_| true)?.passages(&|_| true)?;
        shortest = shortest.min(start.elapsed());
    }
    Ok((passages, shortest))
}

fn main() -> Result<(), Box<dyn Error>> {
    let num_documents = std::env::args().nth(1).map_or(Ok(1_000_000), |n| n.parse())?;
    let scanned = build(num_documents)?;
    let block_bytes: usize = scanned.blocks().iter().map(|block| block.bytes().len()).sum();
    let mut column_bytes = 0;
    for block in scanned.blocks() {
        let files = Companions::default().files_of(block.bytes())?;
        column_bytes += files.iter().map(|file| file.content.len()).sum::<usize>();
    }
    let start = Instant::now();
    let with_columns = scanned.clone().with_companions(&Companions::default())?;
    let per_document = |bytes: usize| bytes as f64 / num_documents as f64;
    println!(
        "{num_documents} documents in {} blocks: {:.1} bytes each, columns {:.1} bytes each, derived in {:.1} s",
        scanned.blocks().len(),
        per_document(block_bytes),
        per_document(column_bytes),
        start.elapsed().as_secs_f64()
    );
    println!("| filter | pass | first, ms | columns, ms | scanning, ms |\n|---|---|---|---|---|");
    for text in FILTERS {
        let filter: Filter = text.parse()?;
        let (_, first) = measure(&with_columns, &filter, 1)?;
        let (found, columns) = measure(&with_columns, &filter, 3)?;
        let (expected, scanning) = measure(&scanned, &filter, 3)?;
        assert!(found == expected, "columns and scanning differ");
        let [first, columns, scanning] = [first, columns, scanning].map(|t| t.as_secs_f64() * 1e3);
        println!("| `{text}` | {} | {first:.1} | {columns:.1} | {scanning:.0} |", found.len());
    }
    Ok(())
}
