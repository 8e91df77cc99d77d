//! Evaluation and encoding.

use std::fs;

use safetensors::SafeTensors;
use serde_json::Value;

use crate::TestResult;
use crate::program::{DOCUMENTS, Place, model};

#[test]
fn eval_measures_a_corpus_a_collection_and_the_runs_of_others() -> TestResult {
    let place = Place::with_collection()?;
    place.write("beir/corpus.jsonl", DOCUMENTS.replace("\"id\"", "\"_id\""))?;
    let queries = "{\"_id\": \"q1\", \"text\": \"日本で最も高い山は？\"}\n{\"_id\": \"q2\", \"text\": \"茶人\"}\n";
    place.write("beir/queries.jsonl", queries)?;
    let qrels = "query-id\tcorpus-id\tscore\nq1\t山\t1\nq2\t茶\t1\n";
    place.write("beir/qrels/test.tsv", qrels)?;
    let corpus =
        place.run(["eval", "-m", &model(), "beir", "--exact", "--run", "out.trec"])?.check(0);
    assert!(corpus.out.contains("exact") && corpus.out.contains("1.0000"), "{}", corpus.out);
    let args = ["eval", "-c", ".jacolbert", "beir", "--compare", "out.trec", "--json"];
    let values = place.run(args)?.check(0).values()?;
    assert_eq!(values.len(), 1);
    #[cfg(feature = "words")]
    {
        let rows = place.run(["eval", "-m", &model(), "beir", "--hybrid"])?.check(0).out;
        assert!(rows.contains("hybrid") && rows.contains("words"), "{rows}");
        place.run(["eval", "-c", ".jacolbert", "beir", "--hybrid"])?.check(3);
    }
    place.run(["eval", "-m", &model(), "beir", "--split", "dev"])?.check_error(3, "dev.tsv");
    place.run(["eval", "-m", &model(), "beir", "-k", "3"])?.check_error(2, "-k 3");
    Ok(())
}

#[test]
fn vectors_are_the_same_in_a_file_and_as_json() -> TestResult {
    let place = Place::new()?;
    place.write("d.jsonl", DOCUMENTS)?;
    place.run(["encode", "-m", &model(), "d.jsonl", "--out", "v.safetensors"])?.check(0);
    let lines = place.run(["encode", "-m", &model(), "d.jsonl", "-q"])?.check(0).values()?;
    let printed: Vec<f32> = lines.iter().flat_map(rows).collect();
    let bytes = fs::read(place.path("v.safetensors"))?;
    let (_, header) = SafeTensors::read_metadata(&bytes)?;
    let ids = header.metadata().as_ref().and_then(|metadata| metadata.get("ids"));
    assert_eq!(ids.map(String::as_str), Some(r#"["山","湖","茶"]"#));
    let tensors = SafeTensors::deserialize(&bytes)?;
    let embeddings = tensors.tensor("embeddings")?;
    let values = embeddings.data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
    assert_eq!(values.collect::<Vec<_>>(), printed);
    assert_eq!(embeddings.shape(), [printed.len() / 128, 128]);
    assert_eq!(tensors.tensor("lengths")?.shape(), [3]);
    Ok(())
}

#[test]
fn mining_takes_what_ranks_high_and_is_no_answer() -> TestResult {
    let place = Place::new()?;
    place.write("beir/corpus.jsonl", DOCUMENTS.replace("\"id\"", "\"_id\""))?;
    place.write("beir/queries.jsonl", "{\"_id\": \"q1\", \"text\": \"日本で最も高い山は？\"}\n")?;
    place.write("beir/qrels/train.tsv", "query-id\tcorpus-id\tscore\nq1\t山\t1\n")?;
    let mine = |args: &[&str]| place.run(["mine", "beir", "--out", "data"].iter().chain(args));
    mine(&["-m", &model(), "--negatives", "1"])?.check(0);
    let rows = fs::read_to_string(place.path("data/hard_negatives.jsonl"))?;
    let row: Value = serde_json::from_str(rows.trim())?;
    let ids = |name: &str| row[name].as_array().map(Vec::len);
    assert_eq!((ids("positive_ids"), ids("negative_ids")), (Some(1), Some(1)));
    assert_ne!(row["positive_ids"], row["negative_ids"]);
    place.write("bm25.trec", "q1 Q0 茶 1 9.0 bm25\nq1 Q0 湖 2 8.0 bm25\n")?;
    mine(&["--run", "bm25.trec", "--negatives", "1"])?.check(0);
    let collection = fs::read_to_string(place.path("data/collection.tsv"))?;
    let rows: Value =
        serde_json::from_str(&fs::read_to_string(place.path("data/hard_negatives.jsonl"))?)?;
    let negative = format!("{}\t千利休", rows["negative_ids"][0]);
    assert!(collection.lines().any(|line| line.starts_with(&negative)), "{negative} {collection}");
    mine(&[])?.check_error(6, "no model");
    place.write("beir/qrels/train.tsv", "query-id\tcorpus-id\tscore\nq1\t谷\t1\n")?;
    mine(&["--run", "bm25.trec"])?.check_error(3, "passage 谷");
    Ok(())
}

fn rows(line: &Value) -> Vec<f32> {
    let rows = line["embeddings"].as_array().into_iter().flatten();
    let values = rows.flat_map(|row| row.as_array().into_iter().flatten());
    values.filter_map(Value::as_f64).map(|value| value as f32).collect()
}

#[test]
fn questions_are_encoded_with_the_markers_of_questions() -> TestResult {
    let place = Place::new()?;
    let args = ["encode", "-m", &model(), "-", "--role"];
    let encode = |role| place.run_with_input(args.into_iter().chain([role]), DOCUMENTS);
    let passages = encode("passage")?.check(0);
    let queries = encode("query")?.check(0);
    let num_rows = |line: &Value| line["embeddings"].as_array().map(Vec::len);
    let lengths: Vec<_> = queries.values()?.iter().map(num_rows).collect();
    assert_eq!(lengths, [Some(32); 3]);
    assert_ne!(passages.out, queries.out);
    Ok(())
}
