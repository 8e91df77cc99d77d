//! JaCWIR (Tateno 2024): 100 pages to put in order for each of 5,000 questions, one of them right.
//!
//! Of the rows of the dataset's two parts, which are Parquet on the hub and may also be JSON lines, plain or
//! gzip, these fields are read:
//!
//! | file | fields |
//! |---|---|
//! | `eval*.parquet` or `eval*.jsonl` | `query`, `positive`, `negatives` |
//! | `collection*.parquet` or `collection*.jsonl` | `doc_id`, `title`, `description` |
//!
//! A page is searched as its title, a space and its description, as the dataset's own evaluation does.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use jacolbert::eval::{Qrels, Run, json_id};
use jacolbert::{Document, Query};
use serde::Deserialize;

use crate::lines::{check_new, line_error};
use crate::rows::{each_row_of, files_of_rows};
use crate::{Error, TestCollection};

#[derive(Deserialize)]
struct Page {
    #[serde(deserialize_with = "json_id::deserialize")]
    doc_id: String,
    title: Option<String>,
    description: Option<String>,
}

#[derive(Deserialize)]
struct Question {
    query: String,
    #[serde(deserialize_with = "json_id::deserialize")]
    positive: String,
    negatives: Vec<PageId>,
}

#[derive(Deserialize)]
struct PageId(#[serde(deserialize_with = "json_id::deserialize")] String);

/// Reads the rows of both files. A query's id is its place among them, such as `q1`; of the pages only
/// those are kept that are a candidate.
///
/// # Errors
/// A file that is not there, a line that is not a row, a page that stands twice, a candidate that stands
/// twice for a query or that the collection does not have.
pub fn open(folder: &Path) -> Result<TestCollection, Error> {
    let questions = files_of_rows(folder, "eval")?;
    let pages = files_of_rows(folder, "collection")?;

    let mut queries = Vec::new();
    let mut qrels = Qrels::new();
    let mut candidates = Run::new("candidates");
    let mut wanted = HashSet::new();
    each_row_of(&questions, |question: Question, path, line| {
        let Question { query, positive, negatives } = question;
        let id = format!("q{}", queries.len() + 1);
        let negatives = negatives.into_iter().map(|PageId(id)| id);
        for page in [positive.clone()].into_iter().chain(negatives) {
            let listed = candidates.push(&id, &page, 0.0);
            let expected = "ids that differ and are neither empty nor have U+0000";
            listed.map_err(|_| line_error(path, line, expected))?;
            wanted.insert(page);
        }
        qrels.insert(&id, &positive, 1)?;
        queries.push(Query::new(id, query));
        Ok(())
    })?;
    let documents = documents(&pages, &wanted)?;
    let has: HashSet<&str> = documents.iter().map(|document| document.id.as_str()).collect();
    let listed = candidates.iter().flat_map(|(_, ranking)| ranking.iter());
    if let Some((id, _)) = { listed }.find(|(id, _)| !has.contains(id)) {
        let path = questions.into_iter().next().unwrap_or_default();
        return Err(Error::UnknownDocument { path, id: id.to_owned() });
    }
    Ok(TestCollection { documents, queries, qrels, candidates: Some(candidates) })
}

fn documents(parts: &[PathBuf], wanted: &HashSet<String>) -> Result<Vec<Document>, Error> {
    let mut documents = Vec::new();
    let mut ids = HashSet::new();
    each_row_of(parts, |page: Page, path, line| {
        if wanted.contains(&page.doc_id) {
            check_new(path, line, &page.doc_id, &mut ids)?;
            let title = page.title.unwrap_or_default();
            let text = format!("{title} {}", page.description.unwrap_or_default());
            documents.push(Document::new(page.doc_id, text));
        }
        Ok(())
    })?;
    Ok(documents)
}
