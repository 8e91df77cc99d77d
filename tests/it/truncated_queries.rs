//! A search says that its query was too long.

use jacolbert::eval::Run;
use jacolbert::{Collection, Document, PassageId, Query, Storage};

use crate::sample::{TestResult, documents, retriever};

/// Tokens of `text` beyond those that a query may have.
fn tokens_cut(text: &str) -> Result<usize, jacolbert::Error> {
    Ok(retriever().encoder().encode_query(text)?.tokens_cut)
}

fn check<S: Storage>(collection: &Collection<S>) -> TestResult {
    let short = "日本で一番高い山は？";
    let long = short.repeat(20);
    let cut = tokens_cut(&long)?;
    assert!(cut > 20, "{cut}");
    let hits = collection.search(&long, 3)?;
    assert_eq!((hits.tokens_cut(), hits.is_truncated(), hits.len()), (cut, true, 3));
    let hits = collection.query(&long).among(["山"]).search()?;
    assert_eq!((hits.tokens_cut(), hits.len()), (cut, 1));
    let hits = collection.search(short, 3)?;
    assert_eq!((hits.tokens_cut(), hits.is_truncated()), (0, false));
    let batch = collection.search_batch([short, &long, short], 1)?;
    let cuts: Vec<usize> = batch.iter().map(|hits| hits.tokens_cut()).collect();
    assert_eq!(cuts, [0, cut, 0]);
    let cut_of =
        |query: &str| collection.explain(query, PassageId(0)).map(|found| found.tokens_cut);
    assert_eq!((cut_of(short)?, cut_of(&long)?), (0, cut));
    let queries = [Query::new("short", short), Query::new("long", &long)];
    let output = collection.runner(&queries).run("run")?;
    assert_eq!((output.num_truncated_queries, output.num_truncated_passages), (1, 0));
    Ok(())
}

#[test]
fn a_search_reports_how_much_of_its_query_was_cut() -> TestResult {
    let folder = tempfile::tempdir()?;
    check(&retriever().index(folder.path(), documents())?.collection)?;
    let memory = retriever().in_memory();
    memory.add(documents())?;
    check(&memory)
}

#[test]
fn reranking_reports_what_was_cut_from_query_and_texts() -> TestResult {
    let long = "日本で一番高い山は富士山である。".repeat(100);
    let texts = ["海は広い。", &long];
    let reranked = retriever().rerank("一番高い山は？", texts, 2)?;
    assert!(!reranked.is_truncated());
    let encoder = retriever().encoder();
    for text in &reranked {
        let room = encoder.max_passage_tokens();
        let expected = encoder.num_tokens(texts[text.position])?.saturating_sub(room);
        assert_eq!((text.tokens_cut, text.tokens_cut > 0), (expected, text.position == 1));
    }
    assert_eq!(retriever().rerank(&long, texts, 2)?.tokens_cut(), tokens_cut(&long)?);
    Ok(())
}

#[test]
fn a_reranked_run_counts_truncated_queries_and_texts() -> TestResult {
    let short = "日本で一番高い山は？";
    let long = short.repeat(100);
    let queries = [Query::new("short", short), Query::new("long", &long)];
    let documents = [Document::new("a", &long), Document::new("b", short)];
    let mut candidates = Run::new("bm25");
    for query in ["short", "long"] {
        candidates.push(query, "a", 2.0)?;
        candidates.push(query, "b", 1.0)?;
    }
    let output = retriever().reranker().rerank_run("mini", &queries, &documents, &candidates)?;
    assert_eq!((output.num_truncated_queries, output.num_truncated_passages), (1, 2));
    Ok(())
}
