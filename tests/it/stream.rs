//! Laws of documents that are indexed as they come.

use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;

use jacolbert::index::Error as IndexError;
use jacolbert::{
    Document, Error, IndexOptions, IndexProgress, PoolFactor, Pooling, Splitting, stream_jsonl,
};

use crate::sample::{TestResult, documents, retriever};

fn options() -> IndexOptions {
    let splitting = Splitting::Sentences { max_tokens: 12, overlap: 4 };
    let pooling = Pooling { factor: PoolFactor::Two, ..Default::default() };
    IndexOptions { splitting, pooling, ..Default::default() }
}

fn go_on(_: IndexProgress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// All files of a folder but the lock, with what is in them.
fn files(folder: &Path) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name != "writer.lock" {
            files.push((name, fs::read(entry.path())?));
        }
    }
    files.sort();
    Ok(files)
}

#[test]
fn a_stream_is_indexed_to_the_bytes_of_a_slice() -> TestResult {
    let Some(retriever) = retriever() else { return Ok(()) };
    let (slice, stream) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let expected = retriever.index(slice.path(), &documents(), &options())?;
    assert!(expected.collection.num_passages() > documents().len(), "some are split");
    let come = documents().into_iter().map(Ok::<_, Error>);
    let found = retriever.index_stream(stream.path(), come, &options(), &mut go_on)?;
    assert_eq!(files(stream.path())?, files(slice.path())?);
    assert_eq!(found.truncated, expected.truncated);
    assert_eq!(found.collection.num_documents(), documents().len());
    assert_eq!(retriever.open(stream.path())?.num_documents(), documents().len());
    Ok(())
}

#[test]
fn the_number_of_threads_does_not_change_an_index() -> TestResult {
    let Some(retriever) = retriever() else { return Ok(()) };
    let index = |num_threads| -> Result<_, Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(num_threads).build()?;
        pool.install(|| retriever.index(folder.path(), &documents(), &options()))?;
        Ok(files(folder.path())?)
    };
    assert_eq!(index(1)?, index(3)?);
    Ok(())
}

#[test]
fn progress_of_a_stream_counts_its_documents() -> TestResult {
    let Some(retriever) = retriever() else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    let (mut last, mut sliced) = (0, None);
    let come = documents().into_iter().map(Ok::<_, Error>);
    retriever.index_stream(&folder.path().join("stream"), come, &options(), &mut |at| {
        if let IndexProgress::EncodingStream { done } = at {
            assert!(done >= last);
            last = done;
        }
        ControlFlow::Continue(())
    })?;
    assert_eq!(last, documents().len());
    let slice = folder.path().join("slice");
    retriever.index_with(&slice, &documents(), &options(), &mut |at| {
        if let IndexProgress::Encoding { done, of } = at {
            sliced = Some((done, of));
        }
        ControlFlow::Continue(())
    })?;
    assert_eq!(sliced, Some((5, 5)));
    Ok(())
}

#[test]
fn an_error_of_the_stream_names_the_document_and_leaves_no_index() -> TestResult {
    let Some(retriever) = retriever() else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    let index = |documents: Vec<Result<Document, io::Error>>| {
        retriever.index_stream(folder.path(), documents, &options(), &mut go_on).map(|_| ())
    };
    let document = |id: &str| Ok(Document::new(id, "文。"));
    let broken = || Err(io::Error::other("broken"));
    let error = index(vec![document("a"), document("b"), broken(), document("c")]);
    let Err(Error::Documents(jacolbert::documents::Error::Document { position: 2, source })) =
        error
    else {
        return Err(format!("{error:?}").into());
    };
    assert_eq!(source.to_string(), "broken");
    assert!(files(folder.path())?.is_empty());
    let error = index(vec![broken()]);
    assert!(
        matches!(
            error,
            Err(Error::Documents(jacolbert::documents::Error::Document { position: 0, .. }))
        ),
        "{error:?}"
    );
    let error = index(vec![document("a"), document("b"), document("a"), broken()]);
    assert!(
        matches!(&error, Err(Error::Documents(jacolbert::documents::Error::DuplicateId { position: 2, id })) if id == "a"),
        "{error:?}"
    );
    let error = index(vec![document("a"), document("")]);
    assert!(
        matches!(
            error,
            Err(Error::Documents(jacolbert::documents::Error::EmptyId { position: 1 }))
        ),
        "{error:?}"
    );
    assert!(files(folder.path())?.is_empty());
    Ok(())
}

