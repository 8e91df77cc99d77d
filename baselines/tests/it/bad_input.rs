//! What is refused, and by which error.

use jacolbert_baselines::{Analyser, Bm25Index, Bm25Options, Error};
use jacolbert_documents::Error as WordsError;

const PASSAGES: [(&str, &str); 2] = [("a", "富士山"), ("b", "琵琶湖")];

#[test]
fn an_id_that_is_there_twice_is_named() {
    let passages = [("a", "富士山"), ("b", "琵琶湖"), ("a", "富士山")];
    let error = Bm25Index::new(passages, Analyser::Bigrams, &Bm25Options::default())
        .expect_err("the input is bad");
    assert!(matches!(error, Error::DuplicateId { id } if id == "a"));
}

#[test]
fn a_parameter_outside_of_its_range_is_named() {
    for k1 in [-0.1, 1000.5, f64::NAN, f64::INFINITY] {
        check(Bm25Options { k1, ..Default::default() }, "k1", k1);
    }
    for b in [-0.1, 1.1, f64::NAN, f64::NEG_INFINITY] {
        check(Bm25Options { b, ..Default::default() }, "b", b);
    }
}

fn check(options: Bm25Options, parameter: &str, given: f64) {
    match Bm25Index::new(PASSAGES, Analyser::Bigrams, &options) {
        Err(Error::Words(WordsError::Bm25Option { name, value, .. })) => {
            assert_eq!((name, value.to_bits()), (parameter, given.to_bits()));
        }
        other => panic!("{options:?} gives {other:?}"),
    }
}

#[test]
fn the_ends_of_the_ranges_are_inside() {
    for (k1, b) in [(0.0, 0.0), (0.0, 1.0), (1000.0, 0.0), (1000.0, 1.0)] {
        let options = Bm25Options { k1, b, ..Default::default() };
        let index = Bm25Index::new(PASSAGES, Analyser::Bigrams, &options).expect("in range");
        let hits = index.search("富士", 10).expect("bigrams cut any text");
        assert!(matches!(hits[..], [("a", score)] if score.is_finite()), "{hits:?}");
    }
}
