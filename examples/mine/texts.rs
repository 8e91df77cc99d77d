//! The texts of a BEIR folder.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use jacolbert::eval::{BeirFolder, Error as EvalError, Qrels};
use jacolbert::train::prepare::TrainingData;
use jacolbert::train::{BadTexts, Error as TrainError, TextLines};

use crate::args::Args;

/// The texts, by id.
pub(crate) struct Texts {
    /// Queries, by id.
    pub(crate) queries: HashMap<String, String>,
    passages: HashMap<String, String>,
    /// Ids of passages, in the order of the file.
    order: Vec<String>,
    folder: PathBuf,
}

/// A judged query and passage, by id, and whether the passage answers.
type Pair<'a> = (&'a str, &'a str, bool);

impl Texts {
    /// Reads all texts of a folder.
    pub(crate) fn read(beir: &BeirFolder, args: &Args) -> anyhow::Result<Self> {
        let mut texts = Self {
            queries: HashMap::new(),
            passages: HashMap::new(),
            order: Vec::new(),
            folder: args.beir.clone(),
        };
        for query in read_records("queries.jsonl", beir.queries()?, args.bad_texts)? {
            texts.queries.insert(query.id, query.text);
        }
        for passage in read_records("corpus.jsonl", beir.documents()?, args.bad_texts)? {
            texts.order.push(passage.id.clone());
            texts.passages.insert(passage.id, passage.text);
        }
        Ok(texts)
    }

    fn query(&self, id: &str) -> anyhow::Result<&str> {
        let text = self.queries.get(id).map(String::as_str);
        text.ok_or_else(|| anyhow!("{} has no query {id}", self.folder.display()))
    }

    /// The text of the passage `id`.
    pub(crate) fn passage(&self, id: &str) -> anyhow::Result<&str> {
        let text = self.passages.get(id).map(String::as_str);
        text.ok_or_else(|| anyhow!("{} has no passage {id}", self.folder.display()))
    }

    /// Judged pairs, all passages, and answers.
    pub(crate) fn training_data(&self, qrels: &Qrels, args: &Args) -> anyhow::Result<TrainingData> {
        let mut data = TrainingData::new(args.bad_texts);
        let mut num_missing = 0;
        for (query, judgements) in qrels.iter() {
            for (passage, grade) in judgements.iter() {
                let pair = (query, passage, grade > 0);
                match (self.add_pair(&mut data, pair), args.bad_texts) {
                    (Err(_), BadTexts::Skip) => num_missing += 1,
                    (added, _) => added.with_context(|| {
                        format!(
                            "{}: query {query} and passage {passage} of the split {}; \
                             --skip-bad-texts leaves such pairs out",
                            self.folder.display(),
                            args.split
                        )
                    })?,
                }
            }
        }
        let is_empty = |id: &&String| self.passages[*id].trim().is_empty();
        let num_empty = self.order.iter().filter(is_empty).count();
        data.add_passages(
            self.order.iter().filter(|id| !is_empty(id)).map(|id| &self.passages[id]),
        )?;
        if let Some(path) = &args.answers {
            num_missing += self.add_answers(&mut data, path, args.bad_texts)?;
        }
        println!(
            "{num_empty} empty passages, {num_missing} pairs and answers without texts; {:?}",
            data.left_out()
        );
        Ok(data)
    }

    fn add_pair(&self, data: &mut TrainingData, pair: Pair<'_>) -> anyhow::Result<()> {
        let (query, passage, answers) = pair;
        let pair = (self.query(query)?, self.passage(passage)?, answers);
        // The position among one pair says nothing; the caller names the ids.
        data.add_labelled_pairs([pair]).map_err(|error| match error {
            TrainError::Item { fault, .. } => fault.into(),
            other => other.into(),
        })
    }

    /// Adds the answers in the file `path`, lines `query id<TAB>answer`. Returns the number of those that
    /// were left out, because their query is unknown.
    fn add_answers(
        &self,
        data: &mut TrainingData,
        path: &Path,
        bad_texts: BadTexts,
    ) -> anyhow::Result<usize> {
        let mut lines = TextLines::open(path)?;
        let mut num_unknown = 0;
        while let Some(line) = lines.next_line()? {
            let place = || format!("{}, line {}", path.display(), line.number);
            let parts = line.text.split_once('\t').context("an answer without a tab");
            let (query, answer) = parts.with_context(place)?;
            let added =
                self.query(query).and_then(|query| Ok(data.add_answers([(query, answer)])?));
            match (added, bad_texts) {
                (Err(_), BadTexts::Skip) => num_unknown += 1,
                (added, _) => added.with_context(place)?,
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
) -> anyhow::Result<Vec<T>> {
    let mut read = Vec::new();
    let mut num_doubled = 0;
    for record in records {
        match (record, bad_texts) {
            (Err(EvalError::DuplicateId { .. }), BadTexts::Skip) => num_doubled += 1,
            (record, _) => read.push(record?),
        }
    }
    if num_doubled > 0 {
        println!("{name}: {num_doubled} lines with an id that an earlier line has");
    }
    Ok(read)
}
