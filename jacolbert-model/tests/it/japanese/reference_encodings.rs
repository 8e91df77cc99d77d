//! Queries and passages over the real dictionary and vocabulary, as ColBERT's rules have them.

use jacolbert_model::{BertConfig, ColbertConfig, QueryLength, Tokenizer};
use jacolbert_testing::data::{dictionary, shared};
use jacolbert_tokenizer::TextTokenizer;
use serde_json::Value;

use crate::TestResult;

const CLS: u32 = 2;
const SEP: u32 = 3;
const MASK: u32 = 4;
const QUERY: u32 = 5;
const PASSAGE: u32 = 6;

/// The ids of the 32 ASCII marks: `!` is 16, `"` is 17, and so on past the digits and letters.
const MARKS: [u32; 32] = [
    16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 41, 42, 43, 44, 45, 46, 47, 74, 75,
    76, 77, 78, 79, 106, 107, 108, 109,
];

fn tokenizer(query_length: QueryLength) -> Option<Tokenizer> {
    let config = ColbertConfig { query_length, ..Default::default() };
    let text = TextTokenizer::from_dir(&shared("tokenizer")?, Some(&dictionary()?));
    let text = text.expect("the tokenizer of the family");
    Some(Tokenizer::new(text, &bert(), &config).expect("its roles"))
}

/// The shape in `bert-config.json`.
fn bert() -> BertConfig {
    BertConfig::default()
}

/// `[CLS] marker ids [SEP]`, cut to `max`.
fn framed(marker: u32, ids: &[u32], max: usize) -> Vec<u32> {
    [&[CLS, marker], &ids[..ids.len().min(max - 3)], &[SEP]].concat()
}

/// Texts with the ids that the reference gives them, special tokens left out.
const TEXTS: [(&str, &[u32]); 6] = [
    ("", &[]),
    ("ＦＵＬＬ　ＷＩＤＴＨ１２３", &[28052, 7159, 7159, 70, 14260, 26415, 24639]),
    ("!?！？…‥・", &[16, 46, 16, 46, 29, 29, 29, 29, 29, 593]),
    ("日本😀語", &[12500, 1, 5630]),
    ("C++とC#とRust 1.95", &[50, 26, 26, 458, 50, 18, 458, 65, 17065, 32, 29, 16028]),
    ("森鷗外", &[2993, 6914, 7370]),
];

#[test]
fn skiplist_is_the_ids_of_the_ascii_marks() {
    let Some(tokenizer) = tokenizer(QueryLength::Fixed(32)) else { return };
    assert_eq!(tokenizer.skiplist(), MARKS);
}

#[test]
fn queries_are_marked_and_filled_to_32() -> TestResult {
    let Some(tokenizer) = tokenizer(QueryLength::Fixed(32)) else { return Ok(()) };
    for (text, ids) in TEXTS {
        let encoding = tokenizer.encode_query(text)?;
        let mut expected = framed(QUERY, ids, 32);
        let length = expected.len();
        expected.resize(32, MASK);
        assert_eq!(encoding.ids, expected, "{text}");
        let seen = (0..32).map(|place| place < length).collect::<Vec<_>>();
        assert_eq!((encoding.attention, encoding.keep), (seen, vec![true; 32]), "{text}");
    }
    Ok(())
}

#[test]
fn passages_are_marked_and_lose_ascii_marks_in_maxsim() -> TestResult {
    let Some(tokenizer) = tokenizer(QueryLength::Fixed(32)) else { return Ok(()) };
    for (text, ids) in TEXTS {
        let encoding = tokenizer.encode_passage(text)?;
        assert_eq!(encoding.ids, framed(PASSAGE, ids, 300), "{text}");
        let keep = encoding.ids.iter().map(|id| !MARKS.contains(id)).collect::<Vec<_>>();
        assert_eq!((encoding.keep, encoding.attention), (keep, vec![true; ids.len() + 3]));
    }
    Ok(())
}

#[test]
fn a_query_is_these_very_ids() -> TestResult {
    let Some(tokenizer) = tokenizer(QueryLength::Dynamic) else { return Ok(()) };
    let encoding = tokenizer.encode_query("森鷗外[MASK][unused0]")?;
    // Only [MASK] is an added token; [unused0] is words like any other, of which 0 is known.
    assert_eq!(encoding.ids[..6], [CLS, QUERY, 2993, 6914, 7370, MASK]);
    assert!(!encoding.ids[6..].contains(&QUERY));
    assert_eq!(tokenizer.encode_query("令和")?.ids, [2, 5, 14229, 3, 4, 4, 4, 4, 4, 4, 4, 4]);
    Ok(())
}

#[test]
fn every_case_is_framed_cut_and_filled() -> TestResult {
    let Some(tokenizer) = tokenizer(QueryLength::Fixed(32)) else { return Ok(()) };
    let Some(data) = shared("tokenizer") else { return Ok(()) };
    let cases = std::fs::read_to_string(data.join("cases.jsonl"))?;
    for line in cases.lines() {
        let record: Value = serde_json::from_str(line)?;
        if record["group"] == "randuni" {
            continue;
        }
        let text = record["text"].as_str().ok_or("no text")?;
        let ids = record["ids"].as_array().ok_or("no ids")?.iter().filter_map(Value::as_u64);
        let ids = ids.map(u32::try_from).collect::<Result<Vec<_>, _>>()?;
        let passage = tokenizer.encode_passage(text)?;
        assert_eq!(passage.ids, framed(PASSAGE, &ids, 300), "{text:?}");
        assert_eq!(passage.tokens_cut, ids.len().saturating_sub(297), "{text:?}");
        let query = tokenizer.encode_query(text)?;
        let mut expected = framed(QUERY, &ids, 32);
        expected.resize(32, MASK);
        // A [PAD] in the text of a query becomes a [MASK].
        expected.iter_mut().filter(|id| **id == 0).for_each(|id| *id = MASK);
        assert_eq!((query.ids, query.tokens_cut), (expected, ids.len().saturating_sub(29)));
    }
    Ok(())
}
