//! Models that give one vector a text, against what sentence-transformers gives for them.
//!
//! `make_fixtures.py` makes the models, the tokenizer, `reference.json` and `reference.safetensors`.

mod damage;
mod settings;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use jacolbert_model::{
    BatchSize, Device, EncodeOptions, EncodedSentences, Error, SentenceEncoder, SentenceOptions,
    SentencePooling, SentenceSettings, Truncation,
};
use safetensors::SafeTensors;
use serde_json::Value;
use tempfile::TempDir;

use crate::TestResult;
use crate::devices::on_every_device;

const MODELS: [&str; 3] = ["bert", "xlm_roberta", "e5_small"];
const POOLINGS: [(&str, SentencePooling); 2] =
    [("mean", SentencePooling::Mean), ("cls", SentencePooling::Cls)];

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/sentence")
}

/// The folder of `model`, whole: its tokenizer stands packed here, or beside another test.
pub(crate) fn assembled(model: &str) -> Result<TempDir, Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    for file in [
        "config.json",
        "tokenizer_config.json",
        "modules.json",
        "1_Pooling/config.json",
        "sentence_bert_config.json",
        "config_sentence_transformers.json",
        "model.safetensors",
    ] {
        let (from, to) = (here().join(model).join(file), folder.path().join(file));
        if from.is_file() {
            fs::create_dir_all(to.parent().ok_or("no folder")?)?;
            fs::copy(from, to)?;
        }
    }
    fs::write(folder.path().join("tokenizer.json"), tokenizer(model)?)?;
    Ok(folder)
}

fn tokenizer(model: &str) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    if model == "bert" {
        return Ok(fs::read(here().join("../parity/shared/tokenizer.json"))?);
    }
    let mut packed = zip::ZipArchive::new(fs::File::open(here().join("unigram.zip"))?)?;
    let mut bytes = Vec::new();
    packed.by_name("tokenizer.json")?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What sentence-transformers gives.
struct Reference {
    texts: Vec<String>,
    json: Value,
    vectors: Vec<u8>,
}

impl Reference {
    fn open() -> Result<Self, Box<dyn std::error::Error>> {
        let json: Value = serde_json::from_slice(&fs::read(here().join("reference.json"))?)?;
        let texts = json["texts"].as_array().ok_or("no texts")?;
        let texts: Vec<String> = texts.iter().filter_map(Value::as_str).map(Into::into).collect();
        assert!(texts.len() >= 30);
        Ok(Self { texts, json, vectors: fs::read(here().join("reference.safetensors"))? })
    }

    fn texts(&self) -> Vec<&str> {
        self.texts.iter().map(String::as_str).collect()
    }

    /// Vectors of all texts behind `prefix`, and what was cut.
    fn of(
        &self,
        model: &str,
        pooling: &str,
        prefix: &str,
    ) -> Result<(Vec<f32>, Vec<Truncation>), Box<dyn std::error::Error>> {
        let key = format!("{model}/{pooling}/{prefix}");
        let tensors = SafeTensors::deserialize(&self.vectors)?;
        let chunks = tensors.tensor(&key)?.data().as_chunks().0;
        let cut = self.json["cut"][&key].as_array().ok_or("no lengths")?.iter().enumerate();
        let cut = cut.map(|(text, cut)| Truncation {
            text,
            tokens_cut: cut.as_u64().map_or(0, |cut| cut as usize),
        });
        let truncated = cut.filter(|cut| cut.tokens_cut > 0).collect();
        Ok((chunks.iter().map(|&chunk| f32::from_le_bytes(chunk)).collect(), truncated))
    }

    /// `found` must be the vectors of all texts behind `prefix`.
    fn check(
        &self,
        found: &EncodedSentences,
        (model, pooling, prefix): (&str, &str, &str),
        within: f32,
    ) -> TestResult {
        let (expected, truncated) = self.of(model, pooling, prefix)?;
        assert_eq!(found.truncated, truncated, "{model} {pooling} {prefix}");
        let found = found.vectors.values();
        assert_eq!(found.len(), expected.len());
        let differences = found.iter().zip(expected).map(|(a, b)| (a - b).abs());
        let worst = differences.max_by(f32::total_cmp).unwrap_or(f32::NAN);
        println!("{model} {pooling} {prefix:?}: {worst:.1e}");
        assert!(worst < within, "{model} {pooling} {prefix}: {worst}");
        Ok(())
    }
}

