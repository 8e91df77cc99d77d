//! Every layout of one tiny checkpoint against what colbert-ai and transformers give for it.
//!
//! `make_fixtures.py` makes the checkpoint, `reference.json` and `reference.safetensors`.

use std::path::Path;

use jacolbert_core::Embeddings;
use jacolbert_model::{
    BertConfig, ColbertConfig, Device, Encoder, Encoding, LoadOptions, Tokenizer,
};
use proptest::prelude::*;
use safetensors::SafeTensors;
use serde_json::Value;

use crate::TestResult;
use crate::cases::cases;
use crate::devices::{SCORES_WITHIN, TestDevice, on_every_device};
use crate::layout_folders::{assembled, here};

/// What the reference says.
struct Reference {
    queries: Vec<Text>,
    passages: Vec<Text>,
    /// Kept rows of all queries, one text after the other, `[tokens, dim]`.
    query_rows: Vec<f32>,
    passage_rows: Vec<f32>,
    /// `[queries, passages]`.
    scores: Vec<f32>,
}

struct Text {
    text: String,
    encoding: Encoding,
}

impl Reference {
    fn open() -> Result<Self, Box<dyn std::error::Error>> {
        let json: Value = serde_json::from_slice(&std::fs::read(here().join("reference.json"))?)?;
        let bytes = std::fs::read(here().join("reference.safetensors"))?;
        let tensors = SafeTensors::deserialize(&bytes)?;
        let numbers = |name| {
            let chunks = tensors.tensor(name)?.data().as_chunks().0;
            Ok::<_, safetensors::SafeTensorError>(
                chunks.iter().map(|&chunk| f32::from_le_bytes(chunk)).collect(),
            )
        };
        Ok(Self {
            queries: texts(&json["queries"]),
            passages: texts(&json["passages"]),
            query_rows: numbers("queries")?,
            passage_rows: numbers("passages")?,
            scores: numbers("scores")?,
        })
    }
}

fn texts(group: &Value) -> Vec<Text> {
    let numbers = |list: &Value| -> Vec<u32> {
        let numbers = list.as_array().into_iter().flatten().filter_map(Value::as_u64);
        numbers.filter_map(|number| u32::try_from(number).ok()).collect()
    };
    let flags = |list: &Value| numbers(list).into_iter().map(|number| number == 1).collect();
    let records = group.as_array().into_iter().flatten();
    let text = |record: &Value| Text {
        text: record["text"].as_str().unwrap_or_default().into(),
        encoding: Encoding {
            ids: numbers(&record["ids"]),
            attention: flags(&record["attention"]),
            keep: flags(&record["keep"]),
            tokens_cut: 0,
        },
    };
    records.map(text).collect()
}

/// The folder must encode and score as the reference says, on this device.
fn check_folder(folder: &Path, reference: &Reference, on: &TestDevice) -> TestResult {
    let encoder = Encoder::from_dir(folder, &Default::default(), &on.device)?;
    let queries: Vec<&str> = reference.queries.iter().map(|query| &*query.text).collect();
    let passages: Vec<&str> = reference.passages.iter().map(|passage| &*passage.text).collect();
    let queries = encoder.encode_queries(&queries)?.embeddings;
    let passages = encoder.encode_passages(&passages)?.embeddings;
    check_numbers(&rows(&queries), &reference.query_rows, on.within);
    check_numbers(&rows(&passages), &reference.passage_rows, on.within);
    let pairs = queries.iter().flat_map(|q| passages.iter().map(move |p| max_sim(q, p)));
    check_numbers(&pairs.collect::<Vec<_>>(), &reference.scores, SCORES_WITHIN);
    Ok(())
}

fn check(layout: &str) -> TestResult {
    let (folder, reference) = (assembled(layout)?, Reference::open()?);
    on_every_device(|device| check_folder(folder.path(), &reference, device))
}

fn rows(texts: &[Embeddings]) -> Vec<f32> {
    texts.iter().flat_map(|embeddings| embeddings.values().to_vec()).collect()
}

fn check_numbers(found: &[f32], expected: &[f32], within: f32) {
    assert_eq!(found.len(), expected.len());
    let differences = found.iter().zip(expected).map(|(found, expected)| (found - expected).abs());
    let worst = differences.max_by(f32::total_cmp).unwrap_or(f32::NAN);
    println!("largest difference of {} numbers: {worst:.1e}", found.len());
    assert!(worst < within, "{worst} is not within {within}");
}

