//! Every limit is an answer, or ends the connection.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use jacolbert_server::Limits;
use serde_json::{Value, json};

use crate::client::Client;
use crate::sample::{DOCUMENTS, QUERY, SEARCH, Sample, sample, sample_of};

/// A request that takes some seconds.
fn heavy() -> Value {
    json!({"query": QUERY, "documents": vec!["富士山は日本で最も高い山である。".repeat(40); 60]})
}

/// Sends the heavy request on a thread of its own, and returns when it has a worker.
fn start_heavy(sample: &Sample) -> thread::JoinHandle<u16> {
    let client = sample.client.clone();
    let heavy = thread::spawn(move || client.post("/v1/rerank", heavy()).status);
    while !sample.client.get("/metrics").body.contains("jacolbert_reads_in_queue 1") {
        assert!(!heavy.is_finished(), "the request was too light");
    }
    heavy
}

#[test]
fn sizes_above_a_limit_are_refused() {
    let limits = Limits {
        body_bytes: 1 << 20,
        query_chars: 50,
        batch_queries: 2,
        batch_documents: 2,
        batch_texts: 2,
        k: 5,
        page: 3,
        ..Default::default()
    };
    let sample = sample_of(limits);
    let client = &sample.client;
    let check = |answer: crate::client::Answer, field: &str, found: usize, limit: usize| {
        let at = json!({"field": field, "found": found, "limit": limit});
        assert_eq!(answer.error(422, "above_limit"), at);
    };
    check(client.post(SEARCH, json!({"query": QUERY, "k": 6})), "k", 6, 5);
    check(client.post(SEARCH, json!({"query": "山".repeat(51)})), "query", 51, 50);
    client.post(SEARCH, json!({"query": "山".repeat(50), "k": 5})).ok();
    check(client.post(SEARCH, json!({"query": QUERY, "among": ["a", "b", "c"]})), "among", 3, 2);
    let batch = "/v1/collections/sample/search_batch";
    check(client.post(batch, json!({"queries": ["a", "b", "c"]})), "queries", 3, 2);
    check(client.post(batch, json!({"queries": ["a", "山".repeat(51)]})), "query", 51, 50);
    let by_document = json!({"query": QUERY, "max_passages": 6});
    check(
        client.post("/v1/collections/sample/search_documents", by_document),
        "max_passages",
        6,
        5,
    );
    check(client.get(&format!("{DOCUMENTS}?limit=4")), "limit", 4, 3);
    let three: Vec<Value> = (0..3).map(|n| json!({"id": n.to_string(), "text": "a"})).collect();
    check(client.post(DOCUMENTS, json!({"documents": three})), "documents", 3, 2);
    check(
        client.post("/v1/collections/sample/delete", json!({"ids": ["a", "b", "c"]})),
        "ids",
        3,
        2,
    );
    check(
        client.post("/v1/rerank", json!({"query": "a", "documents": ["a", "b", "c"]})),
        "documents",
        3,
        2,
    );
    check(
        client.post("/v1/encode", json!({"texts": ["a", "b", "c"], "role": "query"})),
        "texts",
        3,
        2,
    );
    let explain = json!({"query": "山".repeat(51), "passage_id": 0});
    check(client.post("/v1/collections/sample/explain", explain), "query", 51, 50);
    let large = json!({"query": "a".repeat(10_000_000)});
    assert_eq!(client.post(SEARCH, large).error(413, "body_too_large"), json!({"limit": 1 << 20}));
    client.post(SEARCH, json!({"query": QUERY})).ok();
}

#[test]
fn a_question_of_100_000_characters_has_an_answer() {
    let sample = sample();
    let answer = sample.client.post(SEARCH, json!({"query": "山".repeat(100_000)}));
    let at = json!({"field": "query", "found": 100_000, "limit": 10_000});
    assert_eq!(answer.error(422, "above_limit"), at);
}

#[test]
fn requests_beyond_the_queue_are_told_to_come_back() {
    let limits = Limits { read_threads: 1, queued_reads: 0, ..Default::default() };
    let sample = sample_of(limits);
    let heavy = start_heavy(&sample);
    let refused = sample.client.post(SEARCH, json!({"query": QUERY}));
    assert_eq!(refused.error(429, "queue_full"), json!({"limit": 1}));
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(sample.client.get("/ready").status, 503);
    sample.client.get("/health").ok();
    assert_eq!(heavy.join().expect("no panic"), 200);
    sample.client.post(SEARCH, json!({"query": QUERY})).ok();
    assert_eq!(sample.client.get("/ready").status, 200);
}

#[test]
fn requests_that_run_or_wait_too_long_are_answered() {
    let limits =
        Limits { read_threads: 1, read_time: Duration::from_millis(50), ..Default::default() };
    let sample = sample_of(limits);
    let heavy = start_heavy(&sample);
    // The worker is occupied to the end of the work, though its client has its answer.
    let waited = sample.client.post(SEARCH, json!({"query": QUERY}));
    assert_eq!(waited.error(503, "overloaded"), json!({"seconds": 0.05}));
    assert_eq!(heavy.join().expect("no panic"), 504);
}

#[test]
fn a_change_that_takes_too_long_changes_nothing() {
    let limits = Limits { change_time: Duration::from_millis(1), ..Default::default() };
    let sample = sample_of(limits);
    let documents = (0..50).map(|n| json!({"id": n.to_string(), "text": "長い文。".repeat(500)}));
    let body = json!({"documents": documents.collect::<Vec<_>>()});
    sample.client.post(DOCUMENTS, body).error(504, "timeout");
    assert_eq!(sample.client.get("/v1/collections/sample").ok()["num_documents"], 4);
}

#[test]
fn slow_clients_are_sent_away() {
    let limits = Limits { receive_time: Duration::from_millis(100), ..Default::default() };
    let sample = sample_of(limits);
    let send = |text: &str| {
        let mut stream = TcpStream::connect(sample.running.address()).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout");
        stream.write_all(text.as_bytes()).expect("it is sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("the connection ends");
        answer
    };
    let head = format!(
        "POST {SEARCH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n"
    );
    let body = send(&format!("{head}\r\n{{\"query\""));
    assert!(body.starts_with("HTTP/1.1 408 ") && body.contains("slow_client"), "{body}");
    // The head never ends, or never begins.
    for text in [head.as_str(), ""] {
        let answer = send(text);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408 "), "{answer}");
    }
    let long = "x".repeat(100_000);
    let answer = send(&format!("GET /health HTTP/1.1\r\nHost: localhost\r\nX: {long}\r\n\r\n"));
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    Client::new(sample.running.address()).get("/health").ok();
}
