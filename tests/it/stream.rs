//! Laws of documents that are indexed as they come.

use std::fs;
use std::io;
use std::ops::ControlFlow;

use jacolbert::documents::Error as DocumentsError;
use jacolbert::{
    Document, Error, IndexOptions, IndexProgress, PoolFactor, Pooling, Splitting, stream_jsonl,
};

use crate::files::files;
use crate::sample::{TestResult, documents, retriever};

fn options() -> IndexOptions {
    let splitting = Splitting::Sentences { max_tokens: 12, overlap: 4 };
    let pooling = Pooling { factor: PoolFactor::Two, ..Default::default() };
    IndexOptions { splitting, pooling, ..Default::default() }
}

#[test]
fn a_stream_is_indexed_to_the_bytes_of_a_slice() -> TestResult {
    let retriever = retriever();
    let slice = tempfile::tempdir()?;
    let stream = tempfile::tempdir()?;
    let expected = retriever.indexer(slice.path()).options(options()).run(documents())?;
    assert!(expected.collection.num_passages() > documents().len(), "some are split");
    let come = documents().into_iter().map(Ok::<_, Error>);
    let found = retriever.indexer(stream.path()).options(options()).run_stream(come)?;
    assert_eq!(files(stream.path())?, files(slice.path())?);
    assert_eq!(found.truncated, expected.truncated);
    assert_eq!(found.collection.num_documents(), documents().len());
    assert_eq!(retriever.open(stream.path())?.num_documents(), documents().len());
    Ok(())
}

#[test]
fn the_number_of_threads_does_not_change_an_index() -> TestResult {
    let retriever = retriever();
    let index = |num_threads| -> Result<_, Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(num_threads).build()?;
        pool.install(|| retriever.indexer(folder.path()).options(options()).run(documents()))?;
        Ok(files(folder.path())?)
    };
    assert_eq!(index(1)?, index(3)?);
    Ok(())
}

#[test]
fn progress_of_a_stream_counts_its_documents() -> TestResult {
    let retriever = retriever();
    let folder = tempfile::tempdir()?;
    let mut seen = Vec::new();
    let come = documents().into_iter().map(Ok::<_, Error>);
    let indexer = retriever.indexer(folder.path().join("stream")).on_progress(|at| {
        if let IndexProgress::Encoding { done, of: None } = at {
            seen.push(done);
        }
        ControlFlow::Continue(())
    });
    indexer.run_stream(come)?;
    assert_eq!(seen, [0, documents().len()]);
    let mut sliced = Vec::new();
    let indexer = retriever.indexer(folder.path().join("slice")).on_progress(|at| {
        if let IndexProgress::Encoding { done, of } = at {
            sliced.push((done, of));
        }
        ControlFlow::Continue(())
    });
    indexer.run(documents())?;
    assert_eq!(sliced, [(0, Some(5)), (5, Some(5))]);
    Ok(())
}

#[test]
fn an_error_of_the_stream_names_the_document_and_leaves_no_index() -> TestResult {
    let retriever = retriever();
    let folder = tempfile::tempdir()?;
    let index = |documents: Vec<Result<Document, io::Error>>| {
        retriever.indexer(folder.path()).options(options()).run_stream(documents).map(|_| ())
    };
    let document = |id: &str| Ok(Document::new(id, "文。"));
    let broken = || Err(io::Error::other("broken"));
    let error = index(vec![document("a"), document("b"), broken(), document("c")]);
    let Err(Error::Documents(DocumentsError::Document { position: 2, source })) = error else {
        return Err(format!("{error:?}").into());
    };
    assert_eq!(source.to_string(), "broken");
    assert!(files(folder.path())?.is_empty());
    let error = index(vec![broken()]);
    assert!(
        matches!(error, Err(Error::Documents(DocumentsError::Document { position: 0, .. }))),
        "{error:?}"
    );
    let error = index(vec![document("a"), document("b"), document("a"), broken()]);
    assert!(
        matches!(&error, Err(Error::Documents(DocumentsError::DuplicateId { position: 2, id })) if id == "a"),
        "{error:?}"
    );
    let error = index(vec![document("a"), document("")]);
    assert!(
        matches!(error, Err(Error::Documents(DocumentsError::EmptyId { position: 1 }))),
        "{error:?}"
    );
    assert!(files(folder.path())?.is_empty());
    Ok(())
}

