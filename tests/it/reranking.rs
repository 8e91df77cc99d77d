//! Laws of reranking texts that are too long for the model.

use jacolbert::eval::{Run, TieRule};
use jacolbert::{Document, Query, Splitting};

use crate::sample::{TestResult, retriever};

const QUERY: &str = "日本で一番高い山は何という山か？";
const ANSWER: &str = "日本で一番高い山は富士山という山である。";
const WRONG: &str = "日本で二番目に高い山は北岳で、南アルプスにある。";

/// A text with the answer in its last sentence, far behind what the model reads.
fn long() -> String {
    (0..90).map(|n| format!("第{n}の章では茶の湯の歴史と器を述べる。")).collect::<String>() + ANSWER
}

#[test]
fn a_long_text_with_the_answer_in_its_last_sentence_wins_when_it_is_split() -> TestResult {
    let long = long();
    let texts = [WRONG, &long];
    let whole = retriever().rerank(QUERY, texts, 2)?;
    assert_eq!(whole[0].position, 0, "the right sentence is cut off");
    assert_eq!((whole[0].tokens_cut, whole[0].num_parts), (0, 1));
    let encoder = retriever().encoder();
    let cut = encoder.num_tokens(&long)? - encoder.max_passage_tokens();
    assert_eq!(whole[1].tokens_cut, cut, "and the result says so");
    assert!(cut > 300, "{cut}");
    assert_eq!((whole[1].part.clone(), whole[1].best_part()), (0..long.len(), long.as_str()));

    let splitting = Splitting::Sentences { max_tokens: 100, overlap: 20 };
    let split = retriever().reranker().splitting(splitting).rerank(QUERY, texts)?;
    let best = &split[0];
    assert_eq!((best.position, best.rank, best.tokens_cut), (1, 1, 0));
    assert!(best.num_parts > 5 && best.part_number == best.num_parts - 1, "the last part counts");
    assert!(best.best_part().ends_with(ANSWER));
    assert_eq!(best.part.end, long.len());
    assert_eq!((split[1].position, split[1].num_parts), (0, 1));
    assert_eq!(split[1].score, whole[0].score, "a short text stays as it is");
    Ok(())
}

#[test]
fn the_score_of_a_split_text_is_that_of_its_best_part() -> TestResult {
    let long = long();
    let splitting = Splitting::Sentences { max_tokens: 64, overlap: 16 };
    let encoder = retriever().encoder();
    let parts = splitting.split(&long, |part| encoder.num_tokens(part))?;
    let alone = retriever().rerank(QUERY, &parts, 1)?;
    let split = retriever().reranker().splitting(splitting).rerank(QUERY, [&long])?;
    let best = &split[0];
    assert_eq!((best.part_number, best.num_parts), (alone[0].position, parts.len()));
    assert_eq!(best.best_part(), parts[best.part_number]);
    assert!((best.score - alone[0].score).abs() < 1e-4);
    assert_eq!(retriever().reranker().k(0).rerank(QUERY, [&long])?.len(), 0);
    // Parts are clipped to what the model reads.
    let large = Splitting::Sentences { max_tokens: 100_000, overlap: 0 };
    let clipped = retriever().reranker().splitting(large).rerank(QUERY, [&long])?;
    assert!(clipped[0].num_parts > 1 && clipped[0].tokens_cut == 0);
    Ok(())
}

#[test]
fn a_run_is_reranked_by_the_best_parts_and_counts_what_was_truncated() -> TestResult {
    let documents = [Document::new("wrong", WRONG), Document::new("right", long())];
    let queries = [Query::new("q1", QUERY)];
    let mut candidates = Run::new("bm25");
    candidates.push("q1", "wrong", 2.0)?;
    candidates.push("q1", "right", 1.0)?;
    let best = |run: &Run| -> Option<String> {
        let ranking = run.ranking("q1")?.best_first(TieRule::InputOrder);
        ranking.first().map(|(id, _)| (*id).to_owned())
    };
    let whole = retriever().reranker().rerank_run("whole", &queries, &documents, &candidates)?;
    assert_eq!((best(&whole.run).as_deref(), whole.num_truncated_passages), (Some("wrong"), 1));
    let splitting = Splitting::default();
    let reranker = || retriever().reranker().splitting(splitting);
    let split = reranker().rerank_run("split", &queries, &documents, &candidates)?;
    assert_eq!((best(&split.run).as_deref(), split.num_truncated_passages), (Some("right"), 0));
    assert_eq!((split.run.name(), split.run.num_results()), ("split", 2));
    let first = reranker().k(1).rerank_run("first", &queries, &documents, &candidates)?;
    assert_eq!((best(&first.run).as_deref(), first.run.num_results()), (Some("right"), 1));
    Ok(())
}
