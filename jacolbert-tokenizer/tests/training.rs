//! A tokenizer trained on a collection.

#![allow(missing_docs)]

use jacolbert_tokenizer::{Error, TextTokenizer, TokenizerTrainer};
use proptest::prelude::*;

type TestResult = Result<(), Box<dyn std::error::Error>>;

const TEXTS: [&str; 6] = [
    "富士山は静岡県と山梨県にまたがる火山で、標高3776メートル、日本で最も高い山である。",
    "琵琶湖は滋賀県にある湖で、日本で最も広い湖である。",
    "信濃川は長野県と新潟県を流れる川で、日本で最も長い川である。",
    "ＡＢＣ株式会社は１９９８年に設立され、日本で最も古い会社の一つである。",
    "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。",
    "東京都は日本の首都である。東京都の人口は日本で最も多い。",
];

fn trainer(vocab_size: usize) -> TokenizerTrainer {
    TokenizerTrainer { vocab_size, character_coverage: 1.0, ..Default::default() }
}

fn saved(trained: &TextTokenizer) -> Result<String, Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    trained.save(folder.path())?;
    Ok(std::fs::read_to_string(folder.path().join("tokenizer.json"))?)
}

/// The tokens of `text` in the file of a tokenizer.
fn tokens(trained: &TextTokenizer, text: &str) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let file: tokenizers::Tokenizer =
        saved(trained)?.parse().map_err(|error| format!("{error}"))?;
    let encoding = file.encode_fast(text, false).map_err(|error| format!("{error}"))?;
    Ok(encoding.get_ids().iter().filter_map(|&id| file.id_to_token(id)).collect())
}

#[test]
fn texts_in_any_order_give_the_same_tokenizer_every_time() -> TestResult {
    let mut texts = TEXTS.to_vec();
    let first = saved(&trainer(180).train(texts.iter().copied())?)?;
    texts.reverse();
    for _ in 0..5 {
        assert_eq!(saved(&trainer(180).train(texts.iter().copied())?)?, first);
    }
    Ok(())
}

#[test]
fn what_is_frequent_is_one_token() -> TestResult {
    let trained = trainer(250).train(TEXTS)?;
    let tokens = tokens(&trained, "日本で最も高い山")?;
    assert_eq!(tokens[0], "日本で最も");
    Ok(())
}

#[test]
fn all_of_a_text_is_in_its_tokens() -> TestResult {
    let trained = trainer(200).train(TEXTS)?;
    let tokens = tokens(&trained, "ＡＢＣ株式会社は、 １９９８年に\n設立！")?;
    assert_eq!(tokens.concat(), "ABC株式会社は、1998年に設立!");
    Ok(())
}

#[test]
fn a_vocabulary_is_at_most_as_large_as_asked() -> TestResult {
    let least = smallest_vocabulary()?;
    for vocab_size in [least, least + 1, least + 20, 8_000] {
        let trained = trainer(vocab_size).train(TEXTS)?;
        assert!(trained.vocab_size() <= vocab_size, "{} of {vocab_size}", trained.vocab_size());
        assert!(trained.vocab_size() >= least - 1, "all characters are there");
    }
    Ok(())
}

#[test]
fn punctuation_is_known_although_no_text_has_it() -> TestResult {
    let trained = trainer(250).train(["山"])?;
    let unknown = trained.special_tokens()?.unknown;
    for mark in ('!'..='~').filter(char::is_ascii_punctuation) {
        assert!(!trained.encode(&mark.to_string())?.contains(&unknown), "{mark}");
    }
    assert_eq!(trained.encode("谷")?, [unknown]);
    Ok(())
}

#[test]
fn a_trained_tokenizer_is_the_same_after_saving() -> TestResult {
    let trained = trainer(200).train(TEXTS)?;
    let folder = tempfile::tempdir()?;
    trained.save(folder.path())?;
    let again = TextTokenizer::from_dir(folder.path(), None)?;
    for text in TEXTS {
        assert_eq!(again.encode(text)?, trained.encode(text)?);
    }
    assert!(trained.drops_ignorable() && again.drops_ignorable());
    assert_eq!(again.encode("\u{feff}山")?, trained.encode("山")?);
    assert_eq!(again.special_tokens()?, trained.special_tokens()?);
    assert!(folder.path().join("tokenizer_config.json").is_file(), "transformers asks for it");
    Ok(())
}

