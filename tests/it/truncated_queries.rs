//! A search says that its query was too long.

use jacolbert::{Collection, Storage};

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
