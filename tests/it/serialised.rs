//! Values that a server sends or keeps come back from JSON as they were.

use std::fmt::Debug;

use jacolbert::eval::EvaluateOptions;
use jacolbert::model::EncodeOptions;
use jacolbert::{
    Bits, BuildOptions, Document, Hit, Hits, IndexOptions, LoadOptions, PoolFactor, Pooling, Query,
    Reranked, SearchOptions, Splitting,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::sample::{TestResult, documents, retriever};

fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) -> TestResult {
    let json = serde_json::to_string(value)?;
    assert_eq!(serde_json::from_str::<T>(&json)?, *value, "{json}");
    Ok(())
}

#[test]
fn results_come_back_as_they_were() -> TestResult {
    let memory = retriever().in_memory();
    memory.add(documents())?;
    let hits = memory.search("日本で一番高い山は？".repeat(20), 3)?;
    assert!(hits.is_truncated());
    check::<Hits>(&hits)?;
    check::<Hit>(&hits[0])?;
    let reranked = retriever().rerank("山", ["山は高い。", "海は広い。"], 2)?;
    check::<Hits<Reranked>>(&reranked)?;
    check::<Reranked>(&reranked[0])
}

#[test]
fn a_hit_names_its_passage_by_a_number() -> TestResult {
    let memory = retriever().in_memory();
    memory.add(documents())?;
    let hits = serde_json::to_value(memory.search("わび茶を大成した茶人は誰か？", 1)?)?;
    assert_eq!((&hits["hits"][0]["passage_id"], &hits["tokens_cut"]), (&json!(2), &json!(0)));
    assert_eq!(hits["hits"][0]["metadata"], json!({ "subject": "文化" }));
    Ok(())
}

#[test]
fn options_come_back_as_they_were_and_missing_fields_are_defaults() -> TestResult {
    let pooling = Pooling { factor: PoolFactor::Three, protected_tokens: 2 };
    let build = BuildOptions { bits: Bits::Four, seed: 7, ..Default::default() };
    let splitting = Splitting::Sentences { max_tokens: 64, overlap: 3 };
    check(&IndexOptions { splitting, pooling, build })?;
    check(&SearchOptions { k: 3, n_probe: Some(4), n_rescored: None, n_exact: Some(5) })?;
    check(&LoadOptions { dictionary: Some("dicdir".into()), ..Default::default() })?;
    check(&Splitting::Whole)?;
    assert_eq!(serde_json::from_str::<IndexOptions>("{}")?, IndexOptions::default());
    assert_eq!(serde_json::from_str::<LoadOptions>("{}")?, LoadOptions::default());
    let options = serde_json::from_str::<SearchOptions>(r#"{"k":3}"#)?;
    assert_eq!(options, SearchOptions { k: 3, ..Default::default() });
    Ok(())
}

#[test]
fn a_misspelt_option_is_an_error() {
    let fails = |result: Result<(), serde_json::Error>| {
        let error = result.expect_err("an unknown field").to_string();
        assert!(error.contains("unknown field"), "{error}");
    };
    fn read<T: DeserializeOwned>(json: &str) -> Result<(), serde_json::Error> {
        serde_json::from_str::<T>(json).map(|_| ())
    }
    fails(read::<BuildOptions>(r#"{"bit":4}"#));
    fails(read::<IndexOptions>(r#"{"build":{"bit":4}}"#));
    fails(read::<IndexOptions>(r#"{"split":"Whole"}"#));
    fails(read::<IndexOptions>(
        r#"{"splitting":{"Sentences":{"max_tokens":9,"overlap":0,"x":1}}}"#,
    ));
    fails(read::<Pooling>(r#"{"factors":2}"#));
    fails(read::<SearchOptions>(r#"{"nprobe":4}"#));
    fails(read::<LoadOptions>(r#"{"precise":"bf16"}"#));
    fails(read::<EncodeOptions>(r#"{"batches":1}"#));
    fails(read::<EvaluateOptions>(r#"{"tie":1}"#));
}

#[test]
fn what_is_put_in_comes_back_as_it_was() -> TestResult {
    check(&Query::new("q1", "山は？"))?;
    check(&Document::new("a", "一").with_metadata(json!({ "page": 1 })))
}
