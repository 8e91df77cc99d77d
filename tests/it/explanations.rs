//! Laws of explanations: which tokens of query and passage matched, as text.

use jacolbert::{Collection, Document, PoolFactor, Pooling, Storage};

use crate::both_storages::both;
use crate::sample::{TestResult, documents, retriever};

const QUERY: &str = "富士山の高さは？";

fn check<S: Storage>(collection: &Collection<S>) -> TestResult {
    let hits = collection.search(QUERY, 5)?;
    let pieces = retriever().encoder().tokenizer().text_tokenizer().pieces(QUERY)?;
    for hit in &hits {
        let matches = collection.explain(QUERY, hit.passage_id)?.matches;
        let queried: Vec<&str> = matches.iter().map(|found| found.query_token.as_str()).collect();
        assert_eq!(queried[0], "[CLS]");
        assert_eq!(queried[2..2 + pieces.len()], pieces);
        assert_eq!(queried[2 + pieces.len()], "[SEP]");
        assert!(queried[3 + pieces.len()..].iter().all(|token| *token == "[MASK]"));
        let kept = kept_tokens(&hit.content)?;
        for found in &matches {
            assert_eq!(found.passage_token.as_ref(), kept.get(found.passage_row));
            assert!(found.passage_token.is_some());
        }
    }
    // The same token matches itself.
    let fuji = hits.iter().find(|hit| hit.document_id == "山").ok_or("the mountain is found")?;
    let matches = collection.explain(QUERY, fuji.passage_id)?.matches;
    let first = &matches[2];
    assert_eq!(first.passage_token.as_deref(), Some(first.query_token.as_str()), "{matches:?}");
    assert!(first.query_token.contains('富'), "{first:?}");
    Ok(())
}

/// The tokens of a passage that are not dropped as punctuation.
fn kept_tokens(text: &str) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let tokenizer = retriever().encoder().tokenizer();
    let encoding = tokenizer.encode_passage(text)?;
    let kept = encoding.ids.iter().zip(&encoding.keep).filter(|(_, is_kept)| **is_kept);
    let token = |id: u32| tokenizer.text_tokenizer().token(id).ok_or("an id of the vocabulary");
    Ok(kept.map(|(&id, _)| token(id)).collect::<Result<_, _>>()?)
}

#[test]
fn explanations_name_the_tokens_of_query_and_passage() -> TestResult {
    let (_folder, on_disk, in_memory) = both()?;
    check(&on_disk)?;
    check(&in_memory)
}

#[test]
fn rows_of_several_tokens_have_no_name() -> TestResult {
    let folder = tempfile::tempdir()?;
    let pooling = Pooling { factor: PoolFactor::Two, ..Default::default() };
    let documents = [Document::new("山", "富士山は静岡県と山梨県にまたがる火山である。")];
    let collection = retriever().indexer(folder.path()).pooling(pooling).run(documents)?.collection;
    let hits = collection.search(QUERY, 1)?;
    let matches = collection.explain(QUERY, hits[0].passage_id)?.matches;
    assert!(matches.iter().all(|found| found.passage_token.is_none()));
    assert!(matches.iter().all(|found| !found.query_token.is_empty()));
    Ok(())
}

#[test]
fn the_matches_of_a_hit_sum_up_to_its_score() -> TestResult {
    let retriever = retriever();
    let folder = tempfile::tempdir()?;
    let collection = retriever.index(folder.path(), documents())?.collection;
    let query = "わび茶を大成した茶人は誰か？";
    for hit in &collection.search(query, 100)? {
        let matches = collection.explain(query, hit.passage_id)?.matches;
        assert_eq!(matches.len(), 32, "one a query token");
        let sum: f32 = matches.iter().map(|found| found.score).sum();
        assert!((sum - hit.score).abs() < 1e-4);
    }
    Ok(())
}
