//! Exports to Qdrant, which reads and searches them itself.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use jacolbert::{Collection, Storage};
use jacolbert_export::{Error, Export, QdrantVectors};
use qdrant_edge::{
    EdgeConfigBuilder, EdgeShard, EdgeVectorParams, NamedQuery, PointInsertOperations,
    PointOperations, PointStruct, QueryEnum, QueryRequest, ScoredPoint, ScoringQuery,
    UpdateOperation, Vector, Vectors, WithPayloadInterface, WithVector,
};
use serde_json::Value;

use crate::sample::{QUESTION, TestResult, in_folder, in_memory, retriever};

fn lines(path: &Path) -> Result<Vec<Value>, Box<dyn std::error::Error>> {
    let lines = BufReader::new(File::open(path)?).lines();
    lines.map(|line| Ok(serde_json::from_str(&line?)?)).collect()
}

/// The multivector of a point or a query.
fn multivector(rows: &Value) -> Result<Vector, Box<dyn std::error::Error>> {
    Ok(Vector::new_multi(serde_json::from_value::<Vec<Vec<f32>>>(rows.clone())?)?)
}

/// A shard of Qdrant with the points of the file, under the settings that belong to it.
fn shard(
    folder: &Path,
    file: &Path,
    vectors: &QdrantVectors,
    name: &str,
) -> Result<EdgeShard, Box<dyn std::error::Error>> {
    let body = vectors.collection(retriever().encoder().dim());
    let parameters: EdgeVectorParams = serde_json::from_value(body["vectors"][name].clone())?;
    let config = EdgeConfigBuilder::new().vector(name, parameters).build();
    let shard = EdgeShard::new(folder, config)?;
    for line in lines(file)? {
        for point in line["points"].as_array().ok_or("no points")? {
            let id = point["id"].as_u64().ok_or("no id")?;
            let mut named = Vec::new();
            if let Some(rows) = point["vector"].get(name) {
                named.push((name, multivector(rows)?));
            }
            let point = PointStruct::new(id, Vectors::new_named(named), point["payload"].clone());
            let insert = PointInsertOperations::PointsList(vec![point.into()]);
            shard.update(UpdateOperation::PointOperation(PointOperations::UpsertPoints(insert)))?;
        }
    }
    Ok(shard)
}

/// What Qdrant finds for the body of a query.
fn search(shard: &EdgeShard, body: &Value) -> Result<Vec<ScoredPoint>, Box<dyn std::error::Error>> {
    let query =
        NamedQuery::new(multivector(&body["query"])?.0, body["using"].as_str().ok_or("no name")?);
    let limit = body["limit"].as_u64().ok_or("no limit")?;
    let request = QueryRequest {
        prefetches: Vec::new(),
        query: Some(ScoringQuery::Vector(QueryEnum::Nearest(query))),
        filter: None,
        score_threshold: None,
        limit: limit as usize,
        offset: 0,
        params: None,
        with_vector: WithVector::Bool(false),
        with_payload: WithPayloadInterface::Bool(true),
    };
    Ok(shard.query(request)?)
}

/// Checks that Qdrant ranks and scores as the collection does by exhaustive search, which small collections are.
fn check<S: Storage>(
    collection: &Collection<S>,
    vectors: &QdrantVectors,
    name: &str,
) -> TestResult {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("points.jsonl");
    let summary = Export::new(collection).write_qdrant(&file, vectors)?;
    assert_eq!(summary.num_passages, collection.num_passages());
    let place = folder.path().join("shard");
    std::fs::create_dir(&place)?;
    let shard = shard(&place, &file, vectors, name)?;
    let query = retriever().encoder().encode_query(QUESTION)?;
    let found = search(&shard, &vectors.query(&query.embeddings, 100))?;
    let expected = collection.query(QUESTION).k(100).search()?;
    assert_eq!(found.len(), expected.len());
    for (point, hit) in found.iter().zip(&expected) {
        assert!((point.score - hit.score).abs() < 1e-3, "{} and {}", point.score, hit.score);
        let payload = serde_json::to_value(&point.payload)?;
        assert_eq!(payload["document_id"], *hit.document_id);
        assert_eq!(payload["content"], *hit.content);
        assert_eq!(payload["metadata"], hit.metadata);
        assert_eq!(payload["passage_number"], hit.passage_number);
    }
    Ok(())
}

#[test]
fn qdrant_ranks_and_scores_as_the_collection_does() -> TestResult {
    check(&in_memory()?, &QdrantVectors::default(), "colbert")?;
    let (_folder, collection) = in_folder()?;
    check(&collection, &QdrantVectors::default().name("遅延"), "遅延")
}

#[test]
fn lines_stay_below_the_limit_and_together_hold_every_passage_once() -> TestResult {
    let folder = tempfile::tempdir()?;
    let collection = in_memory()?;
    let write = |limit: usize| {
        let path = folder.path().join(format!("{limit}.jsonl"));
        Export::new(&collection)
            .write_qdrant(&path, &QdrantVectors::default().max_body_bytes(limit))?;
        Ok::<_, Error>(path)
    };
    let whole = lines(&write(1 << 24)?)?;
    assert_eq!(whole.len(), 1);
    let path = write(100_000)?;
    let text = std::fs::read_to_string(&path)?;
    assert!(text.lines().count() > 1 && text.lines().all(|line| line.len() <= 100_000));
    let points = lines(&path)?
        .iter()
        .flat_map(|line| line["points"].as_array().cloned())
        .flatten()
        .collect::<Vec<_>>();
    assert_eq!(Some(&points), whole[0]["points"].as_array());
    assert_eq!(points.len(), collection.num_passages());
    let Err(Error::TooLarge { needed, limit: 500, .. }) = write(500) else {
        return Err("a point of more than 500 bytes fits into 500".into());
    };
    assert!(needed > 500);
    assert!(!folder.path().join("500.jsonl").exists());
    Ok(())
}

#[test]
fn vectors_without_a_name_are_an_error() -> TestResult {
    let folder = tempfile::tempdir()?;
    let written = Export::new(&in_memory()?)
        .write_qdrant(folder.path().join("points.jsonl"), &QdrantVectors::default().name(""));
    assert!(matches!(written, Err(Error::EmptyName)));
    assert_eq!(folder.path().read_dir()?.count(), 0);
    Ok(())
}
