//! Passages that a search takes for answers.

use std::collections::HashMap;
use std::num::ParseIntError;
use std::path::Path;

use jacolbert::eval::{Run, TieRule};
use jacolbert::train::Cause;
use jacolbert::train::prepare::{MiningOptions, TrainingData};
use jacolbert::{Collection, Document, Retriever, Splitting};

use crate::texts::Texts;

/// Adds negatives from the results of another engine.
pub(crate) fn mine_by_run(
    data: &mut TrainingData,
    beir: &Texts,
    run: &Run,
    options: &MiningOptions,
) -> anyhow::Result<()> {
    let queries = beir.queries.iter().map(|(id, text)| (text.clone(), id.as_str()));
    let queries: HashMap<String, &str> = queries.collect();
    let numbers = data.passages().enumerate().map(|(number, text)| (text.to_string(), number));
    let numbers: HashMap<String, usize> = numbers.collect();
    let mined = data.mine(options, &mut |texts, k| {
        let ranked = |text: &&str| {
            let hits = run.ranking(queries[*text]).map(|hits| hits.best_first(TieRule::default()));
            let best = hits.into_iter().flatten().take(k);
            let passages = best.map(|(id, _)| beir.passage(id));
            // An empty passage has no number and is no negative.
            let found = passages.filter_map(|text| match text {
                Ok(text) => numbers.get(text).copied().map(Ok),
                Err(error) => Some(Err(Cause::from(error))),
            });
            found.collect()
        };
        texts.iter().map(ranked).collect()
    })?;
    println!("{}: {mined:?}", run.name());
    Ok(())
}

/// Adds negatives from a search with a model.
pub(crate) fn mine_by_model(
    data: &mut TrainingData,
    retriever: &Retriever,
    out: &Path,
    options: &MiningOptions,
) -> anyhow::Result<()> {
    let passages = data.passages().enumerate();
    let documents = passages.map(|(number, text)| Document::new(number.to_string(), text));
    let indexer = retriever.indexer(out.join("index")).splitting(Splitting::Whole);
    let collection = indexer.run(documents)?.collection;
    let mined = data.mine(options, &mut |queries, k| rank(&collection, queries, k))?;
    println!("model: {mined:?}");
    Ok(())
}

/// Numbers of the best passages for each query: passages are documents by their number.
fn rank(collection: &Collection, queries: &[&str], k: usize) -> Result<Vec<Vec<usize>>, Cause> {
    let mut ranked = Vec::with_capacity(queries.len());
    for hits in collection.search_batch(queries, k)? {
        let numbers = hits.iter().map(|hit| hit.document_id.parse());
        ranked.push(numbers.collect::<Result<_, ParseIntError>>()?);
    }
    Ok(ranked)
}
