//! What changes the fingerprint of a model, and what does not.

use std::path::Path;

use jacolbert_model::{ColbertConfig, Device, Encoder, Fingerprint, LoadOptions};
use serde_json::json;

use crate::TestResult;
use crate::devices::on_every_device;
use crate::layout_folders::assembled;
use crate::tiny::{Tensor, Tiny};

const LAYOUTS: &[&str] = &["f32", "f16", "bf16", "old_names", "no_prefix", "pylate"];

/// Those with pickles.
#[cfg(feature = "pytorch")]
const PICKLED: &[&str] =
    &["bin_f32", "bin_views_f16", "bin_old_names_bf16", "bin_before_1_6", "pylate_folders"];

#[cfg(not(feature = "pytorch"))]
const PICKLED: &[&str] = &[];

fn of(tiny: &Tiny) -> Result<Fingerprint, jacolbert_model::Error> {
    tiny.load()?.fingerprint()
}

/// The tiny checkpoint after `change` must differ in these parts: weights, tokenizer, settings.
fn check(change: impl FnOnce(&mut Tiny), differs: [bool; 3]) -> TestResult {
    let (found, plain) = (of(&Tiny::new().but(change))?, of(&Tiny::new())?);
    let parts = [
        found.weights != plain.weights,
        found.tokenizer != plain.tokenizer,
        found.settings != plain.settings,
    ];
    assert_eq!(parts, differs);
    Ok(())
}

#[test]
fn every_layout_of_the_same_weights_has_the_same() -> TestResult {
    let expected =
        Encoder::from_dir(assembled("f32")?.path(), &Default::default(), &Device::cpu())?
            .fingerprint()?;
    for layout in LAYOUTS.iter().chain(PICKLED) {
        let folder = assembled(layout)?;
        on_every_device(|on| {
            let found =
                Encoder::from_dir(folder.path(), &Default::default(), &on.device)?.fingerprint()?;
            assert_eq!(found, expected, "{layout}");
            TestResult::Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn one_weight_changes_it() -> TestResult {
    for name in Tiny::new().tensors.keys() {
        let change = |tiny: &mut Tiny| {
            let tensor = tiny.tensors.get_mut(name).expect("a tensor");
            let mut values = tensor.values();
            values[1] += 1.0 / 64.0;
            *tensor = Tensor::of_f32(&tensor.shape, &values);
        };
        check(change, [true, false, false])?;
    }
    Ok(())
}

#[test]
fn the_places_of_equal_weights_count() -> TestResult {
    let swap = |tiny: &mut Tiny| {
        let (query, key) = ("query", "key");
        let name = |part: &str| format!("bert.encoder.layer.0.attention.self.{part}.weight");
        let weights = tiny.tensors.remove(&name(query)).expect("weights of queries");
        let other = tiny.tensors.insert(name(key), weights).expect("weights of keys");
        tiny.tensors.insert(name(query), other);
    };
    check(swap, [true, false, false])
}

#[test]
fn what_decides_over_ids_changes_it() -> TestResult {
    let tokenizer = [false, true, false];
    check(|tiny| tiny.tokenizer["model"]["vocab"]["木"] = json!(14), tokenizer)?;
    check(|tiny| tiny.tokenizer["normalizer"] = json!({ "type": "Lowercase" }), tokenizer)?;
    check(|tiny| tiny.metadata["mask_punctuation"] = json!(false), tokenizer)?;
    check(|tiny| tiny.metadata["skiplist_words"] = json!(["東"]), tokenizer)?;
    check(|tiny| tiny.metadata["doc_token_id"] = json!("[unused0]"), tokenizer)
}

#[test]
fn what_no_shape_tells_changes_it() -> TestResult {
    let settings = [false, false, true];
    check(|tiny| tiny.config["num_attention_heads"] = json!(4), settings)?;
    check(|tiny| tiny.config["hidden_act"] = json!("relu"), settings)?;
    check(|tiny| tiny.config["layer_norm_eps"] = json!(1e-6), settings)?;
    check(|tiny| tiny.metadata["attend_to_mask_tokens"] = json!(true), settings)
}

#[test]
fn lengths_and_dropout_do_not_change_it() -> TestResult {
    let nothing = [false; 3];
    check(|tiny| tiny.metadata["query_maxlen"] = json!(12), nothing)?;
    check(|tiny| tiny.metadata["doc_maxlen"] = json!(30), nothing)?;
    check(|tiny| tiny.config["hidden_dropout_prob"] = json!(0.3), nothing)
}

#[test]
fn settings_given_count_as_those_of_the_folder_do() -> TestResult {
    let folder = Tiny::new().write()?;
    let config =
        ColbertConfig { mask_punctuation: false, ..ColbertConfig::from_dir(folder.path())? };
    let options = LoadOptions { config: Some(config), ..Default::default() };
    let found = Encoder::from_dir(folder.path(), &options, &Device::cpu())?.fingerprint()?;
    assert_eq!(
        found,
        of(&Tiny::new().but(|tiny| tiny.metadata["mask_punctuation"] = json!(false)))?
    );
    Ok(())
}

/// Collections keep fingerprints: what this is today it must be in every later version.
#[test]
fn a_fingerprint_stays_what_it_was() -> TestResult {
    assert_eq!(of(&Tiny::new())?.to_string(), "53e6e684-1c545dc6-8eab3d4e");
    Ok(())
}

#[test]
fn the_fingerprint_of_the_demonstration_model_stays_what_it_was() -> TestResult {
    let mini = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/mini");
    let encoder = Encoder::from_dir(&mini, &LoadOptions::default(), &Device::cpu())?;
    assert_eq!(encoder.fingerprint()?.to_string(), "359c1a64-40937bad-8c27b188");
    Ok(())
}
