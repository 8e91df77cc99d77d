//! JaCWIR (Tateno 2024): 100 pages to put in order for each of 5,000 questions, one of them right.
//!
//! The dataset on the hub is Parquet; the folder here has the rows of its two parts as JSON lines, plain or
//! gzip, of which these fields are read:
//!
//! | file | fields |
//! |---|---|
//! | `eval.jsonl` | `query`, `positive`, `negatives` |
//! | `collection.jsonl` | `doc_id`, `title`, `description` |
//!
//! ```text
//! for part in ["eval", "collection"]:
//!     rows = datasets.load_dataset("hotchpotch/JaCWIR", part, split=part)
//!     rows.to_json(f"{part}.jsonl", force_ascii=False)
//! ```
//!
//! A page is searched as its title, a space and its description, as the dataset's own evaluation does.

use std::collections::HashSet;
use std::path::Path;

use jacolbert::eval::{Qrels, Run};
use jacolbert::{Document, Query};
use serde::Deserialize;

use crate::files::{files, is_jsonl, only};
use crate::lines::{check_new, each_row, line_error};
use crate::{Error, TestCollection};

#[derive(Deserialize)]
struct Page {
    doc_id: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    description: String,
}

#[derive(Deserialize)]
struct Question {
    query: String,
    positive: String,
    negatives: Vec<String>,
}

/// Reads the rows of both files. A query's id is its line in `eval.jsonl`, such as `q1`; of the pages only
/// those are kept that are a candidate.
///
/// # Errors
/// A file that is not there, a line that is not a row, a page that stands twice, a candidate that stands
/// twice for a query or that the collection does not have.
pub fn open(folder: &Path) -> Result<TestCollection, Error> {
    let found = files(folder)?;
    let questions = only(folder, &found, "eval.jsonl", |name| is_jsonl(name, "eval"))?;
    let pages = only(folder, &found, "collection.jsonl", |name| is_jsonl(name, "collection"))?;

    let (mut queries, mut qrels) = (Vec::new(), Qrels::new());
    let mut candidates = Run::new("candidates");
    let mut wanted = HashSet::new();
    each_row(&questions, |question: Question, line| {
        let Question { query, positive, negatives } = question;
        let id = format!("q{line}");
        qrels.insert(&id, &positive, 1)?;
        for page in [positive].into_iter().chain(negatives) {
            let listed = candidates.push(&id, &page, 0.0);
            listed.map_err(|_| line_error(&questions, line, "ids that differ"))?;
            wanted.insert(page);
        }
        queries.push(Query::new(id, query));
        Ok(())
    })?;
    let documents = documents(&pages, &wanted)?;
    let has: HashSet<&str> = documents.iter().map(|document| document.id.as_str()).collect();
    let listed = candidates.iter().flat_map(|(_, ranking)| ranking.iter());
    if let Some((id, _)) = { listed }.find(|(id, _)| !has.contains(id)) {
        return Err(Error::UnknownDocument { path: questions, id: id.to_owned() });
    }
    Ok(TestCollection { documents, queries, qrels, candidates: Some(candidates) })
}

fn documents(path: &Path, wanted: &HashSet<String>) -> Result<Vec<Document>, Error> {
    let (mut documents, mut ids) = (Vec::new(), HashSet::new());
    each_row(path, |page: Page, line| {
        if wanted.contains(&page.doc_id) {
            check_new(path, line, &page.doc_id, &mut ids)?;
            let text = format!("{} {}", page.title, page.description);
            documents.push(Document::new(page.doc_id, text));
        }
        Ok(())
    })?;
    Ok(documents)
}
