//! One test per kind of damage to a checkpoint.

use jacolbert_model::{Activation, BertConfig, Error};
use jacolbert_tokenizer::Error as TokenizerError;
use safetensors::Dtype;
use serde_json::json;

use crate::TestResult;
use crate::tiny::{Tensor, Tiny, load};

/// Loads the tiny checkpoint after `change`, which must make it unfit.
fn spoilt(change: impl FnOnce(&mut Tiny)) -> Error {
    Tiny::new().but(change).load().expect_err("a spoilt checkpoint")
}

#[test]
fn each_file_of_a_checkpoint_is_needed() -> TestResult {
    let without = |file: &str| {
        let folder = Tiny::new().write().expect("a temporary folder");
        std::fs::remove_file(folder.path().join(file)).expect("a file");
        load(folder.path()).expect_err(file)
    };
    let error = without("config.json");
    assert!(matches!(error, Error::Io { path, .. } if path.ends_with("config.json")));
    let error = without("artifact.metadata");
    assert!(matches!(&error, Error::NoMetadata { .. }), "{error:?}");
    assert!(error.to_string().contains("artifact.metadata"), "{error}");
    let error = without("tokenizer.json");
    assert!(
        matches!(error, Error::Tokenizer(TokenizerError::NoTokenizer { beside: None, .. })),
        "{error:?}"
    );
    Ok(())
}

#[test]
fn settings_that_are_no_json_object_are_named() -> TestResult {
    for file in ["config.json", "artifact.metadata"] {
        for content in [" ", "[1]", "{\"dim\": "] {
            let folder = Tiny::new().write()?;
            std::fs::write(folder.path().join(file), content)?;
            let error = load(folder.path()).expect_err(content);
            assert!(matches!(error, Error::Json { path, .. } if path.ends_with(file)));
        }
    }
    Ok(())
}

#[test]
fn a_size_that_config_json_lacks_is_the_default_and_is_held_against_the_weights() {
    let words = "bert.embeddings.word_embeddings.weight";
    let inner = "bert.encoder.layer.0.intermediate.dense.weight";
    let positions = "bert.embeddings.position_embeddings.weight";
    let sizes = [
        ("vocab_size", words, vec![30_522, 8], vec![16, 8]),
        ("hidden_size", words, vec![16, 768], vec![16, 8]),
        ("intermediate_size", inner, vec![3_072, 8], vec![12, 8]),
        ("max_position_embeddings", positions, vec![512, 8], vec![40, 8]),
    ];
    for (name, tensor_name, of_default, of_weights) in sizes {
        let error = spoilt(|tiny| {
            tiny.config.as_object_mut().and_then(|keys| keys.remove(name));
        });
        assert!(
            matches!(&error, Error::TensorShape { path, tensor, expected, found }
                if path.ends_with("model.safetensors") && tensor == tensor_name
                && *expected == of_default && *found == of_weights),
            "{error}"
        );
        assert!(error.to_string().contains("defaults"), "{error}");
    }
    let error = spoilt(|tiny| tiny.config["num_attention_heads"] = json!(null));
    assert!(matches!(error, Error::Heads { hidden_size: 8, num_attention_heads: 12, .. }));
    let error = spoilt(|tiny| tiny.config["num_hidden_layers"] = json!(null));
    assert!(matches!(error, Error::MissingTensor { tensor, .. } if tensor.contains("layer.2.")));
}

