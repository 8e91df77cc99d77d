//! JSQuAD (Kurihara et al. 2022): which of 1,145 contexts answers a question.
//!
//! The file is JGLUE's `valid-v1.1.json` (the same from v1.0 to v1.3), in the shape of SQuAD. A context
//! is searched verbatim, `[SEP]` and heading included, and is right for the questions below it.
//!
//! Other test collections of questions and contexts are read as well:
//!
//! | file in the folder | its form |
//! |---|---|
//! | `valid*.json` | SQuAD |
//! | `corpus.jsonl`, `queries.jsonl`, `qrels/*.tsv` | BEIR, of which only texts are searched; `qrels/test.tsv` where there are several |
//! | `valid*.jsonl`, `valid*.parquet` | rows of `id`, `question` and `context`, as on the hub |
//!
//! A question may have several right contexts: in SQuAD and in rows it stands below each of them.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::beir;
use crate::contexts::Contexts;
use crate::files::{files, is_jsonl, only};
use crate::json_file::read_json;
use crate::rows::{each_row_of, files_of_rows};
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
    #[serde(deserialize_with = "jacolbert::eval::json_id::deserialize")]
    id: String,
    question: String,
    #[serde(default)]
    is_impossible: Option<bool>,
}

/// A question with one context.
#[derive(Deserialize)]
struct Row {
    context: String,
    #[serde(flatten)]
    question: Question,
}

/// Reads the valid file, or the one in a folder.
///
/// Contexts of the same text are one document. Questions that have no answer (SQuAD v2) are left out.
///
/// # Errors
/// A folder without one of the files or with several, a file of another shape, a question's id that stands
/// twice with different texts or for the same context.
pub fn open(path: &Path) -> Result<TestCollection, Error> {
    if path.is_dir() {
        return open_folder(path);
    }
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if is_jsonl(name, "") || name.ends_with(".parquet") {
        return open_rows(&[path.to_owned()]);
    }
    open_squad(path)
}

fn open_folder(folder: &Path) -> Result<TestCollection, Error> {
    if beir::is_one(folder) {
        return beir::open(folder);
    }
    let is_squad = |name: &str| {
        name.starts_with("valid") && (name.ends_with(".json") || name.ends_with(".json.gz"))
    };
    match only(folder, &files(folder)?, LOOKED_FOR, is_squad) {
        Ok(file) => open_squad(&file),
        Err(Error::MissingFile { folder, looked_for }) => {
            let rows = files_of_rows(&folder, "valid");
            open_rows(&rows.map_err(|_| Error::MissingFile { folder, looked_for })?)
        }
        Err(other) => Err(other),
    }
}

/// What a folder may have.
const LOOKED_FOR: &str =
    "valid-v1.1.json, corpus.jsonl with queries.jsonl, valid*.jsonl or valid*.parquet";

fn open_squad(path: &Path) -> Result<TestCollection, Error> {
    let squad: Squad = read_json(path)?;
    let mut contexts = Contexts::default();
    for paragraph in squad.data.into_iter().flat_map(|article| article.paragraphs) {
        contexts.add_context(&paragraph.context);
        for question in paragraph.qas {
            add(&mut contexts, &paragraph.context, question, path, 0)?;
        }
    }
    Ok(contexts.into_collection())
}

fn open_rows(parts: &[PathBuf]) -> Result<TestCollection, Error> {
    let mut contexts = Contexts::default();
    each_row_of(parts, |Row { context, question }: Row, path, line| {
        contexts.add_context(&context);
        add(&mut contexts, &context, question, path, line)
    })?;
    Ok(contexts.into_collection())
}

fn add(
    contexts: &mut Contexts,
    context: &str,
    question: Question,
    path: &Path,
    line: u64,
) -> Result<(), Error> {
    if question.is_impossible == Some(true) {
        return Ok(());
    }
    contexts.add_question(question.id, question.question, context, path, line)
}
