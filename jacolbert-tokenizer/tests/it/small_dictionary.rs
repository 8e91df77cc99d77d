//! Words and ids with the small dictionary, compared with those of the reference.

use std::path::Path;

use jacolbert_testing::small_dictionary::{EXPECTED, folder};
use jacolbert_tokenizer::{
    Dictionary, JapaneseTokenizer, JapaneseTokenizerOptions, Subword, Vocabulary,
};
use serde_json::Value;

/// The tokenizer of the folder.
pub(crate) fn tokenizer(folder: &Path, options: JapaneseTokenizerOptions) -> JapaneseTokenizer {
    let dictionary = Dictionary::open(folder).expect("the dictionary");
    let vocabulary = Vocabulary::open(&folder.join("vocab.txt")).expect("the vocabulary");
    JapaneseTokenizer::new(dictionary, vocabulary, options).expect("a tokenizer")
}

/// The strings or numbers of a JSON list.
pub(crate) fn list(value: &Value) -> Vec<String> {
    let text = |item: &Value| item.as_str().map_or_else(|| item.to_string(), str::to_owned);
    value.as_array().expect("a list").iter().map(text).collect()
}

/// The ids of a text in the form that `list` gives the expected ones.
pub(crate) fn ids(tokenizer: &JapaneseTokenizer, text: &str) -> Vec<String> {
    tokenizer.encode(text).expect("ids").iter().map(u32::to_string).collect()
}

fn check(folder: &Path, options: JapaneseTokenizerOptions, field: &str) {
    let tokenizer = tokenizer(folder, options);
    for line in EXPECTED.lines() {
        let record: Value = serde_json::from_str(line).expect("a record");
        let text = record["text"].as_str().expect("a text");
        let found = if field.ends_with("words") {
            tokenizer.words(text).expect("words")
        } else {
            ids(&tokenizer, text)
        };
        assert_eq!(found, list(&record[field]), "{field} of {text:?}");
    }
}

#[test]
fn words_are_those_of_the_reference() {
    check(folder().path(), JapaneseTokenizerOptions::default(), "words");
}

#[test]
fn ids_are_those_of_the_reference() {
    check(folder().path(), JapaneseTokenizerOptions::default(), "ids");
}

#[test]
fn lower_case_ids_are_those_of_the_reference() {
    let options = JapaneseTokenizerOptions { lower_case: true, ..Default::default() };
    check(folder().path(), options, "lower_ids");
}

#[test]
fn character_ids_are_those_of_the_reference() {
    let options = JapaneseTokenizerOptions { subword: Subword::Character, ..Default::default() };
    check(folder().path(), options, "character_ids");
}

#[test]
fn ids_do_not_depend_on_the_texts_before_or_on_threads() {
    let folder = folder();
    let tokenizer = tokenizer(folder.path(), JapaneseTokenizerOptions::default());
    let texts = ["東京都の大学生", "", "にわにはにわにわとりがいる", "カタカナ abc"];
    let alone = texts.map(|text| tokenizer.encode(text).expect("ids"));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for (text, alone) in texts.iter().zip(&alone).cycle().take(400) {
                    assert_eq!(tokenizer.encode(text).expect("ids"), *alone);
                }
            });
        }
    });
}

#[test]
fn a_long_text_takes_time_in_proportion_and_no_cost_overflows() {
    let folder = folder();
    let tokenizer = tokenizer(folder.path(), JapaneseTokenizerOptions::default());
    // 400,000 unknown characters, each of a cost of some hundreds; and one run of a single kind.
    let text = "漢\u{3099}".repeat(200_000);
    assert_eq!(tokenizer.words(&text).expect("words").concat().len(), text.len());
    let text = "ア".repeat(400_000);
    assert_eq!(tokenizer.words(&text).expect("words").concat().len(), text.len());
}

#[test]
fn runs_of_spaces_of_any_length_are_skipped() {
    let folder = folder();
    let tokenizer = tokenizer(folder.path(), JapaneseTokenizerOptions::default());
    let words = tokenizer.words("日本 語").expect("words");
    for n in [1, 65_533, 65_534, 65_535, 65_536, 140_000] {
        let text = format!("日本{}語{}", " ".repeat(n), "\n".repeat(n));
        assert_eq!(tokenizer.words(&text).expect("words"), words, "{n} spaces");
    }
}
