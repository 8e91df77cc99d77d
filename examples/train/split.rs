//! Which rows are trained with, and which questions the model is judged by.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use jacolbert::read_tsv;
use jacolbert::train::TextLines;
use serde::{Deserialize, Serialize};

/// A question and its passages, all by id.
#[derive(Clone, Serialize, Deserialize)]
struct Row {
    query_id: Id,
    positive_ids: Vec<Id>,
    negative_ids: Vec<Id>,
}

/// An id, which may be a number in the file.
#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum Id {
    Number(i64),
    Text(String),
}

impl Id {
    fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

/// Texts by id, and the rows about them.
pub(crate) struct Split {
    queries: HashMap<String, String>,
    /// In the order of the file.
    passages: Vec<(String, String)>,
    /// Passages that no row to train with may have.
    held_out: HashSet<String>,
    left_out: HashSet<String>,
    rows: Vec<Row>,
}

impl Split {
    /// Of the folder `data`, with its last `held_out` passages to judge by: articles follow each
    /// other there, so that hardly one is on both sides. Passages of `overlap.txt` are on neither.
    pub(crate) fn open(data: &Path, held_out: usize) -> anyhow::Result<Self> {
        let passages = texts(&data.join("collection.tsv"))?;
        let first = passages.len().saturating_sub(held_out);
        let overlap = data.join("overlap.txt");
        let left_out = if overlap.exists() {
            lines(&overlap, |line| Ok(line.trim().into()))?
        } else {
            Vec::new()
        };
        Ok(Self {
            queries: texts(&data.join("queries.tsv"))?.into_iter().collect(),
            held_out: passages[first..].iter().map(|(id, _)| id.clone()).collect(),
            left_out: left_out.into_iter().collect(),
            passages,
            rows: lines(&data.join("hard_negatives.jsonl"), |line| {
                Ok(serde_json::from_str(line)?)
            })?,
        })
    }

    /// Writes the rows to train with, which share no passage with those to judge by.
    pub(crate) fn write_rows(&self, path: &Path) -> anyhow::Result<()> {
        let place = || format!("cannot write {}", path.display());
        let mut file = BufWriter::new(File::create(path).with_context(place)?);
        let trained = |id: &Id| self.is_trained(&id.text());
        for row in self.rows.iter().filter(|row| row.positive_ids.iter().all(trained)) {
            let negative_ids = row.negative_ids.iter().filter(|id| trained(id)).cloned().collect();
            serde_json::to_writer(&mut file, &Row { negative_ids, ..row.clone() })?;
            file.write_all(b"\n").with_context(place)?;
        }
        file.flush().with_context(place)
    }

    /// Texts of the passages that may be trained with.
    pub(crate) fn trained_passages(&self) -> impl Iterator<Item = &str> {
        let trained = self.passages.iter().filter(|(id, _)| self.is_trained(id));
        trained.map(|(_, text)| text.as_str())
    }

    fn is_trained(&self, id: &str) -> bool {
        !self.held_out.contains(id) && !self.left_out.contains(id)
    }

    /// Passages to judge by, with their ids.
    pub(crate) fn held_out_passages(&self) -> Vec<(String, String)> {
        self.passages.iter().filter(|(id, _)| self.held_out.contains(id)).cloned().collect()
    }

    /// Every `nth` question about them, with its id and that of its passage.
    pub(crate) fn held_out_queries(&self, nth: usize) -> Vec<(String, String, String)> {
        let questions = self.rows.iter().filter_map(|row| {
            let query = row.query_id.text();
            let mut positives = row.positive_ids.iter().map(Id::text);
            let passage = positives.find(|id| self.held_out.contains(id))?;
            Some((query.clone(), self.queries.get(&query)?.clone(), passage))
        });
        questions.step_by(nth).collect()
    }
}

/// The texts of a file of lines `id<TAB>text`, with their ids.
fn texts(path: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let texts = read_tsv(path)?;
    Ok(texts.into_iter().map(|document| (document.id, document.text)).collect())
}

/// What `parse` makes of each line of a file.
fn lines<T>(path: &Path, parse: impl Fn(&str) -> anyhow::Result<T>) -> anyhow::Result<Vec<T>> {
    let mut lines = TextLines::open(path)?;
    let mut parsed = Vec::new();
    while let Some(line) = lines.next_line()? {
        let place = || format!("{}, line {}", path.display(), line.number);
        parsed.push(parse(line.text).with_context(place)?);
    }
    Ok(parsed)
}