#[test]
fn settings_that_config_json_lacks_are_those_of_transformers() -> TestResult {
    let whole = Tiny::new().load()?;
    for name in ["model_type", "hidden_act", "type_vocab_size", "layer_norm_eps"] {
        for change in [None, Some(json!(null))] {
            let same = Tiny::new().but(|tiny| {
                let keys = tiny.config.as_object_mut().expect("an object");
                keys.remove(name);
                keys.extend(change.map(|null| (name.to_string(), null)));
            });
            assert_eq!(same.load()?.fingerprint()?, whole.fingerprint()?, "{name}");
        }
    }
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("config.json"), "{}")?;
    let vocab_size = BertConfig::VOCAB_SIZE_OF_BERT;
    let expected = BertConfig { vocab_size, ..Default::default() };
    assert_eq!(BertConfig::from_dir(folder.path())?, expected);
    assert_eq!((expected.vocab_size, expected.hidden_size), (30_522, 768));
    assert_eq!((expected.num_hidden_layers, expected.num_attention_heads), (12, 12));
    assert_eq!((expected.intermediate_size, expected.max_position_embeddings), (3_072, 512));
    assert_eq!((expected.type_vocab_size, expected.layer_norm_eps), (2, 1e-12));
    assert_eq!(expected.hidden_act, Activation::Gelu);
    Ok(())
}

#[test]
fn settings_that_cannot_be_followed_are_named() {
    let check = |name: &str, value: serde_json::Value| {
        let error = spoilt(|tiny| {
            tiny.config[name] = value.clone();
            tiny.metadata[name] = value.clone();
        });
        let expected = value.to_string();
        assert!(
            matches!(&error, Error::Setting { key, found, .. }
                if *key == name && *found == expected),
            "{error}"
        );
    };
    check("model_type", json!("roberta"));
    check("position_embedding_type", json!("relative_key"));
    check("hidden_act", json!("swish"));
    check("hidden_size", json!(-8));
    check("num_attention_heads", json!(0));
    check("num_hidden_layers", json!(1_000_000_000));
    check("hidden_dropout_prob", json!(1.0));
    check("layer_norm_eps", json!("small"));
    check("similarity", json!("l2"));
    check("dim", json!(0));
    check("mask_punctuation", json!("yes"));
    check("query_token_id", json!(5));
}

#[test]
fn heads_must_divide_the_hidden_size() {
    let error = spoilt(|tiny| tiny.config["num_attention_heads"] = json!(3));
    assert!(matches!(error, Error::Heads { hidden_size: 8, num_attention_heads: 3, .. }));
}

#[test]
fn lengths_need_room_for_markers_and_positions_in_the_model() {
    let error = spoilt(|tiny| tiny.metadata["query_maxlen"] = json!(2));
    assert!(matches!(error, Error::Length { key: "query_maxlen", length: 2, min: 3, max: 40, .. }));
    let error = spoilt(|tiny| tiny.metadata["doc_maxlen"] = json!(41));
    assert!(matches!(error, Error::Length { key: "doc_maxlen", length: 41, min: 3, max: 40, .. }));
}

#[test]
fn a_missing_tensor_is_named() {
    for name in Tiny::new().tensors.keys() {
        let error = spoilt(|tiny| {
            tiny.tensors.remove(name);
        });
        assert!(
            matches!(&error, Error::MissingTensor { path, tensor }
                if path.ends_with("model.safetensors") && tensor == name),
            "{error}"
        );
    }
}

#[test]
fn a_misshapen_tensor_is_named_with_both_shapes() {
    for (name, whole) in &Tiny::new().tensors {
        let mut shape = whole.shape.clone();
        shape[0] += 1;
        let values = vec![0.0; shape.iter().product()];
        let error = spoilt(|tiny| {
            tiny.tensors.insert(name.clone(), Tensor::of_f32(&shape, &values));
        });
        assert!(
            matches!(&error, Error::TensorShape { tensor, expected, found, .. }
                if tensor == name && *expected == whole.shape && *found == shape),
            "{error}"
        );
    }
}

#[test]
fn another_dim_than_the_weights_have_is_a_misshapen_projection() {
    let error = spoilt(|tiny| tiny.metadata["dim"] = json!(5));
    assert!(matches!(error, Error::TensorShape { tensor, expected, found, .. }
        if tensor == "linear.weight" && expected == [5, 8] && found == [4, 8]));
}

#[test]
fn a_tensor_of_another_kind_of_number_is_named() {
    let error = spoilt(|tiny| {
        let tensor = tiny.tensors.get_mut("linear.weight").expect("the projection");
        tensor.dtype = Dtype::I32;
    });
    assert!(matches!(error, Error::TensorDtype { tensor, found, .. }
        if tensor == "linear.weight" && found == "I32"));
}

