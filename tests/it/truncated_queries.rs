//! A search says that its query was too long.

use jacolbert::eval::Run;
use jacolbert::model::QueryLength;
use jacolbert::{Collection, Document, PassageId, Query, Retriever, Storage};

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

/// A preface of more tokens than a query has, and two questions behind it.
fn prefaced() -> [String; 2] {
    let preface =
        "次の質問に、できるだけ正確に、理由も添えて、日本語で丁寧に答えてください。".repeat(2);
    ["日本で一番高い山は？", "わび茶を大成した茶人は誰か？"]
        .map(|question| preface.clone() + question)
}

#[test]
fn questions_that_differ_behind_the_cut_get_the_same_hits_and_say_so() -> TestResult {
    let memory = retriever().in_memory();
    memory.add(documents())?;
    let [mountain, tea] = prefaced();
    let hits = [memory.search(&mountain, 5)?, memory.search(&tea, 5)?];
    assert_eq!(hits[0].clone().into_vec(), hits[1].clone().into_vec());
    for (hits, text) in hits.iter().zip([&mountain, &tea]) {
        assert_eq!((hits.tokens_cut(), hits.num_query_rows()), (tokens_cut(text)?, 32));
        assert!(hits.is_truncated());
    }
    Ok(())
}

#[test]
fn a_dynamic_length_reads_questions_to_their_end() -> TestResult {
    let folder = tempfile::tempdir()?;
    retriever().index(folder.path(), documents())?;
    let loader = Retriever::loader().query_length(QueryLength::Dynamic);
    let collection = loader.open_collection(folder.path())?;
    for (question, id) in prefaced().into_iter().zip(["山", "茶"]) {
        let hits = collection.search(&question, 5)?;
        assert_eq!((hits.tokens_cut(), hits[0].document_id.as_str()), (0, id));
        let num_tokens = retriever().encoder().num_tokens(&question)? + 3;
        assert!(hits.num_query_rows() > num_tokens, "{num_tokens} and some masks");
    }
    // The other settings are those of the model.
    let other = collection.retriever();
    let room = retriever().encoder().max_passage_tokens();
    assert_eq!(other.encoder().max_passage_tokens(), room);
    Ok(())
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