fn max_sim(query: &Embeddings, passage: &Embeddings) -> f32 {
    let similarity = |q: &[f32], p: &[f32]| q.iter().zip(p).map(|(q, p)| q * p).sum::<f32>();
    let best = |q| passage.as_ref().rows().map(|p| similarity(q, p)).fold(f32::MIN, f32::max);
    query.as_ref().rows().map(best).sum()
}

#[test]
fn ids_attention_and_kept_tokens_are_those_of_colbert_ai() -> TestResult {
    let reference = Reference::open()?;
    assert!(reference.passages.len() >= 60);
    let folder = here().join("shared");
    let config = ColbertConfig::from_dir(&folder)?;
    let tokenizer = Tokenizer::from_dir(&folder, &BertConfig::from_dir(&folder)?, &config)?;
    let whole = |encoding: Encoding| Encoding { tokens_cut: 0, ..encoding };
    for Text { text, encoding } in &reference.queries {
        assert_eq!(&whole(tokenizer.encode_query(text)?), encoding, "{text}");
    }
    for Text { text, encoding } in &reference.passages {
        assert_eq!(&whole(tokenizer.encode_passage(text)?), encoding, "{text}");
    }
    Ok(())
}

#[test]
fn safetensors_in_f32() -> TestResult {
    check("f32")
}

#[test]
fn safetensors_in_f16() -> TestResult {
    check("f16")
}

#[test]
fn safetensors_in_bf16_with_a_pooler() -> TestResult {
    check("bf16")
}

#[test]
fn safetensors_with_gamma_and_beta() -> TestResult {
    check("old_names")
}

#[test]
fn safetensors_without_the_prefix() -> TestResult {
    check("no_prefix")
}

#[cfg(feature = "pytorch")]
#[test]
fn pickle_in_f32_with_pooler_and_position_ids() -> TestResult {
    check("bin_f32")
}

#[cfg(feature = "pytorch")]
#[test]
fn pickle_in_f16_of_strided_views_with_offsets() -> TestResult {
    check("bin_views_f16")
}

#[cfg(feature = "pytorch")]
#[test]
fn pickle_in_bf16_with_gamma_and_beta() -> TestResult {
    check("bin_old_names_bf16")
}

#[cfg(feature = "pytorch")]
#[test]
fn pickle_in_the_container_from_before_pytorch_1_6() -> TestResult {
    check("bin_before_1_6")
}

#[test]
fn pylate_with_the_encoder_at_the_root() -> TestResult {
    check("pylate")
}

#[cfg(feature = "pytorch")]
#[test]
fn pylate_with_folders_a_prefix_and_a_pickled_projection() -> TestResult {
    check("pylate_folders")
}

#[test]
fn the_projection_of_a_pylate_checkpoint_says_its_dim() -> TestResult {
    let config = ColbertConfig { dim: 999, ..ColbertConfig::from_dir(&here().join("shared"))? };
    let options = LoadOptions { config: Some(config), ..Default::default() };
    let folder = assembled("pylate")?;
    on_every_device(|on| {
        assert_eq!(Encoder::from_dir(folder.path(), &options, &on.device)?.dim(), 16);
        Ok(())
    })
}

/// One in each container that this build reads.
fn altered_layouts() -> Vec<&'static str> {
    let mut layouts = vec!["old_names"];
    if cfg!(feature = "pytorch") {
        layouts.extend(["bin_before_1_6", "bin_views_f16"]);
    }
    layouts
}

proptest! {
    #![proptest_config(cases(256))]

    /// Alterations are near the ends, where the formats keep what they say of themselves.
    #[test]
    fn no_altered_weights_are_a_panic(
        layout in prop::sample::select(altered_layouts()),
        changes in prop::collection::vec((0usize..6_000, any::<bool>(), any::<u8>()), 1..4),
    ) {
        let folder = assembled(layout).expect("a temporary folder");
        let names = ["model.safetensors", "pytorch_model.bin"].map(|name| folder.path().join(name));
        let path = names.iter().find(|path| path.exists()).expect("weights");
        let mut bytes = std::fs::read(path).expect("weights");
        for (at, is_from_end, byte) in changes {
            let at = if is_from_end { bytes.len() - 1 - at } else { at };
            bytes[at] = byte;
        }
        std::fs::write(path, bytes).expect("a temporary file");
        let _ = Encoder::from_dir(folder.path(), &Default::default(), &Device::cpu());
    }
}
