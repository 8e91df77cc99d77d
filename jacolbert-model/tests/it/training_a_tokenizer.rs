//! A tokenizer trained on a collection, and a model that begins with it.

use jacolbert_model::{
    Activation, BertConfig, Checkpoint, ColbertConfig, Device, Encoder, Error, FreshWeights,
    TokenWeights, Tokenizer, TokenizerTrainer, TrainedTokenizer,
};
use proptest::prelude::*;

use crate::TestResult;

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

fn small_bert() -> BertConfig {
    BertConfig {
        hidden_size: 16,
        num_hidden_layers: 1,
        num_attention_heads: 2,
        intermediate_size: 32,
        hidden_act: Activation::Relu,
        ..Default::default()
    }
}

fn start(trained: &TrainedTokenizer) -> Result<Checkpoint, Error> {
    let (bert, config) = (small_bert(), ColbertConfig::default());
    Checkpoint::from_scratch(bert, config, trained, FreshWeights::LEXICAL, &Device::flex())
}

fn saved(trained: &TrainedTokenizer) -> Result<String, Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    trained.save(folder.path())?;
    Ok(std::fs::read_to_string(folder.path().join("tokenizer.json"))?)
}

/// The tokens of `text` in the file of a tokenizer.
fn tokens(
    trained: &TrainedTokenizer,
    text: &str,
) -> Result<Vec<String>, Box<dyn std::error::Error>> {
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
    let tokenizer = start(&trainer(250).train(["山"])?)?.tokenizer;
    assert_eq!(tokenizer.skiplist().len(), 32);
    let unknown = 1;
    assert!(!tokenizer.skiplist().contains(&unknown));
    assert!(tokenizer.encode_passage("谷")?.ids.contains(&unknown));
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

#[test]
fn a_model_from_scratch_is_the_same_after_saving() -> TestResult {
    let start = start(&trainer(200).train(TEXTS)?)?;
    let folder = tempfile::tempdir()?;
    start.save(folder.path())?;
    let again = Encoder::from_dir(folder.path(), &Device::flex())?;
    assert_eq!(again.encode_passages(&TEXTS)?, Encoder::new(start).encode_passages(&TEXTS)?);
    assert!(folder.path().join("tokenizer_config.json").is_file(), "transformers asks for it");
    Ok(())
}

#[test]
fn a_model_from_scratch_finds_words_before_any_training() -> TestResult {
    let bert = BertConfig { hidden_size: 256, ..small_bert() };
    let trained = trainer(250).train(TEXTS)?;
    let fresh = FreshWeights::LEXICAL;
    let start =
        Checkpoint::from_scratch(bert, Default::default(), &trained, fresh, &Device::flex())?;
    let weights = TokenWeights::idf(&start.tokenizer, TEXTS)?;
    let colbert = start.colbert.weigh_tokens(&weights);
    let encoder = Encoder::new(Checkpoint { colbert, ..start });
    let passages = encoder.encode_passages(&TEXTS)?.embeddings;
    let query = encoder.encode_query("滋賀県にある湖")?;
    let score = |passage: &jacolbert_core::Embeddings| -> f32 {
        let dot = |q: &[f32], p: &[f32]| q.iter().zip(p).map(|(q, p)| q * p).sum::<f32>();
        let best = |q| passage.as_ref().rows().map(|p| dot(q, p)).fold(f32::MIN, f32::max);
        query.as_ref().rows().map(best).sum()
    };
    let best =
        (0..TEXTS.len()).max_by(|&a, &b| score(&passages[a]).total_cmp(&score(&passages[b])));
    assert_eq!(best, Some(1));
    Ok(())
}

fn smallest_vocabulary() -> Result<usize, Box<dyn std::error::Error>> {
    match trainer(1).train(TEXTS) {
        Err(Error::TokenizerOption { key: "vocab_size", found, expected }) if found == "1" => {
            let least = expected.split(' ').nth(1).ok_or("from LEAST to MOST")?;
            Ok(least.parse()?)
        }
        other => Err(format!("{other:?}").into()),
    }
}

#[test]
fn a_vocabulary_without_room_for_the_characters_is_an_error() -> TestResult {
    let too_small = trainer(smallest_vocabulary()? - 1).train(TEXTS);
    assert!(matches!(too_small, Err(Error::TokenizerOption { key: "vocab_size", .. })));
    let absurd = trainer(usize::MAX).train(TEXTS);
    assert!(matches!(absurd, Err(Error::TokenizerOption { key: "vocab_size", .. })));
    Ok(())
}

#[test]
fn a_coverage_that_is_no_share_is_an_error() {
    for character_coverage in [0.0, -0.1, 1.1, f64::NAN, f64::INFINITY] {
        let trained = TokenizerTrainer { character_coverage, ..Default::default() }.train(TEXTS);
        assert!(matches!(trained, Err(Error::TokenizerOption { key: "character_coverage", .. })));
    }
}

#[test]
fn a_marker_that_is_no_token_of_its_own_is_an_error() {
    for marker in ["", "[MASK]", "[Q]"] {
        let markers = vec!["[Q]".to_string(), marker.to_string()];
        let trained = TokenizerTrainer { markers, ..Default::default() }.train(TEXTS);
        assert!(matches!(trained, Err(Error::TokenizerOption { key: "markers", .. })));
    }
}

#[test]
fn texts_without_characters_are_an_error() {
    for texts in [vec![], vec![""], vec![" ", "\n\u{3000}", "\0"]] {
        assert!(matches!(TokenizerTrainer::default().train(texts), Err(Error::NoText)));
    }
}

#[test]
fn a_shape_that_no_bert_has_is_an_error() -> TestResult {
    let trained = trainer(200).train(TEXTS)?;
    let from = |bert, config: ColbertConfig| {
        let fresh = FreshWeights::BERT;
        Checkpoint::from_scratch(bert, config, &trained, fresh, &Device::flex()).map(|_| ())
    };
    let heads = from(BertConfig { num_attention_heads: 3, ..small_bert() }, Default::default());
    assert!(matches!(heads, Err(Error::Heads { .. })));
    let layers = from(BertConfig { num_hidden_layers: 0, ..small_bert() }, Default::default());
    assert!(matches!(layers, Err(Error::Setting { key: "num_hidden_layers", .. })));
    let nan =
        from(BertConfig { hidden_dropout_prob: f64::NAN, ..small_bert() }, Default::default());
    assert!(matches!(nan, Err(Error::Setting { key: "hidden_dropout_prob", .. })));
    let dim = from(small_bert(), ColbertConfig { dim: 0, ..Default::default() });
    assert!(matches!(dim, Err(Error::Length { key: "dim", length: 0, .. })));
    let marker = ColbertConfig { doc_token_id: "[D]".into(), ..Default::default() };
    assert!(matches!(from(small_bert(), marker), Err(Error::MissingToken { .. })));
    Ok(())
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
                let bert = BertConfig { vocab_size: trained.vocab_size(), ..small_bert() };
                let tokenizer = Tokenizer::from_trained(&trained, &bert, &Default::default())?;
                for text in &texts {
                    tokenizer.encode_passage(text)?;
                }
            }
            Err(Error::NoText | Error::TokenizerOption { .. }) => (),
            Err(other) => prop_assert!(false, "{other:?}"),
        }
    }
}
