//! Every score against BM25 written down naively.

use jacolbert_baselines::{Analyser, Bm25Index, Bm25Options};
use proptest::prelude::*;

/// Robertson and Zaragoza (2009), equation 3.15, summed over the terms of the query one by one,
/// with the idf that Lucene makes of their equation 3.3 by adding 1 inside the logarithm, and with
/// the factor k1 + 1 of the paper's section 3.4.3.
fn score(
    passages: &[Vec<String>],
    position: usize,
    query: &[String],
    options: &Bm25Options,
) -> f64 {
    let num_passages = passages.len() as f64;
    let mean = passages.iter().map(Vec::len).sum::<usize>() as f64 / num_passages;
    let passage = &passages[position];
    let mut sum = 0.0;
    for term in query {
        let frequency = passage.iter().filter(|other| *other == term).count() as f64;
        if frequency == 0.0 {
            continue;
        }
        let with = passages.iter().filter(|passage| passage.contains(term)).count() as f64;
        let idf = (1.0 + (num_passages - with + 0.5) / (with + 0.5)).ln();
        let length = 1.0 - options.b + options.b * passage.len() as f64 / mean;
        sum += idf * (options.k1 + 1.0) * frequency / (frequency + options.k1 * length);
    }
    sum
}

/// The passages that share a term with the query, best first, ties in order.
fn exhaustive(texts: &[String], query: &str, options: &Bm25Options) -> Vec<(usize, f64)> {
    let terms = |text: &String| Analyser::Bigrams.query_terms(text).expect("bigrams cut any text");
    let passages: Vec<_> = texts.iter().map(terms).collect();
    let query = terms(&query.to_owned());
    let scores =
        (0..passages.len()).map(|position| (position, score(&passages, position, &query, options)));
    let mut hits: Vec<_> = scores.filter(|(_, score)| *score > 0.0).collect();
    hits.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    hits
}

/// Texts of few different characters share bigrams; white space and halves of a width are in them.
fn text(most: usize) -> impl Strategy<Value = String> {
    let character =
        prop::sample::select("山川日本あいアｱ12２ \u{3000}[𠮷".chars().collect::<Vec<_>>());
    prop::collection::vec(character, 0..=most)
        .prop_map(|characters| characters.into_iter().collect())
}

fn options() -> impl Strategy<Value = Bm25Options> {
    (0.0..4.0, 0.0..=1.0).prop_map(|(k1, b)| Bm25Options { k1, b, ..Default::default() })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..Default::default() })]

    /// Two sums in another order differ by a few bits, so that only passages whose scores are as
    /// near as that may change positions.
    #[test]
    fn hits_are_those_of_the_formula(
        texts in prop::collection::vec(text(120), 1..30),
        query in text(20),
        options in options(),
        k in 0..40_usize,
    ) {
        let passages = texts.iter().enumerate().map(|(position, text)| (position.to_string(), text));
        let index = Bm25Index::new(passages, Analyser::Bigrams, &options)?;
        let hits = index.search(&query, k)?;

        let expected = exhaustive(&texts, &query, &options);
        prop_assert_eq!(hits.len(), expected.len().min(k));
        for (rank, (id, score)) in hits.iter().enumerate() {
            let close = |other: f64| (score - other).abs() <= 1e-12 * other;
            prop_assert!(close(expected[rank].1), "rank {rank}: {score}, not {}", expected[rank].1);
            let own = expected.iter().find(|(position, _)| position.to_string() == *id);
            prop_assert!(own.is_some_and(|(_, score)| close(*score)), "passage {id}: {score}");
        }
    }
}

#[test]
fn passages_of_equal_score_keep_the_order_of_adding() {
    let passages = [("c", "富士山"), ("x", "琵琶湖"), ("a", "富士山"), ("b", "富士山")];
    let index = index(&passages);
    for k in 0..4 {
        assert_eq!(ids(&index, "富士", k), ["c", "a", "b"][..k]);
    }
}

#[test]
fn a_query_without_a_known_term_finds_nothing() {
    let index = index(&[("a", "富士山"), ("b", ""), ("c", "山")]);
    for query in ["", " \u{3000}", "琵琶湖", "士", "b"] {
        assert_eq!(ids(&index, query, 10), [""; 0], "{query:?}");
    }
}

#[test]
fn an_empty_passage_is_never_found_but_counts() {
    let with = index(&[("a", "富士山"), ("b", "富士の山"), ("c", "")]);
    let without = index(&[("a", "富士山"), ("b", "富士の山")]);
    assert_eq!(ids(&with, "富士山", 10), ["a", "b"]);
    assert_eq!(ids(&with, "", 10), [""; 0]);
    // A term that a third passage lacks is rarer.
    let score = |index: &Bm25Index| index.search("富士", 1).expect("bigrams cut any text")[0].1;
    assert!(score(&with) > score(&without));
}

#[test]
fn an_index_without_passages_or_terms_finds_nothing() {
    assert_eq!(ids(&index(&[]), "富士", 10), [""; 0]);
    assert_eq!(ids(&index(&[("a", ""), ("b", " ")]), "富士", 10), [""; 0]);
}

#[test]
fn a_term_twice_in_the_query_counts_twice() {
    let index = index(&[("a", "富士"), ("b", "琵琶")]);
    let score = |query: &str| index.search(query, 1).expect("bigrams cut any text")[0].1;
    assert_eq!(score("富士富士"), 2.0 * score("富士"));
}

fn index(passages: &[(&str, &str)]) -> Bm25Index {
    Bm25Index::new(passages.iter().copied(), Analyser::Bigrams, &Bm25Options::default())
        .expect("ids are distinct")
}

fn ids<'a>(index: &'a Bm25Index, query: &str, k: usize) -> Vec<&'a str> {
    let hits = index.search(query, k).expect("bigrams cut any text");
    hits.into_iter().map(|(id, _)| id).collect()
}
