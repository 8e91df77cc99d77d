//! Which rows are trained with, and which questions the model is judged by.

use std::collections::{BTreeMap, HashSet};
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

/// A question and its passages, all by the number that begins their line.
#[derive(Serialize, Deserialize)]
struct Row {
    query_id: u64,
    positive_ids: Vec<u64>,
    negative_ids: Vec<u64>,
}

/// Texts by number, and the rows about them.
pub(crate) struct Split {
    queries: BTreeMap<u64, String>,
    passages: BTreeMap<u64, String>,
    /// Passages that no row to train with may have.
    held_out: HashSet<u64>,
    left_out: HashSet<u64>,
    rows: Vec<Row>,
}

impl Split {
    /// Of the folder `data`, with its last `held_out` passages to judge by: articles follow each
    /// other there, so that hardly one is on both sides. Passages of `overlap.txt` are on neither.
    pub(crate) fn open(data: &Path, held_out: usize) -> Result<Self, Box<dyn Error>> {
        let passages = texts(&data.join("collection.tsv"))?;
        let first = passages.len().saturating_sub(held_out);
        let rows = fs::read_to_string(data.join("hard_negatives.jsonl"))?;
        let overlap = fs::read_to_string(data.join("overlap.txt")).unwrap_or_default();
        Ok(Self {
            queries: texts(&data.join("queries.tsv"))?,
            held_out: passages.keys().skip(first).copied().collect(),
            left_out: overlap.lines().map(str::parse).collect::<Result<_, _>>()?,
            passages,
            rows: rows.lines().map(serde_json::from_str).collect::<Result<_, _>>()?,
        })
    }

    /// Writes the rows to train with, which share no passage with those to judge by.
    pub(crate) fn write_rows(&self, path: &Path) -> Result<(), Box<dyn Error>> {
        let mut file = BufWriter::new(File::create(path)?);
        let trained = |id: &u64| self.is_trained(id);
        for row in self.rows.iter().filter(|row| row.positive_ids.iter().all(trained)) {
            let negative_ids = row.negative_ids.iter().copied().filter(trained).collect();
            let row = Row { negative_ids, positive_ids: row.positive_ids.clone(), ..*row };
            serde_json::to_writer(&mut file, &row)?;
            file.write_all(b"\n")?;
        }
        Ok(file.flush()?)
    }

    /// Texts of the passages that may be trained with.
    pub(crate) fn trained_passages(&self) -> impl Iterator<Item = &str> {
        let trained = self.passages.iter().filter(|(id, _)| self.is_trained(id));
        trained.map(|(_, text)| text.as_str())
    }

    fn is_trained(&self, id: &u64) -> bool {
        !self.held_out.contains(id) && !self.left_out.contains(id)
    }

    /// Passages to judge by, with their numbers.
    pub(crate) fn held_out_passages(&self) -> Vec<(String, String)> {
        let held_out = self.passages.iter().filter(|(id, _)| self.held_out.contains(id));
        held_out.map(|(id, text)| (id.to_string(), text.clone())).collect()
    }

    /// Every `nth` question about them, with its number and that of its passage.
    pub(crate) fn held_out_queries(&self, nth: usize) -> Vec<(String, String, String)> {
        let questions = self.rows.iter().filter_map(|row| {
            let passage = row.positive_ids.iter().find(|id| self.held_out.contains(id))?;
            let text = self.queries.get(&row.query_id)?;
            Some((row.query_id.to_string(), text.clone(), passage.to_string()))
        });
        questions.step_by(nth).collect()
    }
}

/// Lines `number<TAB>text`.
fn texts(path: &Path) -> Result<BTreeMap<u64, String>, Box<dyn Error>> {
    let lines = fs::read_to_string(path)?;
    let texts = lines.lines().map(|line| {
        let (id, text) = line.split_once('\t').ok_or("a line without a tab")?;
        Ok((id.parse()?, text.to_string()))
    });
    texts.collect()
}
