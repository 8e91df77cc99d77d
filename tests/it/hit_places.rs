//! Hits say where they lie in their document, and what their score is for each row of the query.

use jacolbert::model::QueryLength;
use jacolbert::{Collection, Document, Retriever, Splitting, Storage};
use jacolbert_testing::data::mini;

use crate::both_storages::both;
use crate::sample::{TestResult, documents, retriever};

fn check<S: Storage>(collection: &Collection<S>) -> TestResult {
    let text: String = (0..9).map(|n| format!("信濃川の第{n}の支流は長い川である。")).collect();
    let splitting = Splitting::Sentences { max_tokens: 32, overlap: 0 };
    let river = || [Document::new("川", &text)];
    collection.update().splitting(splitting).add(river())?;
    // Its first passages are deleted, the same id comes again.
    collection.update().splitting(splitting).replace(river())?;
    let of = collection.get("川")?.ok_or("the document is there")?.passages;
    assert!(of.len() > 2, "{}", of.len());
    let hits = collection.search("信濃川の支流", 100)?;
    assert_eq!(hits.len(), of.len() + 5);
    let mut numbers = Vec::new();
    for hit in &hits {
        if hit.document_id == "川" {
            assert_eq!(hit.num_passages, of.len());
            assert_eq!(of[hit.passage_number].content, hit.content);
            numbers.push(hit.passage_number);
        } else {
            assert_eq!((hit.passage_number, hit.num_passages), (0, 1));
        }
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (0..of.len()).collect::<Vec<_>>());
    Ok(())
}

#[test]
fn a_hit_says_which_passage_of_how_many_it_is() -> TestResult {
    let (_folder, on_disk, in_memory) = both()?;
    check(&on_disk)?;
    check(&in_memory)
}

#[test]
fn a_normalised_score_is_the_score_of_each_row_of_the_query() -> TestResult {
    let query = "日本で一番高い山は？";
    for (length, num_rows) in
        [(QueryLength::Fixed(32), 32), (QueryLength::Fixed(48), 48), (QueryLength::AtMost(32), 0)]
    {
        let retriever = Retriever::loader().query_length(length).load(mini())?;
        let own_rows = retriever.encoder().num_tokens(query)? + 3;
        let num_rows = if num_rows == 0 { own_rows } else { num_rows };
        let memory = retriever.in_memory();
        memory.add(documents())?;
        let hits = memory.search(query, 5)?;
        assert_eq!(hits.num_query_rows(), num_rows);
        let documents = memory.query(query).k(5).by_document(1).search()?;
        let texts = hits.iter().map(|hit| hit.content.clone()).collect::<Vec<_>>();
        let reranked = retriever.rerank(query, texts, 5)?;
        assert_eq!((documents.num_query_rows(), reranked.num_query_rows()), (num_rows, num_rows));
        for ((hit, document), text) in hits.iter().zip(&documents).zip(&reranked) {
            assert_eq!(hit.normalised_score, hit.score / num_rows as f32);
            assert!(hit.normalised_score <= 1.0 && hit.score <= num_rows as f32);
            assert_eq!(document.normalised_score, hit.normalised_score);
            assert_eq!(text.normalised_score, text.score / num_rows as f32);
        }
    }
    // Twice the text: the sum doubles with the rows, the normalised score hardly changes.
    let memory = retriever().in_memory();
    memory.add(documents())?;
    let best = memory.search(query, 1)?;
    assert!(best[0].score > 16.0 && best[0].normalised_score > 0.5);
    Ok(())
}
