//! ColBERT's rules for reading text.

use jacolbert_model::{BertConfig, ColbertConfig, Encoding, Error, QueryLength, Tokenizer};
use proptest::prelude::*;

use crate::TestResult;
use crate::cases::cases;
use crate::tiny::Tiny;

const CLS: u32 = 2;
const SEP: u32 = 3;
const MASK: u32 = 4;
const QUERY: u32 = 5;
const PASSAGE: u32 = 6;

fn tokenizer(change: impl FnOnce(&mut ColbertConfig)) -> Result<Tokenizer, Error> {
    let folder = Tiny::new().write().expect("the temporary folder can be written");
    let mut config = ColbertConfig::from_dir(folder.path())?;
    change(&mut config);
    Tokenizer::from_dir(folder.path(), &BertConfig::from_dir(folder.path())?, &config)
}

#[test]
fn a_query_is_marked_and_filled_with_masks_that_nobody_sees() -> TestResult {
    let encoding = tokenizer(|_| ())?.encode_query("東京 a")?;
    assert_eq!(encoding.ids, [CLS, QUERY, 7, 9, 10, SEP, MASK, MASK]);
    assert_eq!(encoding.attention, [true, true, true, true, true, true, false, false]);
    assert_eq!((encoding.keep, encoding.tokens_cut), (vec![true; 8], 0));
    Ok(())
}

#[test]
fn masks_are_seen_if_the_settings_say_so() -> TestResult {
    let encoding = tokenizer(|config| config.attend_to_mask_tokens = true)?.encode_query("a")?;
    assert_eq!(encoding.attention, [true; 8]);
    Ok(())
}

#[test]
fn a_passage_is_marked_and_loses_punctuation_in_maxsim_only() -> TestResult {
    let encoding = tokenizer(|_| ())?.encode_passage("a-ab！")?;
    assert_eq!(encoding.ids, [CLS, PASSAGE, 10, 13, 10, 11, 12, SEP]);
    assert_eq!(encoding.attention, [true; 8]);
    assert_eq!(encoding.keep, [true, true, true, false, true, true, false, true]);
    Ok(())
}

#[test]
fn unknown_marks_take_unknown_words_with_them() -> TestResult {
    let tokenizer = tokenizer(|_| ())?;
    assert_eq!(tokenizer.skiplist(), [1, 12, 13]);
    let encoding = tokenizer.encode_passage("木")?;
    assert_eq!((encoding.ids[2], encoding.keep[2]), (1, false));
    Ok(())
}

#[test]
fn punctuation_stays_if_the_settings_say_so() -> TestResult {
    let tokenizer = tokenizer(|config| config.mask_punctuation = false)?;
    assert_eq!(tokenizer.encode_passage("a-木!")?.keep, [true; 7]);
    Ok(())
}

#[test]
fn what_is_too_long_is_cut_before_sep_and_counted() -> TestResult {
    let tokenizer = tokenizer(|_| ())?;
    let text = "a ".repeat(20);
    let query = tokenizer.encode_query(&text)?;
    assert_eq!((query.ids.len(), query.ids[7], query.tokens_cut), (8, SEP, 15));
    let passage = tokenizer.encode_passage(&text)?;
    assert_eq!((passage.ids.len(), passage.ids[9], passage.tokens_cut), (10, SEP, 13));
    assert_eq!(tokenizer.num_tokens(&text)?, 20);
    assert_eq!(tokenizer.max_passage_tokens(), 7);
    Ok(())
}

#[test]
fn markers_and_filling_are_ids_not_text() -> TestResult {
    let tokenizer = tokenizer(|_| ())?;
    assert!(!tokenizer.encode_passage("[unused1]")?.ids[2..].contains(&PASSAGE));
    assert_eq!(tokenizer.encode_query("[PAD]")?.ids[..4], [CLS, QUERY, MASK, SEP]);
    assert_eq!(tokenizer.encode_passage("[PAD]")?.keep, [true, true, false, true]);
    Ok(())
}

