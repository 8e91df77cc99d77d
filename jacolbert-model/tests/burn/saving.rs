//! Checkpoints that are saved.

use std::path::Path;

use jacolbert_model::{
    Checkpoint, ColbertConfig, Device, Encoder, Error, LoadOptions, QueryLength,
};
use jacolbert_testing::small_dictionary;
use safetensors::SafeTensors;
use tempfile::TempDir;

use crate::TestResult;
use crate::layout_folders::{assembled, here};
use crate::on_modules::on_every_burn_device;
use crate::tiny::{Tiny, VOCABULARY};

const JAPANESE: &str = r#"{
    "tokenizer_class": "BertJapaneseTokenizer", "word_tokenizer_type": "mecab",
    "mecab_kwargs": {"mecab_dic": "unidic_lite"},
    "added_tokens_decoder": {"14": {"content": "[Q] ", "special": false}}
}"#;

/// The tiny checkpoint with the vocabulary as lines instead of a `tokenizer.json`.
fn japanese_folder() -> std::io::Result<TempDir> {
    let folder = Tiny::new().write()?;
    std::fs::remove_file(folder.path().join("tokenizer.json"))?;
    std::fs::write(folder.path().join("tokenizer_config.json"), JAPANESE)?;
    Ok(folder)
}

#[test]
fn a_saved_checkpoint_is_the_same_again() -> TestResult {
    let folder = Tiny::new().write()?;
    let texts = ["東京 ab!", "", "a-b"];
    on_every_burn_device(|on, _| {
        let device = &on.device;
        let copy = tempfile::tempdir()?;
        let checkpoint = Checkpoint::from_dir(folder.path(), &Default::default(), device)?;
        checkpoint.save(copy.path())?;
        let again = Checkpoint::from_dir(copy.path(), &Default::default(), device)?;
        assert_eq!((again.bert, again.config), (checkpoint.bert, checkpoint.config));
        let expected = Encoder::from_dir(folder.path(), &Default::default(), device)?
            .encode_passages(&texts)?;
        assert_eq!(
            Encoder::from_dir(copy.path(), &Default::default(), device)?.encode_passages(&texts)?,
            expected
        );
        Ok(())
    })
}

#[test]
fn saved_weights_have_the_names_and_shapes_of_the_original() -> TestResult {
    let tiny = Tiny::new();
    let folder = tiny.write()?;
    on_every_burn_device(|on, _| {
        let copy = tempfile::tempdir()?;
        Checkpoint::from_dir(folder.path(), &Default::default(), &on.device)?.save(copy.path())?;
        let bytes = std::fs::read(copy.path().join("model.safetensors"))?;
        let saved = safetensors::SafeTensors::deserialize(&bytes)?;
        assert_eq!(saved.len(), tiny.tensors.len());
        for (name, tensor) in &tiny.tensors {
            let view = saved.tensor(name)?;
            assert_eq!((view.shape(), view.data()), (&tensor.shape[..], &tensor.bytes[..]));
        }
        Ok(())
    })
}

#[test]
fn every_layout_is_saved_in_that_of_colbert_ai() -> TestResult {
    let f32s = std::fs::read(here().join("layouts/f32/model.safetensors"))?;
    let mut layouts = vec!["no_prefix", "pylate"];
    if cfg!(feature = "pytorch") {
        layouts.extend(["bin_views_f16", "pylate_folders"]);
    }
    let expected = SafeTensors::deserialize(&f32s)?;
    for layout in layouts {
        let folder = assembled(layout)?;
        on_every_burn_device(|on, _| {
            let saved = tempfile::tempdir()?;
            Checkpoint::from_dir(folder.path(), &Default::default(), &on.device)?
                .save(saved.path())?;
            let bytes = std::fs::read(saved.path().join("model.safetensors"))?;
            let found = SafeTensors::deserialize(&bytes)?;
            assert_eq!(found.len(), expected.len());
            for (name, tensor) in expected.iter() {
                assert_eq!(found.tensor(name)?, tensor, "{layout}: {name}");
            }
            TestResult::Ok(())
        })?;
    }
    Ok(())
}

/// The settings that a checkpoint with `config` has once it is saved.
fn saved(config: &ColbertConfig, folder: &Path) -> Result<ColbertConfig, Error> {
    let copy = tempfile::tempdir().expect("a temporary folder");
    let options = LoadOptions { config: Some(config.clone()), ..Default::default() };
    Checkpoint::from_dir(folder, &options, &Device::flex())?.save(copy.path())?;
    ColbertConfig::from_dir(copy.path())
}

#[test]
fn saved_settings_are_the_same_again() -> TestResult {
    let folder = Tiny::new().write()?;
    let tiny = ColbertConfig::from_dir(folder.path())?;
    for query_length in [QueryLength::Fixed(9), QueryLength::AtMost(9), QueryLength::Dynamic] {
        let config = ColbertConfig { query_length, ..tiny.clone() };
        assert_eq!(saved(&config, folder.path())?, config);
    }
    let config = ColbertConfig { skiplist_words: vec!["a".into()], ..tiny };
    assert_eq!(saved(&config, folder.path())?, config);
    Ok(())
}

#[test]
fn a_saved_checkpoint_has_the_same_lines_and_settings() -> TestResult {
    let folder = japanese_folder()?;
    let copy = tempfile::tempdir()?;
    let lines = VOCABULARY.join("\n") + "\n\n日本\n";
    std::fs::write(folder.path().join("vocab.txt"), &lines)?;
    let dictionary = small_dictionary::folder();
    let options = LoadOptions { dictionary: Some(dictionary.path().into()), ..Default::default() };
    Checkpoint::from_dir(folder.path(), &options, &Device::flex())?.save(copy.path())?;
    assert_eq!(std::fs::read_to_string(copy.path().join("vocab.txt"))?, lines);
    let settings = std::fs::read_to_string(copy.path().join("tokenizer_config.json"))?;
    assert_eq!(settings, JAPANESE);
    let texts = ["東京 ab!", "", "a-b"];
    let expected =
        Encoder::from_dir(folder.path(), &options, &Device::cpu())?.encode_passages(&texts)?;
    assert_eq!(
        Encoder::from_dir(copy.path(), &options, &Device::cpu())?.encode_passages(&texts)?,
        expected
    );
    Ok(())
}