#[test]
fn a_stream_that_is_cancelled_leaves_no_index() -> TestResult {
    let retriever = retriever();
    let folder = tempfile::tempdir()?;
    let stops: [fn(IndexProgress) -> bool; 2] = [
        |at| matches!(at, IndexProgress::Encoding { .. }),
        |at| matches!(at, IndexProgress::Building(_)),
    ];
    for stop in stops {
        let come = documents().into_iter().map(Ok::<_, Error>);
        let progress =
            |at| if stop(at) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        let indexer = retriever.indexer(folder.path()).options(options()).on_progress(progress);
        let error = indexer.run_stream(come);
        assert!(matches!(error, Err(Error::Cancelled)), "{error:?}");
        assert!(files(folder.path())?.is_empty());
    }
    Ok(())
}

#[test]
fn a_stream_without_documents_makes_no_folder() -> TestResult {
    let retriever = retriever();
    let parent = tempfile::tempdir()?;
    let folder = parent.path().join("index");
    let none = std::iter::empty::<Result<Document, Error>>();
    let error = retriever.indexer(&folder).run_stream(none);
    assert!(matches!(error, Err(Error::NoDocuments)));
    assert!(!folder.exists());
    Ok(())
}

#[test]
fn a_file_is_indexed_line_by_line_up_to_the_first_that_is_no_document() -> TestResult {
    let retriever = retriever();
    let folder = tempfile::tempdir()?;
    let lines = folder.path().join("lines.jsonl");
    fs::write(&lines, "{\"id\":\"a\",\"text\":\"一つ。\"}\n{\"id\":\"b\",\"text\":\"二つ。\"}\n")?;
    let come = stream_jsonl(&lines)?;
    let found = retriever.indexer(folder.path().join("index")).run_stream(come)?;
    assert_eq!(found.collection.num_documents(), 2);
    fs::write(&lines, "{\"id\":\"a\",\"text\":\"一つ。\"}\nno document\nno document\n")?;
    let ends: Vec<bool> = stream_jsonl(&lines)?.map(|document| document.is_ok()).collect();
    assert_eq!(ends, [true, false], "once");
    Ok(())
}

#[test]
fn texts_of_many_megabytes_lie_in_several_parts_and_are_found_in_all() -> TestResult {
    let retriever = retriever();
    let folder = tempfile::tempdir()?;
    // Metadata is what makes them large, so that there is little to encode.
    let large = serde_json::Value::String("あ".repeat(4 << 20));
    let come = (0..7).map(|n| {
        let document = Document::new(n.to_string(), "文。").with_metadata(large.clone());
        Ok::<_, Error>(document)
    });
    let found = retriever.indexer(folder.path()).options(options()).run_stream(come)?.collection;
    let index = found.index();
    let parts = index.attachments().filter(|(name, _)| name.starts_with("documents-"));
    assert_eq!(parts.count(), 4, "12 MiB each, and a part ends at 16");
    for n in 0..7 {
        let id = n.to_string();
        let hits = found.query("文").among([&id]).search()?;
        assert_eq!((hits.len(), &hits[0].document_id), (1, &id));
        assert_eq!(hits[0].passage_id.index(), n);
        assert_eq!(hits[0].metadata, large);
    }
    drop(found);
    let found = retriever.open(folder.path())?;
    found.delete(["3"])?;
    found.add(&[Document::new("3", "新しい文。")])?;
    found.compact()?;
    assert_eq!(found.num_documents(), 7);
    let hits = found.query("文").among(["3"]).search()?;
    assert_eq!(hits[0].content, "新しい文。");
    Ok(())
}
