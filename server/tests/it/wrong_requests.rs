//! Every wrong request gets an answer with a code and the place.

use serde_json::{Value, json};

use crate::sample::{DOCUMENTS, QUERY, SEARCH, sample};

#[test]
fn wrong_bodies_name_the_place() {
    let sample = sample();
    let check = |body: &str, code: &str, at: Value| {
        assert_eq!(sample.client.post_text(SEARCH, body).error(400, code), at, "{body}");
    };
    check("{\"query\": \"a\",\n k: 1}", "malformed_json", json!({"line": 2, "column": 2}));
    check(
        "{\"query\": \"a\", \"k\": NaN}",
        "malformed_json",
        json!({"line": 1, "column": 21, "field": "k"}),
    );
    check(
        "{\"query\": \"a\", \"k\": -1}",
        "invalid_body",
        json!({"line": 1, "column": 22, "field": "k"}),
    );
    check(
        "{\"query\": \"a\", \"k\": 1e400}",
        "malformed_json",
        json!({"line": 1, "column": 25, "field": "k"}),
    );
    check(
        "{\"query\": \"a\", \"K\": 1}",
        "invalid_body",
        json!({"line": 1, "column": 18, "field": "K"}),
    );
    check("{\"k\": 1}", "invalid_body", json!({"line": 1, "column": 8}));
    check("[]", "invalid_body", json!({}));
    let tuning = "{\"query\": \"a\", \"tuning\": {\"nprobe\": 1}}";
    check(tuning, "invalid_body", json!({"line": 1, "column": 34, "field": "tuning.nprobe"}));
    let deep = format!(
        "{{\"documents\": [{{\"id\": \"a\", \"text\": \"a\", \"metadata\": {}",
        "[".repeat(10_000)
    );
    sample.client.post_text(DOCUMENTS, &deep).error(400, "malformed_json");
    sample.client.post_text(SEARCH, "{\"query\": \"\\ud800\"}").error(400, "malformed_json");
}

#[test]
fn wrong_paths_are_json_too() {
    let sample = sample();
    let client = &sample.client;
    assert_eq!(client.get("/v2/x").error(404, "unknown_route"), json!({"path": "/v2/x"}));
    let method = json!({"path": "/v1/rerank", "method": "GET"});
    assert_eq!(client.get("/v1/rerank").error(405, "wrong_method"), method);
    let unknown = client.post("/v1/collections/other/search", json!({"query": QUERY}));
    assert_eq!(unknown.error(404, "unknown_collection"), json!({"collection": "other"}));
    let page = client.get(&format!("{DOCUMENTS}?limit=x"));
    assert_eq!(page.error(400, "invalid_path"), json!({"part": "query"}));
    client.get(&format!("{DOCUMENTS}?limits=1")).error(400, "invalid_path");
    client.get(&format!("{DOCUMENTS}/%FF")).error(400, "invalid_path");
    let explain = json!({"query": QUERY, "passage_id": 99});
    let unknown = client.post("/v1/collections/sample/explain", explain);
    assert_eq!(unknown.error(404, "unknown_passage"), json!({"passage_id": 99}));
    let among = json!({"query": QUERY, "among": ["山", "x"]});
    assert_eq!(client.post(SEARCH, among).error(404, "unknown_document"), json!({"id": "x"}));
    let text = client.send("POST", SEARCH, &[("content-type", "text/plain")], "{}");
    let at = json!({"header": "content-type", "found": "text/plain"});
    assert_eq!(text.error(415, "wrong_media_type"), at);
    client.get("/health").ok();
}

#[test]
fn odd_texts_are_answered() {
    let sample = sample();
    for query in ["", " ", "\0", "\u{feff}", "[MASK]", "👨‍👩‍👧", &"が\u{3099}".repeat(4_000)]
    {
        sample.client.post(SEARCH, json!({"query": query})).ok();
        let explain = json!({"query": query, "passage_id": 0});
        sample.client.post("/v1/collections/sample/explain", explain).ok();
    }
    let documents = json!({"documents": [{"id": "\0 \n", "text": ""}, {"id": "長", "text": "長い。".repeat(3_000)}]});
    assert_eq!(sample.client.post(DOCUMENTS, documents).ok()["num_documents"], 6);
    assert_eq!(sample.client.get(&format!("{DOCUMENTS}/%00%20%0A")).ok()["id"], "\0 \n");
}

#[test]
fn a_collection_that_is_deleted_under_the_server_is_gone_and_the_server_stays() {
    let sample = sample();
    std::fs::remove_dir_all(sample.folder.path()).expect("the folder is removed");
    let at = json!({"collection": "sample"});
    let client = &sample.client;
    assert_eq!(client.post(SEARCH, json!({"query": QUERY})).error(410, "collection_gone"), at);
    let add = json!({"documents": [{"id": "a", "text": "a"}]});
    assert_eq!(client.post(DOCUMENTS, add).error(410, "collection_gone"), at);
    assert_eq!(client.get("/v1/collections").ok()["collections"][0]["is_gone"], true);
    let ready = client.get("/ready");
    assert_eq!((ready.status, &ready.json()["gone"]), (503, &json!(["sample"])));
    client.get("/health").ok();
    client.post("/v1/rerank", json!({"query": QUERY, "documents": ["山"]})).ok();
}
