//! Exports a collection to Parquet and to Qdrant's HTTP API:
//! `cargo run --release --example export -- COLLECTION FOLDER [FILTER]`.

use std::env;
use std::path::Path;

use anyhow::{Context, Result};
use jacolbert::{Collection, Filter};
use jacolbert_export::{Export, Precision, QdrantVectors};

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [collection, folder, filter @ ..] = arguments.as_slice() else {
        anyhow::bail!("arguments: COLLECTION FOLDER [FILTER]");
    };
    let collection = Collection::open(collection)?;
    let folder = Path::new(folder);
    std::fs::create_dir_all(folder).with_context(|| format!("{}", folder.display()))?;
    let export = || -> Result<_> {
        Ok(match filter.first() {
            Some(filter) => Export::new(&collection).filter(filter.parse::<Filter>()?),
            None => Export::new(&collection),
        })
    };

    let parquet = folder.join("passages.parquet");
    let summary = export()?.precision(Precision::F16).write_parquet(&parquet)?;
    println!(
        "{}: {} passages, {} vectors",
        parquet.display(),
        summary.num_passages,
        summary.num_vectors
    );

    let vectors = QdrantVectors::default();
    let points = folder.join("points.jsonl");
    export()?.write_qdrant(&points, &vectors)?;
    let dim = collection.retriever().encoder().dim();
    std::fs::write(folder.join("collection.json"), vectors.collection(dim).to_string())?;
    println!("{0}/collection.json and {0}/points.jsonl. Send them:", folder.display());
    println!("  curl -X PUT $QDRANT/collections/passages --json @collection.json");
    println!(
        "  while read -r body; do curl -X PUT $QDRANT/collections/passages/points --json @- <<< \"$body\"; done < points.jsonl"
    );
    Ok(())
}
