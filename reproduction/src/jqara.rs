//! JQaRA (Tateno 2024), test: 100 passages to put in order for each of 1,667 questions.
//!
//! Of the dataset's rows, which are Parquet on the hub (`data/test-00000-of-00001.parquet`) and may also be
//! JSON lines, plain or gzip (`test.jsonl`), these are read: `q_id`, `question`, `passage_row_id`, `title`,
//! `text` and `label` (0 or 1).
//!
//! A passage is searched as its title, a space and its text, as the dataset's own evaluation does.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use jacolbert::eval::{Qrels, Run, json_id};
use jacolbert::{Document, Query};
use serde::Deserialize;

use crate::lines::line_error;
use crate::rows::{each_row_of, files_of_rows};
use crate::{Error, TestCollection};

#[derive(Deserialize)]
struct Row {
    #[serde(deserialize_with = "json_id::deserialize")]
    q_id: String,
    question: String,
    /// A number on the hub, a text in the published runs.
    #[serde(deserialize_with = "json_id::deserialize")]
    passage_row_id: String,
    title: Option<String>,
    text: Option<String>,
    label: f64,
}

/// Reads the rows of the file `path`, or those of `test*.jsonl` or `test*.parquet` in that folder.
///
/// # Errors
/// A folder without the file, a line that is not a row, a passage that stands twice for a question or with
/// two texts, a question with two texts, a file without judgements.
pub fn open(path: &Path) -> Result<TestCollection, Error> {
    let mut documents = Vec::<Document>::new();
    let mut queries = Vec::<Query>::new();
    let mut places = HashMap::new();
    let mut asked = HashMap::<String, usize>::new();
    let mut qrels = Qrels::new();
    let mut candidates = Run::new("candidates");
    each_row_of(&parts(path)?, |row: Row, path, line| {
        let at = |expected| line_error(path, line, expected);
        let id = row.passage_row_id;
        let title = row.title.unwrap_or_default();
        let text = format!("{title} {}", row.text.unwrap_or_default());
        let label = match row.label {
            0.0 => 0,
            1.0 => 1,
            _ => return Err(at("the label 0 or 1")),
        };
        let place = *places.entry(id.clone()).or_insert(documents.len());
        match documents.get(place) {
            Some(known) if known.text == text => {}
            Some(_) => return Err(at("the text that the passage had before")),
            None => documents.push(Document::new(id.clone(), text)),
        }
        let place = *asked.entry(row.q_id.clone()).or_insert(queries.len());
        match queries.get(place) {
            Some(known) if known.text == row.question => {}
            Some(_) => return Err(at("the text that the question had before")),
            None => queries.push(Query::new(row.q_id.clone(), row.question)),
        }
        let listed = candidates.push(&row.q_id, &id, 0.0);
        listed.map_err(|_| at("a passage that the question does not have yet, and ids that are neither empty nor have U+0000"))?;
        Ok(qrels.insert(&row.q_id, &id, label)?)
    })?;
    Ok(TestCollection { documents, queries, qrels, candidates: Some(candidates) })
}

fn parts(path: &Path) -> Result<Vec<PathBuf>, Error> {
    if path.is_dir() { files_of_rows(path, "test") } else { Ok(vec![path.to_owned()]) }
}
