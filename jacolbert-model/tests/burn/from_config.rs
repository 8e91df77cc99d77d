//! A model of a given shape begins with fresh weights.

use std::collections::BTreeMap;
use std::path::Path;

use jacolbert_model::{
    Checkpoint, ColbertConfig, Device, Encoder, Error, FreshWeights, LoadOptions, Precision,
    QueryLength, TokenWeights, WeightFormat,
};
use safetensors::Dtype;
use serde_json::json;

use crate::TestResult;
use crate::tiny::Tiny;

const WORDS: &str = "bert.embeddings.word_embeddings.weight";

fn drawn(tiny: &Tiny, fresh: FreshWeights) -> Result<Checkpoint, Error> {
    let folder = tiny.write().expect("the temporary folder can be written");
    Checkpoint::from_config(folder.path(), fresh, &LoadOptions::default(), &Device::flex())
}

fn encoder_of(checkpoint: Checkpoint) -> Result<Encoder, Error> {
    Encoder::from_checkpoint(checkpoint, Precision::F32, &Device::cpu())
}

/// A shape with enough weights that their deviation is seen.
fn wider() -> Tiny {
    Tiny::new().but(|tiny| {
        tiny.config["hidden_size"] = json!(64);
        tiny.config["intermediate_size"] = json!(96);
        tiny.config["initializer_range"] = json!(0.02);
    })
}

/// Type and deviation from 0 of the tensors in a file, by their stored names.
fn deviations(folder: &Path) -> Result<BTreeMap<String, (Dtype, f64)>, Box<dyn std::error::Error>> {
    let bytes = std::fs::read(folder.join("model.safetensors"))?;
    let file = safetensors::SafeTensors::deserialize(&bytes)?;
    let deviation = |data: &[u8]| {
        let values = data.as_chunks().0.iter().map(|&bytes| f64::from(f32::from_le_bytes(bytes)));
        let squares: Vec<f64> = values.map(|value| value * value).collect();
        (squares.iter().sum::<f64>() / squares.len() as f64).sqrt()
    };
    let tensors = file.iter();
    Ok(tensors.map(|(name, t)| (name.to_string(), (t.dtype(), deviation(t.data())))).collect())
}

#[test]
fn deviations_are_those_asked_for() -> TestResult {
    let folder = tempfile::tempdir()?;
    let fresh = FreshWeights { blocks: 0.25, positions: 0.5 };
    drawn(&wider(), fresh)?.save(folder.path())?;
    let found = deviations(folder.path())?;
    let expected = [
        (WORDS, 1.0),
        ("bert.embeddings.position_embeddings.weight", 0.5),
        ("bert.encoder.layer.1.attention.self.value.weight", 1.0),
        ("bert.encoder.layer.1.attention.output.dense.weight", 0.25),
        ("bert.encoder.layer.1.intermediate.dense.weight", 1.0),
        ("bert.encoder.layer.1.output.dense.weight", 0.25),
        ("linear.weight", 1.0),
    ];
    for (name, share) in expected {
        let (_, deviation) = found[name];
        assert!((deviation / (0.02 * share) - 1.0).abs() < 0.2, "{name}: {deviation}");
    }
    let (_, bias) = found["bert.encoder.layer.1.output.dense.bias"];
    assert_eq!(bias, 0.0);
    Ok(())
}

#[test]
fn without_blocks_and_positions_a_token_is_the_same_everywhere() -> TestResult {
    let fresh = FreshWeights { blocks: 0.0, positions: 0.0 };
    let encoder = encoder_of(drawn(&Tiny::new(), fresh)?)?;
    let encoded = encoder.encode_passages(&["東 a", "a 東"])?.embeddings;
    // [CLS], the mark of a passage, and then 東 in the one, a and 東 in the other.
    let rows = [encoded[0].row(2), encoded[1].row(3)];
    let apart = rows[0].iter().zip(rows[1]).map(|(left, right)| (left - right).abs());
    assert!(apart.fold(0.0, f32::max) < 1e-6);
    Ok(())
}

#[test]
fn weights_in_the_folder_are_left_aside_and_need_not_be_there() -> TestResult {
    let folder = Tiny::new().write()?;
    let device = Device::flex();
    let stored = Checkpoint::from_dir(folder.path(), &Default::default(), &device)?;
    std::fs::remove_file(folder.path().join("model.safetensors"))?;
    let options = LoadOptions::default();
    let fresh = Checkpoint::from_config(folder.path(), FreshWeights::BERT, &options, &device)?;
    assert_eq!((&fresh.bert, &fresh.config), (&stored.bert, &stored.config));
    let rows = |model| encoder_of(model)?.encode_passages(&["東京"]);
    assert_ne!(rows(fresh)?.embeddings, rows(stored)?.embeddings);
    Ok(())
}