#[test]
fn a_deeper_model_than_the_settings_say_is_an_error() {
    let error = spoilt(|tiny| tiny.config["num_hidden_layers"] = json!(1));
    assert!(matches!(error, Error::SurplusTensor { tensor, .. }
        if tensor.starts_with("bert.encoder.layer.1.")));
}

#[test]
fn weights_that_are_cut_off_anywhere_are_an_error() -> TestResult {
    let folder = Tiny::new().write()?;
    let path = folder.path().join("model.safetensors");
    let whole = std::fs::read(&path)?;
    for length in [1, 7, 8, 100, whole.len() - 1] {
        std::fs::write(&path, &whole[..length])?;
        let error = load(folder.path()).expect_err("a truncated file");
        assert!(matches!(error, Error::Safetensors { .. }));
    }
    Ok(())
}

#[test]
fn weights_with_a_damaged_header_are_an_error() -> TestResult {
    let folder = Tiny::new().write()?;
    let path = folder.path().join("model.safetensors");
    let whole = std::fs::read(&path)?;
    for at in [0, 3, 7, 8, 20] {
        let mut damaged = whole.clone();
        damaged[at] ^= 0xff;
        std::fs::write(&path, damaged)?;
        let error = load(folder.path()).expect_err("a damaged file");
        assert!(matches!(error, Error::Safetensors { .. }));
    }
    Ok(())
}

#[test]
fn weights_that_are_not_finite_are_an_error_when_they_reach_an_embedding() -> TestResult {
    let tiny = Tiny::new().but(|tiny| {
        let nan = Tensor::of_f32(&[4, 8], &[f32::NAN; 32]);
        tiny.tensors.insert("linear.weight".into(), nan);
    });
    let error = tiny.load()?.encode_queries(&["東京"]).expect_err("embeddings of NaN");
    assert!(matches!(error, Error::Embeddings { text: 0, .. }));
    Ok(())
}

#[test]
fn a_file_that_is_no_tokenizer_is_named() {
    let error = spoilt(|tiny| tiny.tokenizer = json!({ "model": 1 }));
    assert!(matches!(error, Error::Tokenizer(TokenizerError::TokenizerFile { path, .. })
        if path.ends_with("tokenizer.json")));
}

#[test]
fn each_special_token_is_needed() {
    for name in ["[CLS]", "[SEP]", "[MASK]", "[PAD]", "[UNK]", "[unused0]", "[unused1]"] {
        let error = spoilt(|tiny| {
            tiny.tokenizer["added_tokens"] = json!([]);
            let vocabulary = tiny.tokenizer["model"]["vocab"].as_object_mut();
            vocabulary.and_then(|tokens| tokens.remove(name));
        });
        assert!(matches!(error, Error::Tokenizer(TokenizerError::MissingToken { token, .. })
            if token == name));
    }
}

#[test]
fn a_tokenizer_with_more_tokens_than_the_model_is_an_error() {
    let error = spoilt(|tiny| tiny.tokenizer["model"]["vocab"]["木"] = json!(16));
    assert!(matches!(error, Error::Vocabulary { largest: 16, vocab_size: 16, .. }));
}

#[test]
fn a_tokenizer_that_fails_on_punctuation_is_an_error_of_its_file() {
    let error = spoilt(|tiny| tiny.tokenizer["model"]["unk_token"] = json!("[nothing]"));
    assert!(matches!(error, Error::Tokenizer(TokenizerError::Encode { path, .. })
        if path.ends_with("tokenizer.json")));
}

#[test]
fn a_text_that_cannot_be_tokenized_is_named() -> TestResult {
    let tiny = Tiny::new().but(|tiny| {
        tiny.tokenizer["model"]["unk_token"] = json!("[nothing]");
        tiny.metadata["mask_punctuation"] = json!(false);
    });
    let error = tiny.load()?.encode_passages(&["a", "木"]).expect_err("an unknown word");
    assert!(matches!(error, Error::Text { text: 1, .. }));
    Ok(())
}