#[test]
fn a_stream_that_is_cancelled_leaves_no_index() -> TestResult {
    let Some(retriever) = retriever() else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    let stops: [fn(IndexProgress) -> bool; 2] = [
        |at| matches!(at, IndexProgress::EncodingStream { .. }),
        |at| matches!(at, IndexProgress::Building(_)),
    ];
    for stop in stops {
        let come = documents().into_iter().map(Ok::<_, Error>);
        let mut progress = |at| match stop(at) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        };
        let error = retriever.index_stream(folder.path(), come, &options(), &mut progress);
        assert!(matches!(error, Err(Error::Index(IndexError::Cancelled))), "{error:?}");
        assert!(files(folder.path())?.is_empty());
    }
    Ok(())
}

#[test]
fn a_stream_without_documents_makes_no_folder() -> TestResult {
    let Some(retriever) = retriever() else { return Ok(()) };
    let parent = tempfile::tempdir()?;
    let folder = parent.path().join("index");
    let none = std::iter::empty::<Result<Document, Error>>();
    let error = retriever.index_stream(&folder, none, &options(), &mut go_on);
    assert!(matches!(error, Err(Error::NoDocuments)));
    assert!(!folder.exists());
    Ok(())
}

#[test]
fn a_file_is_indexed_line_by_line_up_to_the_first_that_is_no_document() -> TestResult {
    let Some(retriever) = retriever() else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    let (lines, index) = (folder.path().join("lines.jsonl"), folder.path().join("index"));
    fs::write(&lines, "{\"id\":\"a\",\"text\":\"一つ。\"}\n{\"id\":\"b\",\"text\":\"二つ。\"}\n")?;
    let come = stream_jsonl(&lines)?;
    let found = retriever.index_stream(&index, come, &IndexOptions::default(), &mut go_on)?;
    assert_eq!(found.collection.num_documents(), 2);
    fs::write(&lines, "{\"id\":\"a\",\"text\":\"一つ。\"}\nno document\nno document\n")?;
    let ends: Vec<bool> = stream_jsonl(&lines)?.map(|document| document.is_ok()).collect();
    assert_eq!(ends, [true, false], "once");
    Ok(())
}

#[test]
fn texts_of_many_megabytes_lie_in_several_parts_and_are_found_in_all() -> TestResult {
    let Some(retriever) = retriever() else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    // Metadata is what makes them large, so that there is little to encode.
    let large = serde_json::Value::String("あ".repeat(4 << 20));
    let come = (0..7).map(|n| {
        let document = Document::new(n.to_string(), "文。").with_metadata(large.clone());
        Ok::<_, Error>(document)
    });
    let found = retriever.index_stream(folder.path(), come, &options(), &mut go_on)?.collection;
    let parts = (0..).take_while(|n| found.index().attachment(&format!("documents-{n}")).is_some());
    assert_eq!(parts.count(), 4, "12 MiB each, and a part ends at 16");
    for n in 0..7 {
        let id = n.to_string();
        let hits = found.search_among("文", &[&id], &Default::default())?;
        assert_eq!((hits.len(), &hits[0].document_id), (1, &id));
        assert_eq!(hits[0].passage_id.index(), n);
        assert_eq!(hits[0].metadata, large);
    }
    drop(found);
    let mut found = retriever.open(folder.path())?;
    found.delete(&["3"])?;
    found.add(&[Document::new("3", "新しい文。")], Splitting::default())?;
    found.compact()?;
    assert_eq!(found.num_documents(), 7);
    let hits = found.search_among("文", &["3"], &Default::default())?;
    assert_eq!(hits[0].content, "新しい文。");
    Ok(())
}
