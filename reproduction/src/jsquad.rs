//! JSQuAD (Kurihara et al. 2022): which of 1,145 contexts answers a question.
//!
//! The file is JGLUE's `valid-v1.1.json` (the same from v1.0 to v1.3), in the shape of SQuAD. A context
//! is searched verbatim, `[SEP]` and heading included, and is right for the questions below it.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use jacolbert::eval::Qrels;
use jacolbert::{Document, Query};
use serde::Deserialize;

use crate::files::{files, only};
use crate::lines::check_new;
use crate::{Error, TestCollection};

#[derive(Deserialize)]
struct Squad {
    data: Vec<Article>,
}

#[derive(Deserialize)]
struct Article {
    paragraphs: Vec<Paragraph>,
}

#[derive(Deserialize)]
struct Paragraph {
    context: String,
    qas: Vec<Question>,
}

#[derive(Deserialize)]
struct Question {
    id: String,
    question: String,
    #[serde(default)]
    is_impossible: bool,
}

/// Reads the valid file, or the one in a folder.
///
/// Contexts of the same text are one document. Questions that have no answer (SQuAD v2) are left out.
///
/// # Errors
/// A folder without `valid*.json` or with several, a file that is not SQuAD's JSON, a question's id that
/// stands twice.
pub fn open(path: &Path) -> Result<TestCollection, Error> {
    let path = file(path)?;
    let text = std::fs::read(&path).map_err(Error::io(&path))?;
    let squad: Squad = serde_json::from_slice(&text).map_err(|source| {
        let line = source.line() as u64;
        Error::Json { path: path.clone(), line, source }
    })?;
    let mut documents = Vec::new();
    let mut queries = Vec::new();
    let mut qrels = Qrels::new();
    let mut contexts = HashMap::new();
    let mut ids = HashSet::new();
    for paragraph in squad.data.into_iter().flat_map(|article| article.paragraphs) {
        let next = contexts.len();
        let number = *contexts.entry(paragraph.context.clone()).or_insert(next);
        let document = format!("context-{number}");
        if number == next {
            documents.push(Document::new(document.clone(), paragraph.context));
        }
        for question in paragraph.qas.into_iter().filter(|question| !question.is_impossible) {
            check_new(&path, 0, &question.id, &mut ids)?;
            qrels.insert(&question.id, &document, 1)?;
            queries.push(Query::new(question.id, question.question));
        }
    }
    Ok(TestCollection { documents, queries, qrels, candidates: None })
}

fn file(path: &Path) -> Result<PathBuf, Error> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let is_it = |name: &str| name.starts_with("valid") && name.ends_with(".json");
    only(path, &files(path)?, "valid-v1.1.json", is_it)
}