#[test]
fn empty_texts_are_markers_only() -> TestResult {
    let tokenizer = tokenizer(|_| ())?;
    assert_eq!(tokenizer.encode_passage("")?.ids, [CLS, PASSAGE, SEP]);
    assert_eq!(tokenizer.encode_query("")?.ids[..4], [CLS, QUERY, SEP, MASK]);
    Ok(())
}

/// What holds for any passage whatever.
fn check_shape(encoding: &Encoding) {
    let tokens = encoding.ids.len();
    assert!((3..=10).contains(&tokens));
    assert_eq!((encoding.attention.len(), encoding.keep.len()), (tokens, tokens));
    assert_eq!((encoding.ids[0], encoding.ids[tokens - 1]), (CLS, SEP));
}

#[test]
fn a_query_of_a_length_at_most_is_not_filled() -> TestResult {
    let at_most = |config: &mut ColbertConfig| config.query_length = QueryLength::AtMost(8);
    let tokenizer = tokenizer(at_most)?;
    assert_eq!(tokenizer.encode_query("東京 a")?.ids, [CLS, QUERY, 7, 9, 10, SEP]);
    let cut = tokenizer.encode_query(&"a ".repeat(20))?;
    assert_eq!((cut.ids.len(), cut.tokens_cut), (8, 15));
    Ok(())
}

#[test]
fn a_dynamic_query_is_filled_as_its_own_length_asks() -> TestResult {
    let tokenizer = tokenizer(|config| config.query_length = QueryLength::Dynamic)?;
    // The model has 40 positions.
    let check = |words: usize, length: usize, masks: usize| -> TestResult {
        let encoding = tokenizer.encode_query(&"a ".repeat(words))?;
        assert_eq!(encoding.ids.len(), length, "{words} words");
        assert_eq!(encoding.ids.iter().filter(|id| **id == MASK).count(), masks, "{words} words");
        assert_eq!(encoding.attention.iter().filter(|seen| !**seen).count(), masks);
        assert_eq!(encoding.tokens_cut, words.saturating_sub(37));
        Ok(())
    };
    check(0, 11, 8)?;
    check(5, 16, 8)?;
    check(6, 32, 23)?;
    check(29, 40, 8)?;
    check(30, 40, 7)?;
    check(37, 40, 0)?;
    check(38, 40, 0)
}

#[test]
fn words_of_the_skiplist_are_dropped_from_passages() -> TestResult {
    let tokenizer = tokenizer(|config| {
        config.mask_punctuation = false;
        config.skiplist_words = vec!["##b".into(), "!".into()];
    })?;
    assert_eq!(tokenizer.skiplist(), [11, 12]);
    let keep = tokenizer.encode_passage("ab-!")?.keep;
    assert_eq!(keep, [true, true, true, false, true, false, true]);
    Ok(())
}

#[test]
fn odd_texts_are_read_without_a_panic() -> TestResult {
    let tokenizer = tokenizer(|_| ())?;
    let odd =
        ["\0", "a\0b", "\u{3099}", "が\u{200d}", "👨‍👩‍👧‍👦🏽", "\u{feff}", "\u{10ffff}", "\u{2028}", "﷽"];
    for text in odd {
        check_shape(&tokenizer.encode_passage(text)?);
    }
    check_shape(&tokenizer.encode_passage(&"東".repeat(350_000))?);
    check_shape(&tokenizer.encode_passage(&"a".repeat(1_000_000))?);
    Ok(())
}

proptest! {
    #![proptest_config(cases(32))]

    #[test]
    fn any_text_is_read_without_a_panic(text in any::<String>()) {
        let tokenizer = tokenizer(|_| ()).expect("the tiny tokenizer");
        check_shape(&tokenizer.encode_passage(&text).expect("a passage"));
        prop_assert_eq!(tokenizer.encode_query(&text).expect("a query").ids.len(), 8);
    }
}