#[test]
fn the_rarest_characters_are_left_out() -> TestResult {
    let texts = ["山川山川山川山川山川山川山川山川山川龘", "山川"];
    let trained = TokenizerTrainer { character_coverage: 0.9, ..trainer(60) }.train(texts)?;
    assert_eq!(tokens(&trained, "龘")?, ["[UNK]"]);
    assert_eq!(tokens(&trained, "山川龘川")?.last().map(String::as_str), Some("川"));
    Ok(())
}

#[test]
fn of_many_words_a_sample_is_trained_on() -> TestResult {
    let others: Vec<char> = ('一'..).take(60).collect();
    let words: Vec<String> = others.iter().map(|other| format!("{other}日本{other}")).collect();
    let sampled = TokenizerTrainer { max_chars: 40, ..trainer(150) };
    let trained = sampled.train(words.iter().map(String::as_str))?;
    assert_eq!(tokens(&trained, "日本")?, ["日本"]);
    // All characters are known, whether or not a sampled word has them.
    for word in &words {
        assert_eq!(tokens(&trained, word)?.concat(), *word);
    }
    let all = trainer(150).train(words.iter().map(String::as_str))?;
    assert_ne!(saved(&all)?, saved(&trained)?);
    Ok(())
}

fn smallest_vocabulary() -> Result<usize, Box<dyn std::error::Error>> {
    match trainer(1).train(TEXTS) {
        Err(Error::TrainerOption { key: "vocab_size", found, expected }) if found == "1" => {
            let least = expected.split(' ').nth(1).ok_or("from LEAST to MOST")?;
            Ok(least.parse()?)
        }
        other => Err(format!("{other:?}").into()),
    }
}

#[test]
fn a_vocabulary_without_room_for_the_characters_is_an_error() -> TestResult {
    let too_small = trainer(smallest_vocabulary()? - 1).train(TEXTS);
    assert!(matches!(too_small, Err(Error::TrainerOption { key: "vocab_size", .. })));
    let absurd = trainer(usize::MAX).train(TEXTS);
    assert!(matches!(absurd, Err(Error::TrainerOption { key: "vocab_size", .. })));
    Ok(())
}

#[test]
fn a_coverage_that_is_no_share_is_an_error() {
    for character_coverage in [0.0, -0.1, 1.1, f64::NAN, f64::INFINITY] {
        let trained = TokenizerTrainer { character_coverage, ..Default::default() }.train(TEXTS);
        assert!(matches!(trained, Err(Error::TrainerOption { key: "character_coverage", .. })));
    }
}

#[test]
fn a_reserved_token_that_is_empty_or_there_twice_is_an_error() {
    for token in ["", "[MASK]", "[Q]"] {
        let reserved_tokens = vec!["[Q]".to_string(), token.to_string()];
        let trained = TokenizerTrainer { reserved_tokens, ..Default::default() }.train(TEXTS);
        assert!(matches!(trained, Err(Error::TrainerOption { key: "reserved_tokens", .. })));
    }
}

#[test]
fn texts_without_characters_are_an_error() {
    for texts in [vec![], vec![""], vec![" ", "\n\u{3000}", "\0"]] {
        assert!(matches!(TokenizerTrainer::default().train(texts), Err(Error::NoText)));
    }
}

#[test]
fn a_word_without_end_can_be_trained_on() -> TestResult {
    let long = "あいうえお".repeat(2_000);
    let trained = trainer(100).train([long.as_str()])?;
    assert!(trained.vocab_size() > 40);
    Ok(())
}

/// On these words the Rust version of esaxx-rs panics.
#[test]
fn words_with_valleys_side_by_side_can_be_trained_on() -> TestResult {
    let texts = ["0", "a", "b", "い\u{1}\u{2}", "え", "え\u{e}い"];
    let trained = trainer(48).train(texts)?;
    for text in texts {
        assert_eq!(tokens(&trained, text)?.concat(), text);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_the_texts_are_there_is_a_tokenizer_or_an_error(
        texts in prop::collection::vec("\\PC{0,12}|[\\x00-\\x20あ-お]{0,12}|.{0,6}", 0..8),
        vocab_size in 30_usize..400,
        character_coverage in 0.1..=1.0,
    ) {
        let trainer = TokenizerTrainer { vocab_size, character_coverage, ..Default::default() };
        match trainer.train(texts.iter().map(String::as_str)) {
            Ok(trained) => {
                prop_assert!(trained.vocab_size() <= vocab_size);
                for text in &texts {
                    let ids = trained.encode(text)?;
                    prop_assert!(ids.iter().all(|&id| id <= trained.largest_id()));
                }
            }
            Err(Error::NoText | Error::TrainerOption { .. }) => (),
            Err(other) => prop_assert!(false, "{other:?}"),
        }
    }
}
