//! Reranking, with the bodies that clients of Cohere and Jina send.

use serde_json::{Value, json};

use crate::sample::{QUERY, retriever, sample};

const TEXTS: [&str; 3] =
    ["琵琶湖は大きな湖である。", "富士山は日本で最も高い山である。", "海は広い。"];

fn check_order(answer: &Value) {
    let best = retriever().rerank(QUERY, TEXTS, 10).expect("an order");
    let expected: Vec<usize> = best.iter().map(|best| best.position).collect();
    let results = answer["results"].as_array().expect("results");
    let found: Vec<usize> =
        results.iter().filter_map(|result| result["index"].as_u64()).map(|n| n as usize).collect();
    assert_eq!(found, expected[..found.len()]);
    assert_eq!(found[0], 1);
    for (result, best) in results.iter().zip(&best) {
        let score = result["relevance_score"].as_f64().expect("a score") as f32;
        assert_eq!(score, best.normalised_score);
        assert!((-1.0..=1.0).contains(&score));
    }
}

#[test]
fn jina_gets_its_documents_back() {
    let body = json!({"model": "jina-reranker-v2-base-multilingual", "query": QUERY, "documents": TEXTS,
                      "top_n": 2, "truncation": true, "return_documents": true});
    let answer = sample().client.post("/v1/rerank", body).ok();
    check_order(&answer);
    assert_eq!(answer["results"].as_array().map(Vec::len), Some(2));
    assert_eq!(answer["results"][0]["document"], json!({"text": TEXTS[1]}));
    assert_eq!(answer["usage"]["total_tokens"], answer["usage"]["prompt_tokens"]);
    assert!(answer["usage"]["total_tokens"].as_u64() > Some(10));
    assert_eq!(answer["model"], "default");
}

#[test]
fn cohere_v1_sends_objects_with_fields_to_rank() {
    let documents: Vec<Value> =
        TEXTS.iter().enumerate().map(|(n, text)| json!({"body": text, "n": n})).collect();
    let body = json!({"model": "rerank-multilingual-v3.0", "query": QUERY, "documents": documents, "top_n": 3,
                      "rank_fields": ["body", "absent"], "return_documents": true, "max_chunks_per_doc": 10});
    let sample = sample();
    let answer = sample.client.post("/v1/rerank", body).ok();
    check_order(&answer);
    assert_eq!(answer["results"][0]["document"], json!({"body": TEXTS[1], "n": 1}));
    assert_eq!(answer["meta"]["api_version"]["version"], "1");
    assert!(answer["id"].is_string());

    let without_text = json!({"query": QUERY, "documents": [{"text": "山"}, {"body": "山"}]});
    let answer = sample.client.post("/v1/rerank", without_text);
    assert_eq!(answer.error(400, "invalid_body"), json!({"document": 1}));
}

#[test]
fn cohere_v2_sends_texts_and_gets_no_documents() {
    let body = json!({"model": "rerank-v3.5", "query": QUERY, "documents": TEXTS, "max_tokens_per_doc": 4096,
                      "priority": 0});
    let answer = sample().client.post("/v2/rerank", body).ok();
    check_order(&answer);
    assert_eq!(answer["results"].as_array().map(Vec::len), Some(3));
    assert!(answer["results"][0].get("document").is_none());
    assert_eq!(answer["meta"]["api_version"]["version"], "2");
}

#[test]
fn the_end_of_a_long_text_counts_if_it_may_have_several_parts() {
    let long = "海は広い。".repeat(300) + "富士山は日本で最も高い山である。";
    let sample = sample();
    let mut body = json!({"model": "sample", "query": QUERY, "documents": ["海は広い。", long]});
    let whole = sample.client.post("/v1/rerank", body.clone()).ok();
    assert_eq!(whole["model"], "sample");
    let cut = |answer: &Value, index: usize| {
        let results = answer["results"].as_array().expect("results").clone();
        results.into_iter().find(|result| result["index"] == index).expect("the text")
    };
    assert!(cut(&whole, 1)["tokens_cut"].as_u64() > Some(0));
    body["max_chunks_per_doc"] = json!(10);
    let split = sample.client.post("/v1/rerank", body).ok();
    assert_eq!(cut(&split, 1)["tokens_cut"], 0);
    assert_eq!(split["results"][0]["index"], 1);
}