#[test]
fn settings_may_be_given() -> TestResult {
    let folder = Tiny::new().write()?;
    std::fs::remove_file(folder.path().join("artifact.metadata"))?;
    let query_length = QueryLength::Fixed(8);
    let config = ColbertConfig { dim: 3, query_length, doc_maxlen: 10, ..Default::default() };
    let with = |config| LoadOptions { config, ..Default::default() };
    let begin = |options: LoadOptions| {
        Checkpoint::from_config(folder.path(), FreshWeights::BERT, &options, &Device::flex())
    };
    assert_eq!(begin(with(Some(config)))?.colbert.dim(), 3);
    assert!(
        matches!(begin(with(None)), Err(Error::Io { path, .. }) if path.ends_with("artifact.metadata"))
    );
    Ok(())
}

#[test]
fn weights_saved_as_f16_are_rounded() -> TestResult {
    let (exact, rounded) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let checkpoint = drawn(&Tiny::new(), FreshWeights::BERT)?;
    checkpoint.save(exact.path())?;
    checkpoint.save_as(rounded.path(), WeightFormat::F16)?;
    assert!(deviations(exact.path())?.values().all(|(dtype, _)| *dtype == Dtype::F32));
    assert!(deviations(rounded.path())?.values().all(|(dtype, _)| *dtype == Dtype::F16));
    let rows = |folder: &Path| {
        let encoder = Encoder::from_dir(folder, &Default::default(), &Device::flex())?;
        Ok::<_, Error>(encoder.encode_passages(&["東京"])?.embeddings)
    };
    let (exact, rounded) = (rows(exact.path())?, rows(rounded.path())?);
    assert_ne!(exact, rounded);
    let values = exact[0].values().iter().zip(rounded[0].values());
    assert!(values.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max) < 1e-2);
    Ok(())
}

#[test]
fn a_weight_that_f16_cannot_hold_is_an_error_before_anything_is_written() -> TestResult {
    let large = Tiny::new().but(|tiny| {
        let words = tiny.tensors.get_mut(WORDS).expect("the tensor is there");
        words.bytes[..4].copy_from_slice(&70_000f32.to_le_bytes());
    });
    let folder = large.write()?;
    let checkpoint = Checkpoint::from_dir(folder.path(), &Default::default(), &Device::flex())?;
    let target = tempfile::tempdir()?;
    let found = checkpoint.save_as(target.path(), WeightFormat::F16);
    assert!(matches!(
        found,
        Err(Error::OutOfRange { tensor, value: 70_000.0, .. }) if tensor == WORDS
    ));
    assert!(!target.path().join("model.safetensors").exists());
    checkpoint.save_as(target.path(), WeightFormat::F32)?;
    Ok(())
}

/// Ids in the tiny vocabulary.
const MASK: u32 = 4;
const TOKYO: [u32; 2] = [7, 9];
const A: u32 = 10;

#[test]
fn a_token_weighs_what_it_tells_of_passages() -> TestResult {
    let tokenizer = drawn(&Tiny::new(), FreshWeights::BERT)?.tokenizer;
    let weights = TokenWeights::idf(&tokenizer, ["東京 a", "a", "a a", "a"])?;
    let idf = |with: f64| (1.0 + (4.0 - with + 0.5) / (with + 0.5)).ln();
    assert_eq!(weights.of(A), (idf(4.0) / idf(0.0)) as f32);
    assert_eq!(TOKYO.map(|id| weights.of(id)), [(idf(1.0) / idf(0.0)) as f32; 2]);
    // Of none of the passages, and of no passage whatever.
    assert_eq!((weights.of(8), weights.of(MASK)), (1.0, 0.0));
    assert_eq!(weights, TokenWeights::idf(&tokenizer, ["a", "a a", "a", "東京 a"])?);
    Ok(())
}

