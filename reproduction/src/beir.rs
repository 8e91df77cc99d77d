//! Test collections in the layout of BEIR.

use std::path::{Path, PathBuf};

use jacolbert::eval::{BeirFolder, Qrels};
use jacolbert::{Document, Query};

use crate::files::{files, only};
use crate::{Error, TestCollection};

/// Whether a folder has a collection of BEIR.
pub(crate) fn is_one(folder: &Path) -> bool {
    ["corpus.jsonl", "corpus.jsonl.gz"].iter().any(|name| folder.join(name).exists())
}

/// Reads a folder: texts without titles, and of the queries those that are judged.
pub(crate) fn open(folder: &Path) -> Result<TestCollection, Error> {
    let path = qrels_file(folder)?;
    let qrels = Qrels::open_beir(&path)?;
    let beir = BeirFolder::open(folder)?;
    let mut queries = Vec::new();
    for query in beir.queries()? {
        let query = query?;
        if qrels.judgements(&query.id).is_some() {
            queries.push(Query::from(query));
        }
    }
    let mut documents = Vec::new();
    for document in beir.documents()? {
        let document = document?;
        documents.push(Document::new(document.id, document.text));
    }
    let collection = TestCollection { documents, queries, qrels, candidates: None };
    collection.check_judged(&path)?;
    Ok(collection)
}

/// The judgements of the split `test`, or the only ones.
fn qrels_file(folder: &Path) -> Result<PathBuf, Error> {
    let qrels = folder.join("qrels");
    let found = files(&qrels)?;
    let test = only(&qrels, &found, "test.tsv", |name| name.starts_with("test.tsv"));
    test.or_else(|_| only(&qrels, &found, "*.tsv", |name| name.contains(".tsv")))
}
