//! Exports to Parquet.

use std::fs::File;
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float16Type, Float32Type, UInt32Type};
use arrow_array::{Array, RecordBatch};
use jacolbert::Document;
use jacolbert_export::{Error, Export, ExportSummary, ExportedPassage, Precision, VectorSource};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::sample::{TestResult, in_folder, in_memory, retriever};

fn batches(path: &Path) -> Result<Vec<RecordBatch>, Box<dyn std::error::Error>> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?.build()?;
    Ok(reader.collect::<Result<_, _>>()?)
}

/// The components of a vector column's row, as `f32`.
fn components(column: &dyn Array, row: usize) -> Vec<f32> {
    let vectors = column.as_list::<i32>().value(row);
    let components = vectors.as_fixed_size_list().values();
    match components.as_primitive_opt::<Float32Type>() {
        Some(components) => components.values().to_vec(),
        None => {
            let components = components.as_primitive::<Float16Type>();
            components.values().iter().map(|component| component.to_f32()).collect()
        }
    }
}

/// Checks that the file holds the passages of the export, with components within `tolerance`.
fn check(path: &Path, passages: &[ExportedPassage], tolerance: f32) -> TestResult {
    let mut passages = passages.iter();
    for batch in batches(path)? {
        let texts = |name: &str| batch[name].as_string::<i32>().clone();
        let numbers = |name: &str| batch[name].as_primitive::<UInt32Type>().clone();
        for row in 0..batch.num_rows() {
            let passage = passages.next().ok_or("too many rows")?;
            assert_eq!(numbers("passage_id").value(row), passage.passage_id.0);
            assert_eq!(numbers("passage_number").value(row) as usize, passage.passage_number);
            assert_eq!(numbers("num_passages").value(row) as usize, passage.num_passages);
            assert_eq!(texts("document_id").value(row), passage.document_id);
            assert_eq!(texts("content").value(row), passage.content);
            let metadata = texts("metadata");
            let metadata = match metadata.is_null(row) {
                true => serde_json::Value::Null,
                false => serde_json::from_str(metadata.value(row))?,
            };
            assert_eq!(metadata, passage.metadata);
            let found = components(&batch["embeddings"], row);
            let expected = passage.embeddings.clone().into_values();
            assert_eq!(found.len(), expected.len());
            assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() <= tolerance));
        }
    }
    assert_eq!(passages.next(), None, "rows are missing");
    Ok(())
}

#[test]
fn a_file_holds_every_passage_with_its_vectors() -> TestResult {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("passages.parquet");
    let collection = in_memory()?;
    let passages = Export::new(&collection).passages()?.collect::<Result<Vec<_>, _>>()?;
    assert_eq!(passages.len(), collection.num_passages());
    assert!(passages.iter().any(|passage| passage.num_passages > 1));
    let summary = Export::new(&collection).write_parquet(&path)?;
    let num_vectors = passages.iter().map(|passage| passage.embeddings.num_tokens()).sum();
    assert_eq!((summary.num_passages, summary.num_vectors), (passages.len(), num_vectors));
    check(&path, &passages, 0.0)
}

#[test]
fn half_precision_changes_components_a_little_and_halves_the_file() -> TestResult {
    let folder = tempfile::tempdir()?;
    let paths = [folder.path().join("32.parquet"), folder.path().join("16.parquet")];
    let collection = in_memory()?;
    let passages = Export::new(&collection).passages()?.collect::<Result<Vec<_>, _>>()?;
    Export::new(&collection).write_parquet(&paths[0])?;
    Export::new(&collection).precision(Precision::F16).write_parquet(&paths[1])?;
    check(&paths[1], &passages, 0.0003)?;
    let bytes: Vec<u64> =
        paths.iter().map(|path| Ok(path.metadata()?.len())).collect::<std::io::Result<_>>()?;
    assert!(bytes[1] * 10 < bytes[0] * 6, "{bytes:?}");
    Ok(())
}

#[test]
fn encoded_vectors_are_the_models_and_stored_ones_the_collections() -> TestResult {
    let (_folder, collection) = in_folder()?;
    for passage in Export::new(&collection).vectors(VectorSource::Encoded).passages()? {
        let passage = passage?;
        let expected = retriever().encoder().encode_passages(&[&passage.content])?;
        assert_eq!(passage.embeddings, expected.embeddings[0], "{}", passage.document_id);
    }
    for passage in Export::new(&collection).passages()? {
        let passage = passage?;
        assert_eq!(passage.embeddings, collection.embeddings(passage.passage_id)?);
    }
    Ok(())
}

#[test]
fn a_filter_selects_documents_and_a_wrong_one_is_an_error() -> TestResult {
    let collection = in_memory()?;
    let ids = |filter: &str| -> Result<Vec<String>, Error> {
        let passages = Export::new(&collection).filter(filter).passages()?;
        let mut ids =
            passages.map(|passage| Ok(passage?.document_id)).collect::<Result<Vec<_>, Error>>()?;
        ids.dedup();
        Ok(ids)
    };
    assert_eq!(ids("n >= 6")?, ["d6", "d7"]);
    assert_eq!(ids("名 = '千利休'")?, ["d4"]);
    assert!(matches!(ids("n >="), Err(Error::Collection(jacolbert::Error::Filter(_)))));
    Ok(())
}

#[test]
fn changes_after_the_start_do_not_reach_the_export() -> TestResult {
    let (_folder, collection) = in_folder()?;
    let expected = Export::new(&collection).passages()?.collect::<Result<Vec<_>, _>>()?;
    let mut passages = Export::new(&collection).passages()?;
    let first = passages.next().ok_or("no passage")??;
    collection.delete(["fuji", "d1"])?;
    collection.add([Document::new("new", "新しい文書。")])?;
    let rest = passages.collect::<Result<Vec<_>, _>>()?;
    assert_eq!([vec![first], rest].concat(), expected);
    Ok(())
}

#[test]
fn an_existing_file_is_kept_and_a_failed_export_leaves_nothing() -> TestResult {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("passages.parquet");
    let collection = in_memory()?;
    std::fs::write(&path, "mine")?;
    assert!(matches!(Export::new(&collection).write_parquet(&path), Err(Error::Exists { .. })));
    assert_eq!(std::fs::read_to_string(&path)?, "mine");
    std::fs::remove_file(&path)?;
    assert!(Export::new(&collection).filter("n >=").write_parquet(&path).is_err());
    let nowhere = folder.path().join("no/such/folder.parquet");
    assert!(matches!(Export::new(&collection).write_parquet(nowhere), Err(Error::Io { .. })));
    assert_eq!(folder.path().read_dir()?.count(), 0);
    Ok(())
}

#[test]
fn a_collection_without_documents_is_a_file_without_rows() -> TestResult {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("passages.parquet");
    let summary = Export::new(&retriever().in_memory()).write_parquet(&path)?;
    assert_eq!(summary, ExportSummary::default());
    assert!(batches(&path)?.iter().all(|batch| batch.num_rows() == 0));
    Ok(())
}
