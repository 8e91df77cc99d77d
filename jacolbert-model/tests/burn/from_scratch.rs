//! A model with fresh weights and a tokenizer that was trained for it.

use jacolbert_model::{
    Activation, BertConfig, Checkpoint, ColbertConfig, Device, Encoder, Error, FreshWeights,
    Precision, TokenWeights,
};
use jacolbert_tokenizer::{Error as TokenizerError, TextTokenizer, TokenizerTrainer};

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

fn start(trained: &TextTokenizer) -> Result<Checkpoint, Error> {
    let config = ColbertConfig::default();
    Checkpoint::from_scratch(small_bert(), config, trained, FreshWeights::LEXICAL, &Device::flex())
}

#[test]
fn the_skiplist_has_all_punctuation_although_no_text_has_it() -> TestResult {
    let tokenizer = start(&trainer(250).train(["山"])?)?.tokenizer;
    assert_eq!(tokenizer.skiplist().len(), 32);
    let unknown = 1;
    assert!(!tokenizer.skiplist().contains(&unknown));
    assert!(tokenizer.encode_passage("谷")?.ids.contains(&unknown));
    Ok(())
}

#[test]
fn a_model_from_scratch_is_the_same_after_saving() -> TestResult {
    let start = start(&trainer(200).train(TEXTS)?)?;
    let folder = tempfile::tempdir()?;
    start.save(folder.path())?;
    let again = Encoder::from_dir(folder.path(), &Default::default(), &Device::flex())?;
    assert_eq!(
        again.encode_passages(&TEXTS)?,
        Encoder::from_checkpoint(start, Precision::F32, &Device::flex())?
            .encode_passages(&TEXTS)?
    );
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
    let encoder =
        Encoder::from_checkpoint(Checkpoint { colbert, ..start }, Precision::F32, &Device::cpu())?;
    let passages = encoder.encode_passages(&TEXTS)?.embeddings;
    let query = encoder.encode_query("滋賀県にある湖")?.embeddings;
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
    assert!(matches!(
        from(small_bert(), marker),
        Err(Error::Tokenizer(TokenizerError::MissingToken { .. }))
    ));
    Ok(())
}
