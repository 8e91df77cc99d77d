//! Who may use a server.

use jacolbert_server::Error;
use serde_json::json;

use crate::client::Client;
use crate::sample::{QUERY, SEARCH, collection, retriever, sample, server};

const KEY: &str = "a-long-secret";

#[test]
fn a_key_opens_everything_and_health_needs_none() {
    let (_folder, collection) = collection();
    let running = server().collection("sample", collection).key(KEY).start().expect("it starts");
    let without = Client::new(running.address());
    let with = without.clone().with_key(KEY);
    let wrong = without.clone().with_key("another");
    for client in [&without, &wrong] {
        let refused = client.post(SEARCH, json!({"query": QUERY}));
        assert_eq!(refused.error(401, "unauthorized"), json!({"header": "authorization"}));
        assert_eq!(refused.header("www-authenticate"), Some("Bearer"));
        for path in ["/v1/collections", "/v1/collections/sample", "/metrics"] {
            client.get(path).error(401, "unauthorized");
        }
        client.delete("/v1/collections/sample/documents/x").error(401, "unauthorized");
        client.post("/v1/rerank", json!({})).error(401, "unauthorized");
    }
    for path in ["/health", "/ready", "/", "/page.js", "/openapi.json"] {
        assert_eq!(without.get(path).status, 200, "{path}");
    }
    with.post(SEARCH, json!({"query": QUERY})).ok();
    assert_eq!(with.get("/metrics").status, 200);
}

#[test]
fn a_server_that_others_reach_needs_a_key_or_a_word() {
    let open = || server().retriever(retriever().clone()).address(([0, 0, 0, 0], 0).into());
    assert!(matches!(open().start(), Err(Error::OpenWithoutKey { .. })));
    for key in ["", "mit Leerzeichen", "schlüssel", "a\nb"] {
        assert!(matches!(open().key(key).start(), Err(Error::Key)), "{key:?}");
    }
    open().key(KEY).start().expect("it starts").stop().expect("it stops");
    open().allow_without_key().start().expect("it starts").stop().expect("it stops");
}

#[test]
fn only_requests_for_this_host_are_answered_without_a_key() {
    let sample = sample();
    let ask =
        |client: &Client, host: &str| client.send("GET", "/v1/collections", &[("host", host)], "");
    let refused = ask(&sample.client, "evil.example");
    assert_eq!(refused.error(403, "forbidden_host"), json!({"host": "evil.example"}));
    ask(&sample.client, "localhost:1").ok();
    // No page of another site may read an answer.
    let answer =
        sample.client.send("GET", "/v1/collections", &[("origin", "http://evil.example")], "");
    assert_eq!(answer.header("access-control-allow-origin"), None);

    let named =
        server().retriever(retriever().clone()).host("search.example").start().expect("it starts");
    ask(&Client::new(named.address()), "search.example").ok();
}

#[test]
fn what_cannot_be_served_is_refused_at_the_start() {
    assert!(matches!(server().start(), Err(Error::NothingToServe)));
    let named = |names: &[&str]| {
        let folders: Vec<_> = names.iter().map(|_| collection()).collect();
        let mut server = server();
        let mut kept = Vec::new();
        for (name, (folder, collection)) in names.iter().zip(folders) {
            kept.push(folder);
            server = server.collection(*name, collection);
        }
        server.start()
    };
    assert!(matches!(named(&["a", "a"]), Err(Error::DuplicateName { name }) if name == "a"));
    for name in ["", "a/b", "..", "a b"] {
        assert!(matches!(named(&[name]), Err(Error::Name { .. })), "{name:?}");
    }
    let absent = server().folder("a", "/no such folder").start();
    assert!(matches!(absent, Err(Error::Collection { name, .. }) if name == "a"));
    let taken = server().retriever(retriever().clone()).start().expect("it starts");
    let again = server().retriever(retriever().clone()).address(taken.address()).start();
    assert!(matches!(again, Err(Error::Listen { address, .. }) if address == taken.address()));
}
