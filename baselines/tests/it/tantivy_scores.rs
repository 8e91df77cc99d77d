//! tantivy's own BM25 as a second oracle.

use jacolbert_baselines::{Analyser, Bm25Index, Bm25Options, Lengths};
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{Index, TantivyDocument, Term};

use crate::TestResult;

/// Texts of 0 to some 300 bigrams over a few kanji, from a congruential sequence.
fn texts() -> Vec<String> {
    let kanji: Vec<char> = "山川日本富士琵琶湖大小高低".chars().collect();
    let mut state = 1_u64;
    let mut next = move |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    (0..200).map(|_| (0..next(300)).map(|_| kanji[next(kanji.len())]).collect()).collect()
}

/// The score that tantivy gives each passage, by its position; 0 where it is not found.
fn tantivy_scores(texts: &[String], query: &str) -> Result<Vec<f32>, Box<dyn std::error::Error>> {
    let terms = |text: &str| Analyser::Bigrams.query_terms(text).expect("bigrams cut any text");
    let indexing = TextFieldIndexing::default().set_index_option(IndexRecordOption::WithFreqs);
    let mut schema = Schema::builder();
    let field =
        schema.add_text_field("text", TextOptions::default().set_indexing_options(indexing));
    let index = Index::create_in_ram(schema.build());
    let mut writer = index.writer_with_num_threads(1, 20_000_000)?;
    for text in texts {
        let token = |(position, text)| Token { position, text, ..Token::default() };
        let tokens = terms(text).into_iter().enumerate().map(token).collect();
        let mut document = TantivyDocument::new();
        let text = PreTokenizedString { text: String::new(), tokens };
        document.add_pre_tokenized_text(field, text);
        writer.add_document(document)?;
    }
    writer.commit()?;

    let clause = |term: String| -> (Occur, Box<dyn Query>) {
        let term = Term::from_field_text(field, &term);
        (Occur::Should, Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)))
    };
    let query = BooleanQuery::new(terms(query).into_iter().map(clause).collect());
    let searcher = index.reader()?.searcher();
    assert_eq!(
        searcher.segment_readers().len(),
        1,
        "the positions of passages are those of one segment"
    );
    let mut scores = vec![0.0; texts.len()];
    for (score, address) in
        searcher.search(&query, &TopDocs::with_limit(texts.len()).order_by_score())?
    {
        scores[address.doc_id as usize] = score;
    }
    Ok(scores)
}

/// The largest difference from tantivy relative to its score, over all passages.
fn largest_difference(lengths: Lengths) -> Result<f64, Box<dyn std::error::Error>> {
    let texts = texts();
    let query = "富士山は日本一高い山、富士山";
    let passages = texts.iter().enumerate().map(|(position, text)| (position.to_string(), text));
    let options = Bm25Options { lengths, ..Default::default() };
    let index = Bm25Index::new(passages, Analyser::Bigrams, &options)?;
    let hits = index.search(query, texts.len())?;

    let theirs = tantivy_scores(&texts, query)?;
    assert_eq!(hits.len(), theirs.iter().filter(|score| **score > 0.0).count());
    assert!(hits.len() > 100);
    let mut largest = 0.0_f64;
    for (id, score) in hits {
        let theirs = f64::from(theirs[id.parse::<usize>()?]);
        largest = largest.max((score - theirs).abs() / theirs);
    }
    Ok(largest)
}

#[test]
fn scores_with_the_lengths_of_lucene_are_tantivys_own() -> TestResult {
    // It sums in f32.
    let largest = largest_difference(Lengths::Lucene)?;
    assert!(largest < 2e-6, "{largest}");
    Ok(())
}

#[test]
fn scores_with_exact_lengths_are_within_a_tenth_of_tantivys() -> TestResult {
    // A length that is an eighth too short makes a norm less than an eighth too small.
    let largest = largest_difference(Lengths::Exact)?;
    println!("largest difference {largest}");
    assert!((1e-3..0.1).contains(&largest), "{largest}");
    Ok(())
}
