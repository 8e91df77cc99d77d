//! Writes indexes of the present format, with what a search finds in them:
//! `cargo run --release -p jacolbert-search --example indexes_of_format -- FOLDER`.

use std::error::Error as StdError;
use std::fs;
use std::path::{Path, PathBuf};

use jacolbert_index::{
    Bits, BuildOptions, Embeddings, Error, Index, IndexBuilder, IndexWriter, PassageId,
};
use jacolbert_search::{SearchOptions, Searcher};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

const DIM: usize = 24;
/// Tokens that stay exact rows: fewer than an index is built of, more than are added to it later.
const FLAT_TOKENS: usize = 48;

fn main() -> Result<(), Box<dyn StdError>> {
    let folder: PathBuf = std::env::args().nth(1).ok_or("which folder?")?.into();
    fs::create_dir_all(&folder)?;
    let answers = folder.join("answers.json");
    if answers.exists() {
        return Err(format!("{} is there: see the README beside it", answers.display()).into());
    }
    let queries = (0..3).map(|n| thousandths(4, 100 + n)).collect::<Vec<_>>();
    let mut found = serde_json::Map::new();
    let coded = |bits| BuildOptions { bits, flat_tokens: FLAT_TOKENS, ..small() };
    for (name, options) in [
        ("bits_1", coded(Bits::One)),
        ("bits_2", coded(Bits::Two)),
        ("bits_4", coded(Bits::Four)),
        ("bits_8", coded(Bits::Eight)),
        ("flat", small()),
    ] {
        let index = written(&folder.join(name), options)?;
        fs::remove_file(folder.join(name).join("writer.lock"))?;
        found.insert(name.into(), answers_of(&index, &queries)?);
    }
    let all = json!({ "dim": DIM, "queries_in_thousandths": queries, "indexes": found });
    fs::write(answers, serde_json::to_string_pretty(&all)? + "\n")?;
    Ok(())
}

fn small() -> BuildOptions {
    BuildOptions { num_centroids: Some(16), ..Default::default() }
}

/// An index with all that an index can have: segments with a gap in their ids, exact rows of later
/// commits, deletions, attachments.
fn written(folder: &Path, options: BuildOptions) -> Result<Index, Error> {
    let mut builder = IndexBuilder::create(folder, DIM, options)?;
    for n in 0..30 {
        builder.add(passage(n)?.as_ref())?;
    }
    builder.attach("texts", "三十の文章".as_bytes());
    builder.attach("note", b"to be replaced");
    builder.build()?;

    let mut writer = IndexWriter::open(folder)?;
    [3, 17, 18].into_iter().try_for_each(|id| writer.delete(PassageId(id)))?;
    writer.compact();
    writer.commit()?;

    let mut writer = IndexWriter::open(folder)?;
    for n in 30..34 {
        writer.add(passage(n)?.as_ref())?;
    }
    [20, 31].into_iter().try_for_each(|id| writer.delete(PassageId(id)))?;
    writer.attach("note", "覚え書き".as_bytes());
    Ok(writer.commit()?.index)
}

fn answers_of(index: &Index, queries: &[Vec<i32>]) -> Result<Value, Box<dyn StdError>> {
    let mut hits = Vec::new();
    for query in queries {
        let rows = query.iter().map(|&value| value as f32 / 1000.0).collect();
        let query = Embeddings::new(rows, DIM)?;
        let found = Searcher::new(index).search(query.as_ref(), &SearchOptions::default())?;
        hits.push(found.iter().map(|hit| (hit.passage.0, hit.score)).collect::<Vec<_>>());
    }
    Ok(json!({
        "num_ids": index.num_ids(),
        "num_tokens": index.num_tokens(),
        "passages": index.passage_ids().map(|id| id.0).collect::<Vec<_>>(),
        "hits": hits,
    }))
}

/// Passage `n`: 1 to 8 tokens, or none if `n` is 5.
fn passage(n: u64) -> Result<Embeddings, Error> {
    let num_tokens = if n == 5 { 0 } else { n as usize % 8 + 1 };
    let rows = thousandths(num_tokens, n).into_iter().map(|value| value as f32 / 1000.0);
    Ok(Embeddings::new(rows.collect(), DIM)?)
}

/// Rows near one of eight directions, in thousandths.
fn thousandths(num_tokens: usize, seed: u64) -> Vec<i32> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let row = |_| {
        let topic = rng.random_range(0..8u64);
        let mut direction = ChaCha8Rng::seed_from_u64(1 << 32 | topic);
        let mut row = Vec::new();
        for _ in 0..DIM {
            row.push(direction.random_range(-300..300) + rng.random_range(-100..100));
        }
        row
    };
    (0..num_tokens).flat_map(row).collect()
}