fn pooled(pooling: SentencePooling) -> SentenceSettings {
    let no_prefix = Some(String::new());
    SentenceSettings {
        pooling: Some(pooling),
        query_prefix: no_prefix.clone(),
        passage_prefix: no_prefix,
        max_tokens: None,
    }
}

/// The CPU, and flex if it is compiled in.
fn devices_of_the_processor() -> Vec<Device> {
    ["cpu", "flex"].iter().filter_map(|name| name.parse().ok()).collect()
}

pub(crate) fn load(folder: &Path, overrides: SentenceSettings) -> Result<SentenceEncoder, Error> {
    let options = SentenceOptions { overrides, ..Default::default() };
    SentenceEncoder::from_dir(folder, &options, &Device::cpu())
}

#[test]
fn vectors_are_those_of_sentence_transformers() -> TestResult {
    let reference = Reference::open()?;
    for model in MODELS {
        let folder = assembled(model)?;
        for (name, pooling) in POOLINGS {
            let options = SentenceOptions { overrides: pooled(pooling), ..Default::default() };
            for device in devices_of_the_processor() {
                let encoder = SentenceEncoder::from_dir(folder.path(), &options, &device)?;
                let found = encoder.encode_passages(&reference.texts())?;
                reference.check(&found, (model, name, ""), 1e-5)?;
            }
        }
    }
    Ok(())
}

#[test]
fn what_the_folder_says_holds() -> TestResult {
    let reference = Reference::open()?;
    let check = |model, pooling, [query, passage]: [&str; 2]| {
        let folder = assembled(model)?;
        let encoder =
            SentenceEncoder::from_dir(folder.path(), &Default::default(), &Device::cpu())?;
        let queries = encoder.encode_queries(&reference.texts())?;
        reference.check(&queries, (model, pooling, query), 1e-5)?;
        let passages = encoder.encode_passages(&reference.texts())?;
        reference.check(&passages, (model, pooling, passage), 1e-5)
    };
    check("bert", "cls", ["", ""])?;
    check("xlm_roberta", "mean", ["問: ", "答: "])?;
    check("e5_small", "mean", ["", ""])
}

#[test]
fn the_debug_text_has_no_weights() -> TestResult {
    let folder = assembled("bert")?;
    let text = format!("{:?}", load(folder.path(), SentenceSettings::default())?);
    assert!(text.len() < 1_000 && text.contains("dim"), "{} bytes", text.len());
    Ok(())
}

#[test]
fn prefixes_take_part() -> TestResult {
    let reference = Reference::open()?;
    for model in MODELS {
        let folder = assembled(model)?;
        let prefix = Some("query: ".to_owned());
        let overrides = SentenceSettings { query_prefix: prefix, ..pooled(SentencePooling::Mean) };
        let encoder = load(folder.path(), overrides)?;
        let queries = encoder.encode_queries(&reference.texts())?;
        reference.check(&queries, (model, "mean", "query: "), 1e-5)?;
        let passages = encoder.encode_passages(&reference.texts())?;
        reference.check(&passages, (model, "mean", ""), 1e-5)?;
    }
    Ok(())
}

/// Few texts of different lengths, since each shape is compiled anew on a GPU.
#[test]
fn padding_changes_nothing_on_any_device() -> TestResult {
    let (folder, reference) = (assembled("xlm_roberta")?, Reference::open()?);
    let texts = &reference.texts()[..4];
    let (expected, _) = reference.of("xlm_roberta", "mean", "")?;
    let options =
        SentenceOptions { overrides: pooled(SentencePooling::Mean), ..Default::default() };
    on_every_device(|on| {
        let encoder = SentenceEncoder::from_dir(folder.path(), &options, &on.device)?;
        let found = encoder.encode_passages(texts)?.vectors;
        let differences = found.values().iter().zip(&expected).map(|(a, b)| (a - b).abs());
        let worst = differences.max_by(f32::total_cmp).unwrap_or(f32::NAN);
        assert!(worst < on.within, "{worst} on {}", on.device);
        Ok(())
    })
}

