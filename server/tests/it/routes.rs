//! Laws of each route: its answer is what the library answers.

use jacolbert::documents::Analyser;
use jacolbert::{Document, Fusion, Hits, PassageId};
use serde::Serialize;
use serde_json::{Value, json};

use crate::sample::{DOCUMENTS, QUERY, SEARCH, retriever, sample};

/// What a client reads of `value`: numbers as their shortest texts.
fn json_of<T: Serialize + ?Sized>(value: &T) -> Value {
    let text = serde_json::to_string(value).expect("JSON");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn a_search_finds_what_the_library_finds() {
    let sample = sample();
    let found = sample.client.post(SEARCH, json!({"query": QUERY, "k": 3})).ok();
    let opened = retriever().open(sample.folder.path()).expect("it opens");
    let hits = opened.search(QUERY, 3).expect("hits");
    assert_eq!(found["num_query_rows"], hits.num_query_rows());
    assert_eq!(found["tokens_cut"], 0);
    assert_eq!(found["hits"], json_of(&hits[..]));
    assert_eq!(found["hits"][0]["document_id"], "山");

    let among = json!({"query": QUERY, "among": ["湖"], "tuning": {"n_probe": 4}});
    let found = sample.client.post(SEARCH, among).ok();
    assert_eq!(found["hits"].as_array().map(Vec::len), Some(1));
    assert_eq!(found["hits"][0]["document_id"], "湖");
}

#[test]
fn a_batch_finds_for_each_query_what_a_search_finds() {
    let sample = sample();
    let queries = [QUERY, "わび茶を大成した茶人は誰か？"];
    let batch = json!({"queries": queries, "k": 2});
    let batch = sample.client.post("/v1/collections/sample/search_batch", batch).ok();
    for (n, query) in queries.iter().enumerate() {
        let single = sample.client.post(SEARCH, json!({"query": query, "k": 2})).ok();
        assert_eq!(batch["results"][n], single);
    }
    let none = json!({"queries": []});
    let none = sample.client.post("/v1/collections/sample/search_batch", none).ok();
    assert_eq!(none, json!({"results": []}));
}

#[test]
fn documents_are_found_with_their_best_passages() {
    let sample = sample();
    let request = json!({"query": QUERY, "k": 2, "max_passages": 3});
    let found = sample.client.post("/v1/collections/sample/search_documents", request).ok();
    let opened = retriever().open(sample.folder.path()).expect("it opens");
    let hits = opened.query(QUERY).k(2).by_document(3).search().expect("hits");
    assert_eq!(found["hits"], json_of(&hits[..]));
}

#[test]
fn an_explanation_is_that_of_the_library() {
    let sample = sample();
    let hit = sample.client.post(SEARCH, json!({"query": QUERY, "k": 1})).ok();
    let passage_id = hit["hits"][0]["passage_id"].as_u64().expect("a number") as u32;
    let request = json!({"query": QUERY, "passage_id": passage_id});
    let explained = sample.client.post("/v1/collections/sample/explain", request).ok();
    let opened = retriever().open(sample.folder.path()).expect("it opens");
    let explanation = opened.explain(QUERY, PassageId(passage_id)).expect("an explanation");
    assert_eq!(explained, json_of(&explanation));
    let explain = |format: &str| {
        let request = json!({"query": QUERY, "passage_id": passage_id, "format": format});
        sample.client.post("/v1/collections/sample/explain", request)
    };
    assert_eq!(explain("text").body, explanation.to_text());
    let page = explain("html");
    assert_eq!(page.body, explanation.to_html());
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(
        page.header("content-security-policy")
            .is_some_and(|policy| policy.starts_with("default-src 'none'"))
    );
}

#[test]
fn documents_are_read_one_by_one_and_in_pages() {
    let sample = sample();
    let one = sample.client.get(&format!("{DOCUMENTS}/%E8%8C%B6/%E5%88%A9%E4%BC%91")).ok();
    assert_eq!(one["id"], "茶/利休");
    assert_eq!(one["metadata"], json!({"year": 2003}));
    assert!(one["passages"][0]["content"].as_str().is_some_and(|text| text.contains("千利休")));
    let unknown = sample.client.get(&format!("{DOCUMENTS}/x"));
    assert_eq!(unknown.error(404, "unknown_document"), json!({"id": "x"}));

    let mut path = format!("{DOCUMENTS}?limit=3");
    let mut ids = Vec::new();
    loop {
        let page = sample.client.get(&path).ok();
        let documents = page["documents"].as_array().expect("documents");
        ids.extend(documents.iter().map(|document| document["id"].clone()));
        let Some(next) = page["next"].as_u64() else { break };
        path = format!("{DOCUMENTS}?limit=3&after={next}");
    }
    assert_eq!(Value::from(ids), json!(["山", "湖", "茶/利休", "星"]));
}

#[test]
fn changes_are_committed_when_they_are_answered() {
    let sample = sample();
    let post =
        |path: &str, body| sample.client.post(&format!("/v1/collections/sample/{path}"), body);
    let river =
        json!({"id": "川", "text": "信濃川は日本で最も長い川である。", "metadata": {"year": 2005}});
    let added = post("documents", json!({"documents": [river], "mode": "add"})).ok();
    assert_eq!(added, json!({"num_documents": 5, "truncated": []}));
    // Another handle sees the commit.
    let opened = retriever().open(sample.folder.path()).expect("it opens");
    assert!(opened.contains("川").expect("no error"));

    let again = post("documents", json!({"documents": [river], "mode": "add"}));
    assert_eq!(again.error(409, "document_exists"), json!({"document": 0, "id": "川"}));
    let unknown = json!({"documents": [{"id": "x", "text": "x"}], "mode": "replace"});
    assert_eq!(post("documents", unknown).error(404, "unknown_document"), json!({"id": "x"}));
    let changed = json!({"documents": [{"id": "川", "text": "利根川も長い。"}]});
    assert_eq!(post("documents", changed).ok()["num_documents"], 5);

    assert_eq!(post("delete", json!({"ids": ["川", "星"]})).ok()["num_documents"], 3);
    let gone = post("delete", json!({"ids": ["山", "星"]}));
    assert_eq!(gone.error(404, "unknown_document"), json!({"id": "星"}));
    let one = sample.client.delete(&format!("{DOCUMENTS}/%E8%8C%B6/%E5%88%A9%E4%BC%91"));
    assert_eq!(one.ok()["num_documents"], 2);
    assert_eq!(post("compact", Value::Null).ok()["num_documents"], 2);
    let empty = json!({"documents": [{"id": "", "text": "x"}]});
    assert_eq!(post("documents", empty).error(400, "invalid_document"), json!({"document": 0}));
}

#[test]
fn filters_limit_searches_pages_counts_and_deletions() {
    let sample = sample();
    let client = &sample.client;
    let ids = |found: &Value, list: &str, id: &str| {
        let documents = found[list].as_array().expect("a list");
        let mut ids: Vec<String> =
            documents.iter().filter_map(|found| found[id].as_str()).map(str::to_owned).collect();
        ids.sort();
        ids
    };
    let filter = "year >= 2002 AND year < 2004";
    let expected = ["湖", "茶/利休"];
    let found = client.post(SEARCH, json!({"query": QUERY, "filter": filter})).ok();
    assert_eq!(ids(&found, "hits", "document_id"), expected);
    let batch = json!({"queries": [QUERY], "filter": filter});
    let found = client.post("/v1/collections/sample/search_batch", batch).ok();
    assert_eq!(ids(&found["results"][0], "hits", "document_id"), expected);
    let by_document = json!({"query": QUERY, "filter": filter});
    let found = client.post("/v1/collections/sample/search_documents", by_document).ok();
    assert_eq!(ids(&found, "hits", "document_id"), expected);
    let encoded = "year%20%3E%3D%202002%20AND%20year%20%3C%202004";
    let page = client.get(&format!("{DOCUMENTS}?filter={encoded}")).ok();
    assert_eq!(ids(&page, "documents", "id"), expected);
    let count = |query: &str| client.get(&format!("/v1/collections/sample/count{query}")).ok();
    assert_eq!(count(&format!("?filter={encoded}")), json!({"num_documents": 2}));
    assert_eq!(count(""), json!({"num_documents": 4}));

    let wrong = client.post(SEARCH, json!({"query": QUERY, "filter": "年 >="}));
    assert_eq!(
        wrong.error(400, "invalid_filter"),
        json!({"field": "filter", "column": 5, "byte": 6})
    );
    client.get("/v1/collections/sample/count?filter=AND").error(400, "invalid_filter");

    let post = |path: &str, body| client.post(&format!("/v1/collections/sample/{path}"), body);
    post("metadata", json!({"id": "山", "metadata": {"year": 2003}})).ok();
    assert_eq!(
        client.get(&format!("{DOCUMENTS}/%E5%B1%B1")).ok()["metadata"],
        json!({"year": 2003})
    );
    let unknown = post("metadata", json!({"id": "x", "metadata": null}));
    assert_eq!(unknown.error(404, "unknown_document"), json!({"id": "x"}));
    post("delete", json!({"filter": "year <"})).error(400, "invalid_filter");
    post("delete", json!({"filter": "TRUE", "ids": []})).error(400, "invalid_body");
    post("delete", json!({})).error(400, "invalid_body");
    assert_eq!(post("delete", json!({"filter": "year = 2003"})).ok()["num_documents"], 2);
}

#[test]
fn a_hybrid_search_ranks_as_the_library_does() {
    let sample = sample();
    let none = sample.client.post(SEARCH, json!({"query": QUERY, "hybrid": "hybrid"}));
    none.error(409, "no_words");
    let opened = retriever().open(sample.folder.path()).expect("it opens");
    opened.update().build_words(Analyser::default()).expect("words");
    sample.client.post("/v1/collections/sample/reload", Value::Null).ok();
    assert_eq!(sample.client.get("/v1/collections/sample").ok()["has_words"], true);
    let check = |hybrid: Value, hits: Hits| {
        let request = json!({"query": QUERY, "k": 3, "hybrid": hybrid});
        let found = sample.client.post(SEARCH, request).ok();
        assert_eq!(found["hits"], json_of(&hits[..]), "{hybrid}");
    };
    let query = || opened.query(QUERY).k(3);
    check(json!("hybrid"), query().hybrid(Fusion::default()).search().expect("hits"));
    check(json!("max_sim"), query().hybrid(Fusion::MaxSim).search().expect("hits"));
    check(json!("words"), query().words_only().search().expect("hits"));
    let weighted = Fusion::Weighted { words: 2.0 };
    check(json!({"weighted": {"words": 2.0}}), query().hybrid(weighted).search().expect("hits"));
    let reciprocal = Fusion::ReciprocalRank { constant: 60.0, words: 1.0 };
    let wish = json!({"reciprocal_rank": {"constant": 60.0, "words": 1.0}});
    check(wish, query().hybrid(reciprocal).search().expect("hits"));
    let wrong = json!({"query": QUERY, "hybrid": {"weighted": {"words": -1.0}}});
    let at = json!({"field": "words", "found": -1.0});
    assert_eq!(sample.client.post(SEARCH, wrong).error(400, "invalid_body"), at);
}

#[test]
fn a_reload_shows_what_another_process_committed() {
    let sample = sample();
    let opened = retriever().open(sample.folder.path()).expect("it opens");
    opened.add([Document::new("川", "信濃川は日本で最も長い川である。")]).expect("it is added");
    let describe = || sample.client.get("/v1/collections/sample").ok()["num_documents"].clone();
    assert_eq!(describe(), 4);
    sample.client.post("/v1/collections/sample/reload", Value::Null).ok();
    assert_eq!(describe(), 5);
}

#[test]
fn embeddings_are_those_of_the_library() {
    let sample = sample();
    let encoder = retriever().encoder();
    let long = "長い質問。".repeat(20);
    let request = json!({"texts": [QUERY, long], "role": "query"});
    let encoded = sample.client.post("/v1/encode", request).ok();
    assert_eq!(encoded["dim"], encoder.dim());
    let expected = encoder.encode_queries(&[QUERY, &long]).expect("embeddings");
    for (n, matrix) in expected.embeddings.iter().enumerate() {
        let rows: Vec<&[f32]> = matrix.as_ref().rows().collect();
        assert_eq!(encoded["embeddings"][n]["rows"], json_of(&rows));
    }
    assert_eq!(encoded["embeddings"][0]["tokens_cut"], 0);
    assert_eq!(encoded["embeddings"][1]["tokens_cut"], expected.truncated[0].tokens_cut);
    let request = json!({"texts": ["山。"], "role": "passage", "collection": "sample"});
    let encoded = sample.client.post("/v1/encode", request).ok();
    let expected = encoder.encode_passages(&["山。"]).expect("embeddings");
    let rows = encoded["embeddings"][0]["rows"].as_array().map(Vec::len);
    assert_eq!(rows, Some(expected.embeddings[0].num_tokens()));
}

#[test]
fn the_server_describes_its_collections_health_and_routes() {
    let sample = sample();
    let get = |path: &str| sample.client.get(path);
    let collections = get("/v1/collections").ok();
    let described = json!({"name": "sample", "num_documents": 4, "num_passages": 4, "dim": 128,
                           "has_words": false, "num_changes": 0, "is_gone": false});
    assert_eq!(collections, json!({"collections": [described]}));
    assert_eq!(get("/v1/collections/sample").ok(), described);
    assert_eq!(get("/health").ok()["status"], "ok");
    assert_eq!(get("/ready").ok()["status"], "ok");

    sample.client.post(SEARCH, json!({"query": QUERY})).ok();
    sample.client.post(SEARCH, json!({"query": 1})).error(400, "invalid_body");
    let metrics = get("/metrics");
    let check = |line: &str| assert!(metrics.body.contains(line), "{line} in {}", metrics.body);
    check(
        "jacolbert_requests_total{method=\"POST\",route=\"/v1/collections/{collection}/search\",status=\"200\"} 1",
    );
    check("jacolbert_errors_total{code=\"invalid_body\"} 1");
    check("jacolbert_documents{collection=\"sample\"} 4");
    check(
        "jacolbert_request_duration_seconds_count{route=\"/v1/collections/{collection}/search\"} 2",
    );

    let description = get("/openapi.json").ok();
    let paths = description["paths"].as_object().expect("paths");
    for path in [
        "search",
        "search_batch",
        "search_documents",
        "explain",
        "documents",
        "delete",
        "compact",
        "reload",
    ] {
        assert!(paths.contains_key(&format!("/v1/collections/{{collection}}/{path}")), "{path}");
    }
    for path in ["/v1/rerank", "/v2/rerank", "/v1/encode", "/health", "/ready", "/metrics"] {
        assert!(paths.contains_key(path), "{path}");
    }
    assert!(get("/docs/").body.contains("swagger-ui"));
    assert!(
        get("/")
            .header("content-security-policy")
            .is_some_and(|policy| policy.contains("script-src 'self'"))
    );
    assert_eq!(get("/page.js").header("content-type"), Some("text/javascript; charset=utf-8"));
}
