//! Documents, questions and judgements: of a BEIR folder, or those that a training left out.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};
use jacolbert::eval::{BeirFolder, Qrels};
use jacolbert::{Document, Query};
use serde::Deserialize;

use crate::args::Args;

/// The questions about so many passages at the end are left out of a training; see the example `train`.
const HELD_OUT_PASSAGES: usize = 800;

/// What is searched, what is asked and what is right.
pub(crate) struct Questions {
    pub(crate) documents: Vec<Document>,
    pub(crate) queries: Vec<Query>,
    pub(crate) qrels: Qrels,
}

/// A line of `hard_negatives.jsonl`.
#[derive(Deserialize)]
struct Row {
    query_id: u64,
    positive_ids: Vec<u64>,
}

impl Questions {
    pub(crate) fn open(args: &Args) -> anyhow::Result<Self> {
        let questions = match (&args.beir, &args.held_out) {
            (Some(folder), _) => Self::of_beir(folder, &args.split)?,
            (None, Some(folder)) => Self::held_out(folder)?,
            (None, None) => Self { documents: vec![], queries: vec![], qrels: Qrels::new() },
        };
        ensure!(!questions.documents.is_empty(), "there are no documents");
        ensure!(!questions.queries.is_empty(), "there are no judged queries");
        Ok(questions)
    }

    fn of_beir(folder: &Path, split: &str) -> anyhow::Result<Self> {
        let folder = BeirFolder::open(folder)?;
        let qrels = folder.qrels(split)?;
        let documents = folder.documents()?.map(|found| found.map(|d| Document::new(d.id, d.text)));
        let documents = documents.collect::<Result<_, _>>()?;
        let queries = folder.queries()?.map(|query| query.map(Query::from));
        let mut queries = queries.collect::<Result<Vec<_>, _>>()?;
        queries.retain(|query| qrels.judgements(&query.id).is_some());
        Ok(Self { documents, queries, qrels })
    }

    fn held_out(folder: &Path) -> anyhow::Result<Self> {
        let passages = lines(&folder.join("collection.tsv"))?;
        let texts: HashMap<String, String> =
            lines(&folder.join("queries.tsv"))?.into_iter().collect();
        let overlap = fs::read_to_string(folder.join("overlap.txt")).unwrap_or_default();
        let overlap: HashSet<&str> = overlap.lines().map(str::trim).collect();
        let first = passages.len().saturating_sub(HELD_OUT_PASSAGES);
        let held_out = passages[first..].iter().map(|(id, _)| id.as_str());
        let held_out: HashSet<&str> = held_out.filter(|id| !overlap.contains(id)).collect();

        let path = folder.join("hard_negatives.jsonl");
        let rows = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let mut queries = Vec::new();
        let mut qrels = Qrels::new();
        for line in rows.lines() {
            let row: Row = serde_json::from_str(line)?;
            let id = row.query_id.to_string();
            let positives: Vec<String> = row.positive_ids.iter().map(u64::to_string).collect();
            if positives.iter().all(|positive| held_out.contains(positive.as_str())) {
                positives.iter().try_for_each(|positive| qrels.insert(&id, positive, 1))?;
                let text = texts.get(&id).with_context(|| format!("query {id} has no text"))?;
                queries.push(Query::new(id, text));
            }
        }
        let documents = passages.iter().map(|(id, text)| Document::new(id, text)).collect();
        Ok(Self { documents, queries, qrels })
    }
}

/// The lines of a file with an id and a text.
fn lines(path: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let file = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let pair = |line: &str| {
        let pair = line.split_once('\t').map(|(id, text)| (id.to_owned(), text.to_owned()));
        pair.with_context(|| format!("a line without a tab in {}", path.display()))
    };
    file.lines().map(pair).collect()
}
