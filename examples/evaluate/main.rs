//! How good are the answers on a test collection of your own? One table, whose rows share the vectors of one
//! encoding: exhaustive search, indexes, dense models, and runs of other engines.
//!
//!     cargo run --release -p jacolbert --example evaluate -- --beir FOLDER
//!
//! The folder has `corpus.jsonl`, `queries.jsonl` and `qrels/test.tsv`. `--help` lists the options. A row for
//! BM25 is the run that the example `bm25` writes:
//!
//!     cargo run --release -p jacolbert-baselines --example bm25 -- --beir FOLDER --run bm25.trec
//!     cargo run --release -p jacolbert --example evaluate -- --beir FOLDER --compare bm25.trec

mod args;
mod table;
mod test_collection;
#[cfg(test)]
mod tests;
mod vectors;

use jacolbert::Retriever;
use jacolbert::eval::SearchQuality;

use args::{Args, Row, USAGE};
use table::Table;
use test_collection::TestCollection;
use vectors::Vectors;

fn main() -> anyhow::Result<()> {
    match Args::parse(lexopt::Parser::from_env())? {
        Some(args) => print_table(&args),
        None => {
            print!("{USAGE}");
            Ok(())
        }
    }
}

fn print_table(args: &Args) -> anyhow::Result<()> {
    // Whatever can fail for a file fails here, before the first text is encoded.
    let collection = TestCollection::open(args)?;
    let others = args.open_runs()?;
    let retriever = if args.rows.is_empty() { None } else { Some(args.load_model()?) };
    let dense = args.load_dense()?;
    let mut table = Table::new(args, &collection)?;

    for run in others {
        table.add(run)?;
    }
    if let Some(retriever) = &retriever {
        add_rows(args, &collection, retriever, &mut table)?;
    }
    for (name, encoder) in &dense {
        let vectors = Vectors::of_dense(encoder, &collection)?;
        table.add(collection.run(name, &vectors.search_exhaustively(table.depth())?)?)?;
    }
    table.finish()
}

/// Adds the rows of the late interaction model, which is asked for the vectors of a text once.
fn add_rows(
    args: &Args,
    collection: &TestCollection,
    retriever: &Retriever,
    table: &mut Table<'_>,
) -> anyhow::Result<()> {
    let vectors = Vectors::of(retriever.encoder(), collection)?;
    let mut exhaustive = None;
    for row in &args.rows {
        let hits = match row {
            Row::Exhaustive => vectors.search_exhaustively(table.depth())?,
            Row::Index(bits) => vectors.search_index(*bits, table.depth())?,
        };
        let run = collection.run(&row.to_string(), &hits)?;
        table.add(run.clone())?;
        if matches!(row, Row::Exhaustive) {
            exhaustive = Some(run);
        } else if let Some(exhaustive) = &exhaustive {
            println!("  {}", SearchQuality::new(exhaustive, &run, args.k));
        }
    }
    Ok(())
}
