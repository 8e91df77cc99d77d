//! The number formats in which an encoder on the CPU multiplies.

use jacolbert_model::{Device, Encoder, Error, LoadOptions, Precision};
use jacolbert_tokenizer::{IgnorableCharacters, OtherDictionary};

use crate::TestResult;
use crate::tiny::Tiny;

const TEXTS: [&str; 3] = ["東 a", "a 東 東 a a", "a"];

/// The embeddings of all texts, one number after the other.
fn numbers(encoder: &Encoder) -> Result<Vec<f32>, Error> {
    let embeddings = encoder.encode_passages(&TEXTS)?.embeddings;
    Ok(embeddings.iter().flat_map(|text| text.as_ref().rows()).flatten().copied().collect())
}

fn farthest(left: &[f32], right: &[f32]) -> f32 {
    assert_eq!(left.len(), right.len());
    left.iter().zip(right).map(|(left, right)| (left - right).abs()).fold(0.0, f32::max)
}

#[test]
fn each_format_is_the_one_that_was_asked_for() -> TestResult {
    let folder = Tiny::new().write()?;
    let load = |precision| {
        let options = LoadOptions { precision, ..Default::default() };
        let encoder = Encoder::from_dir(folder.path(), &options, &Device::cpu())?;
        assert_eq!(encoder.precision(), precision);
        numbers(&encoder)
    };
    let exact = load(Precision::F32)?;
    for precision in [Precision::Bf16, Precision::Int8] {
        let apart = farthest(&load(precision)?, &exact);
        assert!(apart > 1e-5 && apart < 0.05, "{precision} is near and not the same: {apart}");
    }
    assert_ne!(load(Precision::Bf16)?, load(Precision::Int8)?);
    Ok(())
}

#[test]
fn a_format_that_the_cpu_has_not_is_an_error() -> TestResult {
    let folder = Tiny::new().write()?;
    let options = LoadOptions { precision: Precision::F16, ..Default::default() };
    let error = Encoder::from_dir(folder.path(), &options, &Device::cpu()).expect_err("no f16");
    assert!(
        matches!(&error, Error::Precision { precision: Precision::F16, device, takes }
            if device == "cpu" && takes.len() == 3),
        "{error:?}"
    );
    Ok(())
}

#[test]
fn options_survive_serde_and_missing_fields_have_their_defaults() -> TestResult {
    let options = LoadOptions {
        precision: Precision::Int8,
        dictionary: Some("dicdir".into()),
        config: Some(Default::default()),
        other_dictionary: OtherDictionary::Accept,
        ignorable: IgnorableCharacters::Drop,
    };
    let json = serde_json::to_string(&options)?;
    assert_eq!(serde_json::from_str::<LoadOptions>(&json)?, options);
    assert_eq!(serde_json::from_str::<LoadOptions>("{}")?, LoadOptions::default());
    Ok(())
}