#[test]
fn a_vector_is_the_same_whatever_texts_are_encoded_together() -> TestResult {
    let (folder, reference) = (assembled("e5_small")?, Reference::open()?);
    let encoder = SentenceEncoder::from_dir(folder.path(), &Default::default(), &Device::cpu())?;
    let together = encoder.encode_passages(&reference.texts())?.vectors;
    let few = encoder.clone().with_options(EncodeOptions { batch: BatchSize::Tokens(1) });
    assert_eq!(few.encode_passages(&reference.texts())?.vectors, together);
    for (text, row) in reference.texts().iter().zip(together.as_ref().rows()) {
        assert_eq!(encoder.encode_passages(&[text])?.vectors.values(), row);
    }
    let none = encoder.encode_passages(&[])?;
    assert_eq!((none.vectors.num_tokens(), none.vectors.dim()), (0, encoder.dim()));
    Ok(())
}

#[test]
fn progress_ends_with_all_texts() -> TestResult {
    let folder = assembled("bert")?;
    let encoder = SentenceEncoder::from_dir(folder.path(), &Default::default(), &Device::cpu())?;
    let encoder = encoder.with_options(EncodeOptions { batch: BatchSize::Tokens(8) });
    let mut steps = Vec::new();
    encoder.encode_passages_reporting(
        &["山", "富士山は日本で最も高い山である。", "湖"],
        &mut |done, of| {
            steps.push((done, of));
        },
    )?;
    assert_eq!(steps, [(1, 3), (3, 3)]);
    Ok(())
}

/// The folder with the tensors of the file under other names.
fn with_names(
    model: &str,
    rename: impl Fn(&str) -> String,
) -> Result<TempDir, Box<dyn std::error::Error>> {
    let folder = assembled(model)?;
    let path = folder.path().join("model.safetensors");
    let bytes = fs::read(&path)?;
    let tensors = SafeTensors::deserialize(&bytes)?;
    let renamed = tensors.iter().map(|(name, tensor)| (rename(name), tensor));
    fs::write(&path, safetensors::serialize(renamed, None)?)?;
    Ok(folder)
}

#[test]
fn names_may_have_the_prefix_of_their_family() -> TestResult {
    let reference = Reference::open()?;
    let plain = load(assembled("xlm_roberta")?.path(), pooled(SentencePooling::Mean))?;
    for prefix in ["roberta.", "bert."] {
        let folder = with_names("xlm_roberta", |name| format!("{prefix}{name}"))?;
        let encoder = load(folder.path(), pooled(SentencePooling::Mean))?;
        let found = encoder.encode_passages(&reference.texts())?;
        reference.check(&found, ("xlm_roberta", "mean", ""), 1e-5)?;
        assert_eq!(encoder.fingerprint(), plain.fingerprint());
    }
    let folder = with_names("xlm_roberta", |name| format!("model.{name}"))?;
    let error = load(folder.path(), pooled(SentencePooling::Mean)).expect_err("other names");
    assert!(matches!(error, Error::MissingTensor { .. }), "{error:?}");
    Ok(())
}

#[test]
fn a_layer_without_a_place_is_an_error() -> TestResult {
    let folder = assembled("xlm_roberta")?;
    let path = folder.path().join("config.json");
    let mut config: Value = serde_json::from_slice(&fs::read(&path)?)?;
    config["num_hidden_layers"] = 1.into();
    fs::write(&path, config.to_string())?;
    let error = load(folder.path(), SentenceSettings::default()).expect_err("a layer too many");
    assert!(
        matches!(&error, Error::SurplusTensor { tensor, .. } if tensor.contains("layer.1.")),
        "{error:?}"
    );
    Ok(())
}

#[test]
fn fingerprints_tell_models_and_settings_apart_but_not_lengths() -> TestResult {
    let folder = assembled("e5_small")?;
    let fingerprint = |overrides| Ok::<_, Error>(load(folder.path(), overrides)?.fingerprint());
    let plain = fingerprint(SentenceSettings::default())?;
    let short = SentenceSettings { max_tokens: Some(8), ..Default::default() };
    assert_eq!(fingerprint(short)?, plain);
    for other in [
        SentenceSettings { pooling: Some(SentencePooling::Cls), ..Default::default() },
        SentenceSettings { query_prefix: Some("query: ".into()), ..Default::default() },
        SentenceSettings { passage_prefix: Some("query: ".into()), ..Default::default() },
    ] {
        let other = fingerprint(other)?;
        assert_eq!((other.weights, other.tokenizer), (plain.weights, plain.tokenizer));
        assert_ne!(other.settings, plain.settings);
    }
    let others = load(assembled("xlm_roberta")?.path(), SentenceSettings::default())?;
    assert_ne!(others.fingerprint().weights, plain.weights);
    assert_eq!(others.fingerprint().tokenizer, plain.tokenizer);
    Ok(())
}
