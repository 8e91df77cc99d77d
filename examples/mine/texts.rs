//! The texts of a BEIR folder.

use std::collections::HashMap;
use std::error::Error;
use std::path::Path;

use jacolbert::eval::{BeirFolder, Qrels};
use jacolbert::train::prepare::TrainingData;

/// The texts, by id.
pub(crate) struct Texts {
    /// Queries, by id.
    pub(crate) queries: HashMap<String, String>,
    passages: HashMap<String, String>,
    /// Ids of passages, in the order of the file.
    order: Vec<String>,
}

impl Texts {
    /// Reads all texts of a folder.
    pub(crate) fn read(beir: &BeirFolder) -> Result<Self, Box<dyn Error>> {
        let mut texts =
            Self { queries: HashMap::new(), passages: HashMap::new(), order: Vec::new() };
        for query in beir.queries()? {
            let query = query?;
            texts.queries.insert(query.id, query.text);
        }
        for passage in beir.documents()? {
            let passage = passage?;
            texts.order.push(passage.id.clone());
            texts.passages.insert(passage.id, passage.text);
        }
        Ok(texts)
    }

    fn query(&self, id: &str) -> Result<&str, String> {
        self.queries.get(id).map(String::as_str).ok_or_else(|| format!("no query {id}"))
    }

    /// The text of the passage `id`.
    pub(crate) fn passage(&self, id: &str) -> Result<&str, String> {
        self.passages.get(id).map(String::as_str).ok_or_else(|| format!("no passage {id}"))
    }

    /// Judged pairs, all passages, and answers.
    pub(crate) fn training_data(
        &self,
        qrels: &Qrels,
        answers: Option<&Path>,
    ) -> Result<TrainingData, Box<dyn Error>> {
        let mut pairs = Vec::new();
        for (query, judgements) in qrels.iter() {
            for (passage, grade) in judgements.iter() {
                pairs.push((self.query(query)?, self.passage(passage)?, grade > 0));
            }
        }
        let mut data = TrainingData::from_labelled_pairs(pairs)?;
        data.add_passages(self.order.iter().map(|id| &self.passages[id]))?;
        if let Some(path) = answers {
            for line in std::fs::read_to_string(path)?.lines() {
                let (query, answer) = line.split_once('\t').ok_or("an answer without a tab")?;
                data.add_answers([(self.query(query)?, answer)])?;
            }
        }
        Ok(data)
    }
}
