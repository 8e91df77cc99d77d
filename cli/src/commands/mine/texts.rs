//! The texts of a BEIR folder.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use jacolbert::eval::{BeirFolder, Error as EvalError, Qrels};
use jacolbert_train::prepare::TrainingData;
use jacolbert_train::{BadTexts, Error as TrainError, TextLines};

use crate::error::Error;
use crate::output::Output;

/// The texts, by id.
pub(super) struct Texts {
    /// Queries, by id.
    pub(super) queries: HashMap<String, String>,
    passages: HashMap<String, String>,
    /// Ids of passages, in the order of the file.
    order: Vec<String>,
    folder: PathBuf,
    bad_texts: BadTexts,
}

/// A judged query and passage, by id, and whether the passage answers.
type Pair<'a> = (&'a str, &'a str, bool);

impl Texts {
    /// Reads all texts of a folder.
    pub(super) fn read(
        beir: &BeirFolder,
        path: &Path,
        bad_texts: BadTexts,
        output: &Output,
    ) -> Result<Self, Error> {
        let queries = read_records("queries.jsonl", beir.queries()?, bad_texts, output)?;
        let documents = read_records("corpus.jsonl", beir.documents()?, bad_texts, output)?;
        let order = documents.iter().map(|passage| passage.id.clone()).collect();
        let passages = documents.into_iter().map(|passage| (passage.id, passage.text));
        Ok(Self {
            queries: queries.into_iter().map(|query| (query.id, query.text)).collect(),
            passages: passages.collect(),
            order,
            folder: path.into(),
            bad_texts,
        })
    }

    fn query(&self, id: &str) -> Result<&str, Error> {
        let text = self.queries.get(id).map(String::as_str);
        text.ok_or_else(|| Error::file(&self.folder, format!("there is no query {id}")))
    }

    /// The text of the passage `id`.
    pub(super) fn passage(&self, id: &str) -> Result<&str, Error> {
        let text = self.passages.get(id).map(String::as_str);
        text.ok_or_else(|| Error::file(&self.folder, format!("there is no passage {id}")))
    }

    /// Judged pairs, all passages, and answers.
    pub(super) fn training_data(
        &self,
        qrels: &Qrels,
        answers: Option<&Path>,
        output: &Output,
    ) -> Result<TrainingData, Error> {
        let mut data = TrainingData::new(self.bad_texts);
        let mut num_missing = self.add_pairs(&mut data, qrels)?;
        let is_empty = |id: &&String| self.passages[*id].trim().is_empty();
        let num_empty = self.order.iter().filter(is_empty).count();
        let passages = self.order.iter().filter(|id| !is_empty(id)).map(|id| &self.passages[id]);
        data.add_passages(passages)?;
        if let Some(path) = answers {
            num_missing += self.add_answers(&mut data, path)?;
        }
        if num_empty + num_missing > 0 {
            output.note(format!(
                "left out: {num_empty} empty passages, {num_missing} pairs and answers without texts"
            ));
        }
        Ok(data)
    }

    /// Adds the judged pairs. Returns the number of those that were left out.
    fn add_pairs(&self, data: &mut TrainingData, qrels: &Qrels) -> Result<usize, Error> {
        let mut num_missing = 0;
        for (query, judgements) in qrels.iter() {
            for (passage, grade) in judgements.iter() {
                let added = self.add_pair(data, (query, passage, grade > 0));
                match (added, self.bad_texts) {
                    (Err(_), BadTexts::Skip) => num_missing += 1,
                    (Err(what), BadTexts::Refuse) => {
                        let what = format!(
                            "query {query} and passage {passage}: {what}; --skip-bad-texts leaves such pairs out"
                        );
                        return Err(Error::file(&self.folder, what));
                    }
                    (Ok(()), _) => {}
                }
            }
        }
        Ok(num_missing)
    }

    /// Adds a pair, or says what is wrong with it.
    fn add_pair(&self, data: &mut TrainingData, pair: Pair<'_>) -> Result<(), String> {
        let (query, passage, answers) = pair;
        let query = self.query(query).map_err(|error| error.to_string())?;
        let passage = self.passage(passage).map_err(|error| error.to_string())?;
        // The position among one pair says nothing; the caller names the ids.
        data.add_labelled_pairs([(query, passage, answers)]).map_err(|error| match error {
            TrainError::Item { fault, .. } => fault.to_string(),
            other => other.to_string(),
        })
    }

    /// Adds the answers in the file `path`, lines `query id<TAB>answer`. Returns the number of those that
    /// were left out, because their query is unknown.
    fn add_answers(&self, data: &mut TrainingData, path: &Path) -> Result<usize, Error> {
        let mut lines = TextLines::open(path).map_err(TrainError::from)?;
        let mut num_unknown = 0;
        while let Some(line) = lines.next_line().map_err(TrainError::from)? {
            let at_line = |what: String| Error::Record {
                path: path.into(),
                record: format!("line {}", line.number),
                what,
            };
            let parts = line.text.split_once('\t');
            let (query, answer) = parts.ok_or_else(|| at_line("an answer without a tab".into()))?;
            let query = self.query(query).map_err(|error| error.to_string());
            let added = query.and_then(|query| {
                data.add_answers([(query, answer)]).map_err(|error| error.to_string())
            });
            match (added, self.bad_texts) {
                (Err(_), BadTexts::Skip) => num_unknown += 1,
                (added, _) => added.map_err(at_line)?,
            }
        }
        Ok(num_unknown)
    }
}

/// The records of a file; without those whose id an earlier one has, if bad texts are skipped.
fn read_records<T>(
    name: &str,
    records: impl Iterator<Item = Result<T, EvalError>>,
    bad_texts: BadTexts,
    output: &Output,
) -> Result<Vec<T>, Error> {
    let mut read = Vec::new();
    let mut num_doubled = 0;
    for record in records {
        match (record, bad_texts) {
            (Err(EvalError::DuplicateId { .. }), BadTexts::Skip) => num_doubled += 1,
            (record, _) => read.push(record?),
        }
    }
    if num_doubled > 0 {
        output.warn(format!("{name}: {num_doubled} lines with an id that an earlier line has"));
    }
    Ok(read)
}
