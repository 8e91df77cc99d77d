//! Passages that a search takes for answers.

use std::collections::HashMap;
use std::num::ParseIntError;

use jacolbert::eval::{Run, TieRule};
use jacolbert::{Collection, Document, Retriever, Splitting};
use jacolbert_train::Cause;
use jacolbert_train::prepare::{Mined, MiningOptions, TrainingData};

use super::texts::Texts;
use crate::error::Error;
use crate::output::Output;
use crate::progress::Progress;

/// Adds negatives from the results of another engine.
pub(super) fn mine_by_run(
    data: &mut TrainingData,
    beir: &Texts,
    run: &Run,
    options: &MiningOptions,
) -> Result<Mined, Error> {
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
    Ok(mined)
}

/// Adds negatives from a search with a model, through an index in a temporary folder.
pub(super) fn mine_by_model(
    data: &mut TrainingData,
    retriever: &Retriever,
    options: &MiningOptions,
    output: &Output,
) -> Result<Mined, Error> {
    let passages = data.passages().enumerate();
    let documents = passages.map(|(number, text)| Document::new(number.to_string(), text));
    let documents: Vec<Document> = documents.collect();
    let of = Some(documents.len());
    let place = tempfile::tempdir().map_err(|source| Error::io(std::env::temp_dir(), source))?;
    let progress = Progress::start(output, "encoding passages", of)?;
    let indexer = retriever.indexer(place.path().join("index")).splitting(Splitting::Whole);
    let indexed = indexer.on_progress(|shown| progress.index(shown, of)).run(documents)?;
    let mined = data.mine(options, &mut |queries, k| rank(&indexed.collection, queries, k))?;
    Ok(mined)
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
