//! A server stops when what runs has ended, or when its time is over.

use std::thread;
use std::time::{Duration, Instant};

use jacolbert_server::{Error, Limits};
use serde_json::json;

use crate::sample::{DOCUMENTS, Sample, retriever, sample, sample_of};

/// Documents whose change takes about a second.
fn change() -> serde_json::Value {
    let documents =
        (0..200).map(|n| json!({"id": n.to_string(), "text": "長い文書である。".repeat(20)}));
    json!({"documents": documents.collect::<Vec<_>>(), "mode": "add"})
}

#[test]
fn what_runs_is_finished_and_nothing_more_is_accepted() {
    let Sample { folder, running, client } = sample();
    let sender = client.clone();
    let adding = thread::spawn(move || sender.post(DOCUMENTS, change()).status);
    while client.get("/v1/collections/sample").ok()["num_changes"] == 0 {
        assert!(!adding.is_finished(), "the change was too small");
    }
    let address = running.address();
    running.stop().expect("it stops");
    assert_eq!(adding.join().expect("no panic"), 200);
    assert!(std::net::TcpStream::connect(address).is_err());
    let opened = retriever().open(folder.path()).expect("it opens");
    assert_eq!(opened.num_documents(), 204);
}

#[test]
fn a_server_stops_although_a_client_keeps_its_connection() {
    let sample = sample();
    // The agent keeps the connection.
    sample.client.get("/health").ok();
    let start = Instant::now();
    sample.running.stop().expect("it stops");
    assert!(start.elapsed() < Limits::default().stop_time);
}

#[test]
fn what_runs_too_long_is_left_behind() {
    let limits = Limits { stop_time: Duration::from_millis(20), ..Default::default() };
    let Sample { folder, running, client } = sample_of(limits);
    let sender = client.clone();
    let adding = thread::spawn(move || {
        let document = "長い文書である。".repeat(20);
        let documents: Vec<_> =
            (0..1_000).map(|n| json!({"id": n.to_string(), "text": document})).collect();
        let body = json!({"documents": documents}).to_string();
        sender.try_send("POST", DOCUMENTS, &[("content-type", "application/json")], &body)
    });
    while client.get("/v1/collections/sample").ok()["num_changes"] == 0 {
        assert!(!adding.is_finished(), "the change was too small");
    }
    let stopped = running.stop();
    assert!(matches!(stopped, Err(Error::StillRunning { connections: 1.. })), "{stopped:?}");
    assert!(adding.join().expect("no panic").is_err(), "there is no answer");
    // All or nothing, whatever became of it.
    let opened = retriever().open(folder.path()).expect("it opens");
    assert!([4, 1_004].contains(&opened.num_documents()));
}
