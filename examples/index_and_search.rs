//! A collection of your own: documents from a file, questions from the command line, and an index that
//! is kept. The second run finds the index and only opens it.
//!
//! The file has JSON lines, `{"id": "..", "text": "..", "metadata": ..}`. A file whose name ends in
//! `.tsv` has lines of `id<TAB>text`.
//!
//!     cargo run --release -p jacolbert --example index_and_search -- \
//!         --documents examples/collection/passages.jsonl --index my-index 日本で最も深い湖は？

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use indicatif::ProgressBar;
use jacolbert::index::Index;
use jacolbert::{Collection, IndexProgress, Retriever, read_jsonl, read_tsv};
use lexopt::prelude::*;

fn main() -> anyhow::Result<()> {
    let mut documents = PathBuf::from("examples/collection/passages.jsonl");
    let mut model = PathBuf::from("assets/mini");
    let mut folder = PathBuf::from("my-index");
    let mut k = 3;
    let mut questions = Vec::new();
    let mut parser = lexopt::Parser::from_env();
    while let Some(arg) = parser.next()? {
        match arg {
            Long("documents") => documents = parser.value()?.into(),
            Long("model") => model = parser.value()?.into(),
            Long("index") => folder = parser.value()?.into(),
            Long("k") => k = parser.value()?.parse()?,
            Value(question) => questions.push(question.string()?),
            other => return Err(other.unexpected().into()),
        }
    }

    let collection = if Index::exists(&folder) {
        Collection::open(&folder)?
    } else {
        index(&Retriever::from_dir(&model)?, &documents, &folder)?
    };
    println!("{} documents", collection.num_documents());
    for question in &questions {
        println!("\n{question}");
        for hit in &collection.search(question, k)? {
            println!("{:2} {:6.2}  {}  {}", hit.rank, hit.score, hit.document_id, hit.content);
        }
    }
    Ok(())
}

/// Indexes the documents of the file `documents`, with a progress bar.
fn index(retriever: &Retriever, documents: &Path, folder: &Path) -> anyhow::Result<Collection> {
    let is_tsv = documents.extension().is_some_and(|extension| extension == "tsv");
    let documents = if is_tsv { read_tsv(documents)? } else { read_jsonl(documents)? };
    let bar = ProgressBar::new(documents.len() as u64);
    let indexer = retriever.indexer(folder).on_progress(|progress| {
        match progress {
            IndexProgress::Encoding { done, .. } => bar.set_position(done as u64),
            other => bar.println(format!("{other:?}")),
        }
        ControlFlow::Continue(())
    });
    let indexed = indexer.run(&documents)?;
    bar.finish_and_clear();
    for cut in &indexed.truncated {
        println!("{}: {} tokens did not fit", cut.document_id, cut.tokens_cut);
    }
    Ok(indexed.collection)
}
