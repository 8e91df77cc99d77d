//! MIRACL-ja (Zhang et al. 2023), dev: 860 queries over 6,953,614 passages of Wikipedia.
//!
//! The folder holds, at any depth and plain or gzip, the files of the two datasets on the hub,
//! `miracl/miracl` and `miracl/miracl-corpus`:
//!
//! | file | its lines |
//! |---|---|
//! | `topics.miracl-v1.0-ja-dev.tsv` | query id, tab, text |
//! | `qrels.miracl-v1.0-ja-dev.tsv` | TREC qrels |
//! | `docs-*.jsonl.gz` | `{"docid": .., "title": .., "text": ..}` |
//!
//! Texts are searched without titles, as in the reports. Their table of 2023 is not over the whole
//! collection, but over a [pool].

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use jacolbert::eval::{Qrels, Run, json_id};
use jacolbert::{Document, Query};
use serde::Deserialize;

use crate::files::{all, files, is_jsonl, only};
use crate::lines::{check_new, line_error, topics};
use crate::pool;
use crate::rows::each_row;
use crate::{Error, TestCollection};

#[derive(Deserialize)]
struct Passage {
    #[serde(deserialize_with = "json_id::deserialize")]
    docid: String,
    text: String,
}

/// The files of the collection in one folder.
#[derive(Debug, Clone)]
pub struct MiraclFolder {
    topics: PathBuf,
    qrels: PathBuf,
    passages: Vec<PathBuf>,
}

impl MiraclFolder {
    /// Finds the files in `folder`.
    ///
    /// # Errors
    /// A file that is not there, or there twice.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let found = files(folder)?;
        let only = |begin: &'static str, looked_for| {
            only(folder, &found, looked_for, |name| name.starts_with(begin))
        };
        Ok(Self {
            topics: only("topics.miracl-v1.0-ja-dev.", "topics.miracl-v1.0-ja-dev.tsv")?,
            qrels: only("qrels.miracl-v1.0-ja-dev.", "qrels.miracl-v1.0-ja-dev.tsv")?,
            passages: all(folder, &found, "docs-*.jsonl.gz", |name| is_jsonl(name, "docs-"))?,
        })
    }

    /// The queries.
    ///
    /// # Errors
    /// A line that is not an id, a tab and a text; an id that stands twice.
    pub fn queries(&self) -> Result<Vec<Query>, Error> {
        topics(&self.topics)
    }

    /// The judgements.
    ///
    /// # Errors
    /// As [`Qrels::open_trec`].
    pub fn qrels(&self) -> Result<Qrels, Error> {
        Ok(Qrels::open_trec(&self.qrels)?)
    }

    /// All passages.
    ///
    /// # Errors
    /// A line that is not a passage, an id that stands twice, a relevant passage that is not there.
    pub fn full(&self) -> Result<TestCollection, Error> {
        let documents = self.passages(&|_| true)?;
        let queries = self.queries()?;
        let qrels = self.qrels()?;
        let collection = TestCollection { documents, queries, qrels, candidates: None };
        collection.check_judged(&self.qrels)?;
        Ok(collection)
    }

    /// The pool of 2023: all judged passages and the best `depth` of `first_stage` for every query,
    /// which is a run of BM25 over the whole collection. See [`pool`].
    ///
    /// # Errors
    /// As [`full`](Self::full).
    pub fn pool(&self, first_stage: &Run, depth: usize) -> Result<TestCollection, Error> {
        let queries = self.queries()?;
        let qrels = self.qrels()?;
        let ids = pool::ids(&queries, &qrels, first_stage, depth);
        let documents = self.passages(&|id| ids.contains(id))?;
        let collection = TestCollection { documents, queries, qrels, candidates: None };
        collection.check_judged(&self.qrels)?;
        pool::without_repeated_texts(collection)
    }

    /// The passages whose id `is_wanted`.
    fn passages(&self, is_wanted: &dyn Fn(&str) -> bool) -> Result<Vec<Document>, Error> {
        let mut documents = Vec::new();
        let mut ids = HashSet::new();
        for path in &self.passages {
            each_row(path, |passage: Passage, line| {
                if passage.docid.is_empty() {
                    return Err(line_error(path, line, "a docid"));
                }
                if is_wanted(&passage.docid) {
                    check_new(path, line, &passage.docid, &mut ids)?;
                    documents.push(Document::new(passage.docid, passage.text));
                }
                Ok(())
            })?;
        }
        Ok(documents)
    }
}