#[test]
fn tokens_without_weight_begin_alike() -> TestResult {
    let begun = drawn(&wider(), FreshWeights::LEXICAL)?;
    let (before, after) = (tempfile::tempdir()?, tempfile::tempdir()?);
    begun.save(before.path())?;
    let weights = TokenWeights::idf(&begun.tokenizer, std::iter::repeat_n("東京 a", 1_000))?;
    Checkpoint { colbert: begun.colbert.weigh_tokens(&weights), ..begun }.save(after.path())?;

    let rows = |folder: &Path| {
        let bytes = std::fs::read(folder.join("model.safetensors"))?;
        let file = safetensors::SafeTensors::deserialize(&bytes)?;
        let values: Vec<f32> = file
            .tensor(WORDS)?
            .data()
            .as_chunks()
            .0
            .iter()
            .map(|&b| f32::from_le_bytes(b))
            .collect();
        Ok::<_, Box<dyn std::error::Error>>(values.chunks(64).map(Vec::from).collect::<Vec<_>>())
    };
    let (before, after) = (rows(before.path())?, rows(after.path())?);
    let cosine = |left: &[f32], right: &[f32]| {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        dot(left, right) / (dot(left, left) * dot(right, right)).sqrt()
    };
    assert_eq!(after[8], before[8], "a token of no passage keeps its vector");
    let common = &after[MASK as usize];
    for id in [TOKYO[0], TOKYO[1], A] {
        let (row, weight) = (&after[id as usize], weights.of(id));
        assert!(weight < 1e-3 && cosine(row, common) > 0.98, "{id}: {weight}");
    }
    assert!(cosine(common, &before[MASK as usize]).abs() < 0.5);
    Ok(())
}

#[test]
fn without_passages_all_words_weigh_the_same() {
    // An empty collection tells nothing of any token but those of queries.
    let tokenizer = drawn(&Tiny::new(), FreshWeights::BERT).expect("the tiny model").tokenizer;
    let weights = TokenWeights::idf(&tokenizer, []).expect("nothing is read");
    assert_eq!((weights.of(A), weights.of(MASK)), (1.0, 0.0));
}

/// Passages with both words of the query `東 a`, side by side in the first of each pair only. What stands beside them
/// otherwise is not what frames the query.
const TOGETHER_OR_APART: [[&str; 2]; 2] =
    [["京 東 a 京", "京 東 京 a 京"], ["京 京 東 a 京 京", "京 a 京 京 東 京"]];

#[test]
fn words_that_stand_together_are_found_better() -> TestResult {
    let score = |encoder: &Encoder, passage: &str| -> Result<f32, Error> {
        let query = encoder.encode_query("東 a")?.embeddings;
        let passage = encoder.encode_passages(&[passage])?.embeddings.remove(0);
        let dot = |q: &[f32], p: &[f32]| q.iter().zip(p).map(|(q, p)| q * p).sum::<f32>();
        let best = |q| passage.as_ref().rows().map(|p| dot(q, p)).fold(f32::MIN, f32::max);
        Ok(query.as_ref().rows().map(best).sum())
    };
    let with_room = wider().but(|tiny| {
        tiny.config["hidden_size"] = json!(256);
        tiny.config["num_attention_heads"] = json!(4);
        tiny.metadata["dim"] = json!(128);
    });
    let mut gains = Vec::new();
    for _draw in 0..5 {
        let begun = drawn(&with_room, FreshWeights::LEXICAL)?;
        // Of words that are in no passage each counts, of `[MASK]` and the frame none does.
        let weights = TokenWeights::idf(&begun.tokenizer, std::iter::repeat_n("-", 1_000))?;
        let colbert = begun.colbert.clone().weigh_tokens(&weights).blend_neighbours(0.5)?;
        let blended = encoder_of(Checkpoint { colbert, ..begun })?;
        for [together, apart] in TOGETHER_OR_APART {
            gains.push(score(&blended, together)? - score(&blended, apart)?);
        }
    }
    let mean = gains.iter().sum::<f32>() / gains.len() as f32;
    assert!(mean > 0.1, "{gains:?}");
    Ok(())
}

#[test]
fn neighbours_need_two_heads_and_a_share() -> TestResult {
    let narrow = wider().but(|tiny| tiny.config["num_attention_heads"] = json!(1));
    let one_head = drawn(&narrow, FreshWeights::LEXICAL)?.colbert;
    let found = one_head.blend_neighbours(0.25);
    assert!(matches!(found, Err(Error::Neighbours { share: 0.25, heads }) if heads == [64]));
    let colbert = drawn(&wider(), FreshWeights::LEXICAL)?.colbert;
    for share in [-0.1, f64::NAN, f64::INFINITY] {
        let found = colbert.clone().blend_neighbours(share);
        assert!(matches!(found, Err(Error::Neighbours { .. })), "{share}");
    }
    colbert.blend_neighbours(0.0)?;
    Ok(())
}
