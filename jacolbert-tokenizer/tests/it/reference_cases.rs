//! `cases.jsonl`: words and ids of the reference with the real dictionary and vocabulary.

use std::collections::BTreeMap;
use std::io::Write;
use std::ops::RangeInclusive;
use std::path::Path;

use jacolbert_tokenizer::JapaneseTokenizer;
use serde_json::Value;

use crate::real::tokenizer;
use crate::small_dictionary::{ids, list};

const RANDOM: &str = "randuni";
/// All characters that NFKC treats otherwise than in the Unicode 14 of the reference's Python, with
/// the version of Unicode that assigned them: `unicode-normalization` 0.1.26 has the tables of
/// 18.0.
const NEWER_CHARACTERS: [(RangeInclusive<char>, &str); 11] = [
    ('\u{1e030}'..='\u{1e06d}', "15.0"),
    ('\u{1ccd6}'..='\u{1ccf9}', "16.0"),
    ('\u{a7f1}'..='\u{a7f1}', "17.0"),
    ('\u{558}'..='\u{558}', "18.0"),
    ('\u{58b}'..='\u{58c}', "18.0"),
    ('\u{209d}'..='\u{209f}', "18.0"),
    ('\u{107bb}'..='\u{107bf}', "18.0"),
    ('\u{1b123}'..='\u{1b126}', "18.0"),
    ('\u{1d6a6}'..='\u{1d6a6}', "18.0"),
    ('\u{1df95}'..='\u{1df95}', "18.0"),
    ('\u{1dfcd}'..='\u{1dfff}', "18.0"),
];

#[derive(Default)]
struct Share {
    num_texts: usize,
    num_equal: usize,
}

fn shares(tokenizer: &JapaneseTokenizer, data: &Path) -> BTreeMap<String, Share> {
    let mut shares = BTreeMap::<String, Share>::new();
    let cases = std::fs::read_to_string(data.join("cases.jsonl")).expect("the cases");
    for line in cases.lines() {
        let record: Value = serde_json::from_str(line).expect("a record");
        let group = record["group"].as_str().expect("a group");
        let text = record["text"].as_str().expect("a text");
        let words = tokenizer.words(text).expect("words");
        let is_equal =
            words == list(&record["words"]) && ids(tokenizer, text) == list(&record["ids"]);
        let newer = newer_characters(text);
        assert!(
            is_equal || group == RANDOM && !newer.is_empty(),
            "{group}: {text:?} gives {words:?}"
        );
        if !is_equal {
            print(&format!("{group}: differs by {newer:?}"));
        }
        let share = shares.entry(group.to_owned()).or_default();
        share.num_texts += 1;
        share.num_equal += usize::from(is_equal);
    }
    shares
}

/// Writes a line to standard error, past the test harness, which shows captured output only on failure.
fn print(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn newer_characters(text: &str) -> Vec<(char, &'static str)> {
    let version = |c| NEWER_CHARACTERS.iter().find(|(range, _)| range.contains(&c));
    text.chars().filter_map(|c| Some((c, version(c)?.1))).collect()
}

#[test]
fn words_and_ids_are_those_of_the_reference() {
    let Some((tokenizer, data)) = tokenizer() else { return };
    let shares = shares(&tokenizer, &data);
    assert_eq!(shares.len(), 10);
    for (group, Share { num_texts, num_equal }) in shares {
        print(&format!("{group}: {num_equal} of {num_texts} identical"));
        let required = if group == RANDOM { 0.995 } else { 1.0 };
        assert!(num_equal as f64 >= required * num_texts as f64, "{group}");
    }
}

#[test]
fn the_vocabulary_keeps_its_empty_line() {
    let Some((tokenizer, _)) = tokenizer() else { return };
    let vocabulary = tokenizer.vocabulary();
    assert_eq!(vocabulary.num_tokens(), 32_768);
    assert_eq!([vocabulary.id(""), vocabulary.id("!")], [Some(15), Some(16)]);
    assert_eq!([vocabulary.id("[unused0]"), vocabulary.id("[unused1]")], [Some(5), Some(6)]);
}

#[test]
fn a_cost_beyond_that_of_the_c_library_is_counted_on() {
    let Some((tokenizer, _)) = tokenizer() else { return };
    // About 10,000 a character: the sum passes 2^31 - 1 in the middle.
    let text = "\u{10ffff}\u{e000}".repeat(250_000);
    assert_eq!(tokenizer.words(&text).expect("words").concat().len(), text.len());
}
