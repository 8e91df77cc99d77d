//! A collection of your own: documents from a file, questions from the command line, and an index
//! that is kept. The second run finds the index and only opens it.
//!
//! The file is JSON lines, `{"id": "..", "text": "..", "metadata": ..}`, or if its name ends in
//! `.tsv`, lines of `id<TAB>text`.
//!
//!     cargo run --release --example index_and_search -- \
//!         --documents examples/collection/passages.jsonl --index my-index 日本で最も深い湖は？

use std::error::Error;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use indicatif::ProgressBar;
use jacolbert::index::Index;
use jacolbert::{Collection, Device, IndexOptions, IndexProgress, Retriever, SearchOptions};
use jacolbert::{read_jsonl, read_tsv};
use lexopt::prelude::*;

struct Args {
    model: PathBuf,
    documents: Option<PathBuf>,
    index: PathBuf,
    k: usize,
    questions: Vec<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = args()?;
    let retriever = Retriever::from_dir(&args.model, &Device::cpu())?;
    let collection = match &args.documents {
        Some(documents) if !Index::exists(&args.index) => {
            index(&retriever, documents, &args.index)?
        }
        _ => retriever.open(&args.index)?,
    };
    println!("{} documents", collection.num_documents());
    for question in &args.questions {
        println!("\n{question}");
        let params = SearchOptions { k: args.k, ..Default::default() };
        for hit in collection.search(question, &params)? {
            println!("{:2} {:6.2}  {}  {}", hit.rank, hit.score, hit.document_id, hit.content);
        }
    }
    Ok(())
}

fn index(
    retriever: &Retriever,
    documents: &Path,
    folder: &Path,
) -> Result<Collection, Box<dyn Error>> {
    let is_tsv = documents.extension().is_some_and(|extension| extension == "tsv");
    let documents = if is_tsv { read_tsv(documents)? } else { read_jsonl(documents)? };
    let bar = ProgressBar::new(0);
    let mut draw = |progress| {
        match progress {
            IndexProgress::Encoding { done, of } => {
                bar.set_length(of as u64);
                bar.set_position(done as u64);
            }
            other => bar.println(format!("{other:?}")),
        }
        ControlFlow::Continue(())
    };
    let indexed = retriever.index_with(folder, &documents, &IndexOptions::default(), &mut draw)?;
    bar.finish_and_clear();
    for cut in &indexed.truncated {
        println!("{}: {} tokens did not fit", cut.document_id, cut.tokens_cut);
    }
    Ok(indexed.collection)
}

fn args() -> Result<Args, Box<dyn Error>> {
    let model = "assets/mini".into();
    let index = "my-index".into();
    let mut args = Args { model, documents: None, index, k: 3, questions: Vec::new() };
    let mut parser = lexopt::Parser::from_env();
    while let Some(arg) = parser.next()? {
        match arg {
            Long("model") => args.model = parser.value()?.into(),
            Long("documents") => args.documents = Some(parser.value()?.into()),
            Long("index") => args.index = parser.value()?.into(),
            Long("k") => args.k = parser.value()?.parse()?,
            Value(question) => args.questions.push(question.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(args)
}
