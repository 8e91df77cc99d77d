//! Laws of offsets: where the tokens of a text lie in it.

use std::ops::Range;

#[cfg(feature = "json")]
use jacolbert_testing::data::mini;
use jacolbert_testing::small_dictionary::{EXPECTED, folder};
#[cfg(feature = "json")]
use jacolbert_tokenizer::{IgnorableCharacters, TextTokenizer, TokenizerOptions};
use jacolbert_tokenizer::{JapaneseTokenizerOptions, Subword};
#[cfg(feature = "json")]
use proptest::prelude::*;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use crate::small_dictionary::tokenizer;

/// Checks that the ranges are on the boundaries of characters, ascend, and have the texts of the tokens.
fn check_places(text: &str, pieces: &[String], offsets: &[Option<Range<usize>>]) {
    assert_eq!(pieces.len(), offsets.len(), "{text:?}");
    let mut last = 0..0;
    for (piece, range) in pieces.iter().zip(offsets) {
        let Some(range) = range else { continue };
        let surface = text.get(range.clone()).unwrap_or_else(|| panic!("{range:?} of {text:?}"));
        assert!(!surface.is_empty(), "{piece} of {text:?}");
        assert!(range.start >= last.start && range.end >= last.end, "{offsets:?} of {text:?}");
        last = range.clone();
        let plain = piece.trim_start_matches("##").to_lowercase();
        let surface = without_ignorable(surface).nfkc().collect::<String>().to_lowercase();
        assert!(piece == "[UNK]" || surface.contains(&plain), "{piece} is {surface:?} in {text:?}");
    }
}

/// Checks that every character with a shape belongs to a token.
fn check_cover(text: &str, offsets: &[Option<Range<usize>>]) {
    let visible = without_ignorable(text);
    let is_visible = |c: char| !c.is_whitespace() && !c.is_control() && visible.contains(c);
    for (at, character) in text.char_indices().filter(|(_, c)| is_visible(*c)) {
        let is_covered = offsets.iter().flatten().any(|range| range.contains(&at));
        assert!(is_covered, "{character:?} of {text:?}: {offsets:?}");
    }
}

/// The characters that the texts of these tests have.
fn without_ignorable(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '\u{200b}' | '\u{feff}' | '\u{e0100}')).collect()
}

const SENTENCES: [&str; 6] = [
    "東京都の大学生は日本語を学ぶ。",
    "ﾊﾞｽｹｯﾄﾎﾞｰﾙとＪＲ線、㍿山田（㈱）",
    "か\u{3099}くせいは 東京\u{3000}大学へ行く！",
    "ABC def 3.14\t１２３",
    "日本[SEP]語[MASK]です",
    "①②㌔㍍ｶﾞｷﾞ",
];

#[test]
fn tokens_of_a_japanese_tokenizer_have_their_places() {
    let folder = folder();
    let lower = JapaneseTokenizerOptions { lower_case: true, ..Default::default() };
    let characters = JapaneseTokenizerOptions { subword: Subword::Character, ..Default::default() };
    let raw = JapaneseTokenizerOptions { normalize: false, ..characters.clone() };
    let texts = EXPECTED.lines().map(|line| {
        let record: Value = serde_json::from_str(line).expect("a record");
        record["text"].as_str().expect("a text").to_owned()
    });
    let texts: Vec<String> = texts.chain(SENTENCES.map(str::to_owned)).collect();
    for options in [JapaneseTokenizerOptions::default(), lower, characters, raw] {
        let tokenizer = tokenizer(folder.path(), options);
        for text in &texts {
            let ids = tokenizer.encode(text).expect("ids");
            let pieces = ids.iter().map(|id| tokenizer.token(*id).expect("a token").to_owned());
            let pieces: Vec<String> = pieces.collect();
            let offsets = tokenizer.offsets(text).expect("offsets");
            check_places(text, &pieces, &offsets);
            assert!(offsets.iter().all(Option::is_some), "{text:?}");
            if !text.contains('\0') {
                check_cover(text, &offsets);
            }
        }
    }
}

#[test]
fn a_word_that_lowercasing_changes_in_length_is_the_place_of_its_pieces() {
    let folder = folder();
    let options = JapaneseTokenizerOptions { lower_case: true, ..Default::default() };
    let tokenizer = tokenizer(folder.path(), options);
    // `İ` becomes two characters.
    for text in ["İstanbul", "東京İ"] {
        let offsets = tokenizer.offsets(text).expect("offsets");
        assert_eq!(offsets.len(), tokenizer.encode(text).expect("ids").len());
        check_cover(text, &offsets);
    }
}

#[test]
#[cfg(feature = "json")]
fn tokens_of_a_tokenizer_json_have_their_places() {
    let tokenizer = TextTokenizer::from_dir(&mini(), None).expect("the tokenizer");
    let check = |text: &str| {
        let pieces = tokenizer.pieces(text).expect("pieces");
        let offsets = tokenizer.offsets(text).expect("offsets");
        check_places(text, &pieces, &offsets);
        check_cover(text, &offsets);
    };
    SENTENCES.iter().for_each(|text| check(text));
    check("富\u{200b}士\u{e0100}山");
    assert_eq!(tokenizer.offsets("").expect("offsets"), []);
    proptest!(|(text in "[日本東京都の。、aZ１ﾊﾞｶﾞか\u{3099}e\u{301}㍿①가 \u{3000}\n\u{200b}👨]{0,16}")| {
        // A mark before all letters belongs to none.
        check(text.trim_start_matches(['\u{200b}', '\u{3099}', '\u{301}']));
    });
}

#[test]
#[cfg(feature = "json")]
fn kept_ignorable_characters_have_places_of_their_own() {
    let ignorable = IgnorableCharacters::Keep;
    let options = TokenizerOptions { ignorable, ..Default::default() };
    let tokenizer = TextTokenizer::open(&mini(), &options).expect("the tokenizer");
    let text = "富\u{200b}士";
    let offsets = tokenizer.offsets(text).expect("offsets");
    assert_eq!(offsets.len(), tokenizer.encode(text).expect("ids").len());
    assert!(offsets.iter().flatten().any(|range| range.contains(&3)), "{offsets:?}");
}
