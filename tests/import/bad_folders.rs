//! Folders that cannot be imported: the error says what is wrong with which file, and nothing is written.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use jacolbert::documents::Error as DocumentsError;
use jacolbert::index::Error as IndexError;
use jacolbert::{Error, Retriever};
use jacolbert_testing::data::mini;
use serde_json::{Value, json};

use crate::fixture::{Variant, fixture, json};
use crate::sample::{TestResult, documents, retriever};

/// Imports `from` with `retriever`, which must fail and leave no folder.
fn refused(retriever: &Retriever, from: &Path) -> Result<Error, Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let to = folder.path().join("index");
    let imported = retriever.import_ragatouille(from, &to).run();
    assert!(!to.exists(), "something was written");
    Ok(imported.err().ok_or("it was imported")?)
}

#[test]
fn files_that_are_missing_are_named() -> TestResult {
    let retriever = retriever();
    let files = [
        "collection.json",
        "pid_docid_map.json",
        "metadata.json",
        "centroids.pt",
        "buckets.pt",
        "0.metadata.json",
        "doclens.0.json",
        "0.codes.pt",
        "0.residuals.pt",
    ];
    for file in files {
        let from = Variant::new()?;
        fs::remove_file(from.path().join(file))?;
        let error = refused(retriever, from.path())?;
        let path = match &error {
            Error::Documents(DocumentsError::Io { path, .. })
            | Error::Index(IndexError::Io { path, .. }) => path,
            other => return Err(format!("{file}: {other}").into()),
        };
        assert_eq!(*path, from.path().join(file));
    }
    Ok(())
}

#[test]
fn other_numbers_of_texts_or_ids_than_of_passages_are_told() -> TestResult {
    let retriever = retriever();
    let texts: Vec<String> = json("collection.json")?;
    let mut ids: BTreeMap<String, String> = json("pid_docid_map.json")?;
    ids.remove("5");
    let cases = [
        ("collection.json", serde_json::to_vec(&texts[1..])?, 10),
        ("collection.json", serde_json::to_vec(&[&texts[..], &texts[..1]].concat())?, 12),
        ("pid_docid_map.json", serde_json::to_vec(&ids)?, 10),
        ("pid_docid_map.json", b"{}".to_vec(), 0),
    ];
    for (file, content, count) in cases {
        let from = Variant::new()?;
        from.write(file, &content)?;
        let error = refused(retriever, from.path())?;
        assert!(
            matches!(&error, Error::Documents(DocumentsError::PassageCount { path, passages: 11, found })
                if *path == from.path().join(file) && *found == count),
            "{error:?}"
        );
    }
    Ok(())
}

#[test]
fn a_passage_with_two_ids_is_damage() -> TestResult {
    let retriever = retriever();
    let mut ids: BTreeMap<String, String> = json("pid_docid_map.json")?;
    ids.insert("04".into(), "another".into());
    let from = Variant::new()?;
    from.write("pid_docid_map.json", &serde_json::to_vec(&ids)?)?;
    let error = refused(retriever, from.path())?;
    assert!(
        matches!(&error, Error::Documents(DocumentsError::Corrupt { what, .. }) if what.contains("4")),
        "{error:?}"
    );
    Ok(())
}

#[test]
fn an_index_whose_passages_are_all_deleted_has_no_document() -> TestResult {
    let retriever = retriever();
    let from = Variant::new()?;
    from.write("doclens.0.json", b"[0, 0]")?;
    let counts = json!({ "passage_offset": 0, "num_passages": 2, "num_embeddings": 0 });
    from.write("0.metadata.json", counts.to_string().as_bytes())?;
    from.write("collection.json", b"[]")?;
    from.write("pid_docid_map.json", b"{}")?;
    assert!(matches!(refused(retriever, from.path())?, Error::NoDocuments));
    Ok(())
}

#[test]
fn texts_that_are_not_those_of_the_vectors_are_noticed() -> TestResult {
    let retriever = retriever();
    let texts: Vec<String> = json("collection.json")?;
    // What RAGatouille does at a second deletion: texts move up behind some place.
    let mut moved = texts.clone();
    moved[4..].rotate_left(1);
    let from = Variant::new()?;
    from.write("collection.json", &serde_json::to_vec(&moved)?)?;
    let error = refused(retriever, from.path())?;
    assert!(
        matches!(&error, Error::OtherVectors { path, position: 5, likeness }
            if path == from.path() && (0.0..0.9).contains(likeness)),
        "{error:?}"
    );
    Ok(())
}

/// Reverses the values of a tensor of two bytes each.
fn reversed(safetensors: &mut [u8], tensor: &str) -> TestResult {
    let header = 8 + u64::from_le_bytes(safetensors[..8].try_into()?) as usize;
    let described: Value = serde_json::from_slice(&safetensors[8..header])?;
    let [start, end]: [usize; 2] =
        serde_json::from_value(described[tensor]["data_offsets"].clone())?;
    let values = &mut safetensors[header + start..header + end];
    values.reverse();
    values.chunks_exact_mut(2).for_each(|value| value.reverse());
    Ok(())
}

#[test]
fn vectors_of_another_model_are_noticed() -> TestResult {
    let model = mini();
    let checkpoint = tempfile::tempdir()?;
    for file in ["artifact.metadata", "config.json", "tokenizer.json", "tokenizer_config.json"] {
        fs::copy(model.join(file), checkpoint.path().join(file))?;
    }
    let mut weights = fs::read(model.join("model.safetensors"))?;
    reversed(&mut weights, "linear.weight")?;
    fs::write(checkpoint.path().join("model.safetensors"), weights)?;
    let other = Retriever::from_dir(checkpoint.path())?;
    let error = refused(&other, Variant::new()?.path())?;
    assert!(
        matches!(&error, Error::OtherVectors { position: 0, likeness, .. } if *likeness < 0.5),
        "{error:?}"
    );
    Ok(())
}

#[test]
fn vectors_of_another_dimension_are_an_error() -> TestResult {
    let retriever = retriever();
    let from = Variant::new()?;
    from.take(&fixture("jacolbert-index/tests/it/plaid/bits_2"))?;
    let error = refused(retriever, from.path())?;
    assert!(
        matches!(&error, Error::Index(IndexError::Dim { expected: 32, found: 128 })),
        "{error:?}"
    );
    Ok(())
}

#[test]
fn damaged_vectors_are_named() -> TestResult {
    let retriever = retriever();
    for file in ["0.residuals.pt", "0.codes.pt", "centroids.pt", "buckets.pt"] {
        let from = Variant::new()?;
        let whole = fs::read(from.path().join(file))?;
        from.write(file, &whole[..whole.len() / 2])?;
        let error = refused(retriever, from.path())?;
        assert!(
            matches!(&error, Error::Index(IndexError::Plaid { path, .. })
                if *path == from.path().join(file)),
            "{error:?}"
        );
    }
    Ok(())
}

#[test]
fn a_collection_that_is_there_is_not_overwritten() -> TestResult {
    let retriever = retriever();
    let from = Variant::new()?;
    let folder = tempfile::tempdir()?;
    retriever.index(folder.path(), documents())?;
    let imported = retriever.import_ragatouille(from.path(), folder.path()).run();
    assert!(matches!(imported, Err(Error::Index(IndexError::Exists { .. }))));
    assert_eq!(retriever.open(folder.path())?.num_documents(), 5);
    Ok(())
}
