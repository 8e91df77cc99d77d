//! Mr.TyDi-ja (Zhang et al. 2021), test: 720 queries over 7,000,027 passages of Wikipedia.
//!
//! The folder is `mrtydi-v1.0-japanese` or `mrtydi-v1.1-japanese` as its archive unpacks:
//!
//! | file | its lines |
//! |---|---|
//! | `topic.test.tsv` | query id, tab, text |
//! | `qrels.test.txt` | TREC qrels |
//! | `collection/docs.jsonl.gz` | `{"id": .., "contents": "title\n\ntext"}` |
//!
//! In the place of the last it may hold `corpus.jsonl.gz` of `castorini/mr-tydi-corpus`, whose lines are
//! `{"docid": .., "title": .., "text": ..}`. Texts are searched without titles, as in the reports, whose
//! table is not over the whole collection but over the right passages and 100,000 others.

use std::collections::HashSet;
use std::path::Path;

use jacolbert::eval::{Qrels, json_id};
use jacolbert::{Document, Query};
use serde::Deserialize;

use crate::files::{all, files, is_jsonl, only};
use crate::lines::{check_new, line_error, topics};
use crate::rows::each_row;
use crate::{Error, PythonRandom, TestCollection};

/// Random passages beside the right ones in the reports.
pub const NUM_RANDOM: usize = 100_000;
/// The seed of Python's `random` that drew them.
pub const SEED: u64 = 42;

#[derive(Deserialize)]
struct Passage {
    #[serde(alias = "docid", deserialize_with = "json_id::deserialize")]
    id: String,
    text: Option<String>,
    contents: Option<String>,
}

impl Passage {
    /// The text without its title; none if the row has neither.
    fn into_text(self) -> Option<String> {
        self.text.or_else(|| {
            let contents = self.contents?;
            let text = contents.split_once("\n\n").map(|(_, text)| text.to_owned());
            Some(text.unwrap_or(contents))
        })
    }
}

/// All passages.
///
/// # Errors
/// A file that is not there or there twice, a line that is not what it should be, an id that stands twice,
/// a relevant passage that is not there.
pub fn open_full(folder: &Path) -> Result<TestCollection, Error> {
    let found = files(folder)?;
    let is_topics = |name: &str| ["topic.test.tsv", "topics.test.tsv"].contains(&name);
    let topics_file = only(folder, &found, "topic.test.tsv", is_topics)?;
    let is_qrels = |name: &str| ["qrels.test.txt", "qrels.test.tsv"].contains(&name);
    let qrels_file = only(folder, &found, "qrels.test.txt", is_qrels)?;
    let is_passages = |name: &str| is_jsonl(name, "docs") || is_jsonl(name, "corpus");
    let passages = all(folder, &found, "docs.jsonl.gz", is_passages)?;

    let mut documents = Vec::new();
    let mut ids = HashSet::new();
    for path in &passages {
        each_row(path, |passage: Passage, line| {
            let id = passage.id.clone();
            check_new(path, line, &id, &mut ids)?;
            let text = passage.into_text();
            let text = text.ok_or_else(|| line_error(path, line, "text or contents"))?;
            documents.push(Document::new(id, text));
            Ok(())
        })?;
    }
    let queries: Vec<Query> = topics(&topics_file)?;
    let qrels = Qrels::open_trec(&qrels_file)?;
    let collection = TestCollection { documents, queries, qrels, candidates: None };
    collection.check_judged(&qrels_file)?;
    Ok(collection)
}

/// The relevant passages and `num_random` of all, which Python's `random.sample` draws from the ids in the
/// order of the files after `random.seed(seed)`; the passages keep that order.
///
/// # Errors
/// [`Error::Sample`] if there are not as many.
pub fn sampled(
    collection: TestCollection,
    num_random: usize,
    seed: u64,
) -> Result<TestCollection, Error> {
    let TestCollection { documents, queries, qrels, candidates } = collection;
    let sample = PythonRandom::new(seed).sample(documents.len(), num_random)?;
    let sample: HashSet<usize> = sample.into_iter().collect();
    let judged = qrels.iter().flat_map(|(_, judgements)| judgements.iter());
    let relevant: HashSet<&str> =
        judged.filter(|(_, grade)| *grade > 0).map(|(id, _)| id).collect();
    let numbered = documents.into_iter().enumerate();
    let kept = numbered
        .filter(|(n, document)| sample.contains(n) || relevant.contains(document.id.as_str()));
    let documents = kept.map(|(_, document)| document).collect();
    Ok(TestCollection { documents, queries, qrels, candidates })
}
