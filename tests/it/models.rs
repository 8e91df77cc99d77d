//! Which model belongs to a collection, and what loading it takes.

use std::fs;
use std::path::Path;

use jacolbert::model::{ColbertConfig, Error as ModelError};
use jacolbert::tokenizer::Error as TokenizerError;
use jacolbert::{
    Device, Document, Error, IndexOptions, LoadOptions, Retriever, SearchOptions, Splitting,
};
use jacolbert_testing::small_dictionary;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::sample::{TestResult, documents, model, retriever};

/// A copy of the demonstration model after `change` to its folder.
fn changed(change: impl FnOnce(&Path) -> std::io::Result<()>) -> std::io::Result<Option<TempDir>> {
    let Some(model) = model() else { return Ok(None) };
    let copy = tempfile::tempdir()?;
    for entry in fs::read_dir(model)? {
        let entry = entry?;
        fs::copy(entry.path(), copy.path().join(entry.file_name()))?;
    }
    change(copy.path())?;
    Ok(Some(copy))
}

/// The least of all changes: one bit of one weight.
fn other_weights(folder: &Path) -> std::io::Result<()> {
    let path = folder.join("model.safetensors");
    let mut bytes = fs::read(&path)?;
    let low_byte = bytes.len() - 4;
    bytes[low_byte] ^= 1;
    fs::write(path, bytes)
}

/// Makes the folder one whose text is cut by a dictionary, as the published checkpoints' is.
fn words_by_dictionary(folder: &Path) -> std::io::Result<()> {
    let json = folder.join("tokenizer.json");
    let tokenizer: Value = serde_json::from_slice(&fs::read(&json)?)?;
    let tokens = tokenizer["model"]["vocab"].as_array().into_iter().flatten();
    let lines: String =
        tokens.filter_map(|token| token[0].as_str()).flat_map(|t| [t, "\n"]).collect();
    fs::remove_file(json)?;
    fs::write(folder.join("vocab.txt"), lines)?;
    let settings = json!({
        "tokenizer_class": "BertJapaneseTokenizer", "word_tokenizer_type": "mecab",
    });
    fs::write(folder.join("tokenizer_config.json"), settings.to_string())
}

#[test]
fn another_model_of_the_same_dim_is_an_error() -> TestResult {
    let (Some(retriever), Some(copy)) = (retriever(), changed(other_weights)?) else {
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    retriever.index(folder.path(), &documents(), &IndexOptions::default())?;
    let other = Retriever::from_dir(copy.path(), &Device::cpu())?;
    let error = other.open(folder.path()).expect_err("another model");
    let [expected, found] = [retriever, &other]
        .map(|retriever| retriever.encoder().fingerprint().map(|f| f.to_string()));
    let (right, wrong) = (expected?, found?);
    assert!(
        matches!(&error, Error::OtherModel { path, expected, found }
            if path == folder.path() && *expected == right && *found == wrong),
        "{error:?}"
    );
    Ok(())
}

#[test]
fn a_checkpoint_that_changed_is_noticed_when_its_collection_is_opened() -> TestResult {
    let Some(copy) = changed(|_| Ok(()))? else { return Ok(()) };
    let (folder, device) = (tempfile::tempdir()?, Device::cpu());
    let retriever = Retriever::from_dir(copy.path(), &device)?;
    let mut collection =
        retriever.index(folder.path(), &documents(), &IndexOptions::default())?.collection;
    collection.add(&[Document::new("川", "信濃川は長い。")], Splitting::default())?;
    Retriever::from_collection(folder.path(), &device)?;
    other_weights(copy.path())?;
    let error = Retriever::from_collection(folder.path(), &device);
    assert!(matches!(error, Err(Error::OtherModel { .. })));
    Ok(())
}

#[test]
fn encodings_of_another_model_are_an_error() -> TestResult {
    let (Some(retriever), Some(copy)) = (retriever(), changed(other_weights)?) else {
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("encodings.safetensors");
    let mut collection = retriever.in_memory();
    collection.add(&documents(), Splitting::default())?;
    collection.save(&path)?;
    let other = Retriever::from_dir(copy.path(), &Device::cpu())?;
    let error = other.load_in_memory(&path);
    assert!(matches!(error, Err(Error::OtherModel { path: found, .. }) if found == path));
    Ok(())
}

#[test]
fn settings_count_as_the_model_does_and_lengths_do_not() -> TestResult {
    let (Some(retriever), Some(model)) = (retriever(), model()) else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    retriever.index(folder.path(), &documents(), &IndexOptions::default())?;
    let open = |change: fn(&mut ColbertConfig)| {
        let mut config = ColbertConfig::from_dir(&model)?;
        change(&mut config);
        let options = LoadOptions { config: Some(config), ..Default::default() };
        Retriever::from_dir_with(&model, &options, &Device::cpu())?.open(folder.path())
    };
    open(|config| config.doc_maxlen = 100)?;
    let error = open(|config| config.mask_punctuation = false);
    assert!(matches!(error, Err(Error::OtherModel { .. })));
    Ok(())
}

#[test]
fn a_collection_without_a_fingerprint_opens() -> TestResult {
    let Some(retriever) = retriever() else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    let indexed = retriever.index(folder.path(), &documents(), &IndexOptions::default())?;
    let attached = indexed.collection.index().attachment("settings").ok_or("no settings")?;
    let mut settings: Value = serde_json::from_slice(attached.as_ref())?;
    let keys = settings.as_object_mut().ok_or("no object")?;
    assert!(keys.remove("fingerprint").is_some() && keys.remove("dictionary").is_some());
    let mut writer = jacolbert::index::IndexWriter::open(folder.path())?;
    writer.attach("settings", settings.to_string().as_bytes());
    writer.commit()?;
    let hits = retriever.open(folder.path())?.search("山", &SearchOptions::exact(9))?;
    assert_eq!(hits.len(), 5);
    Ok(())
}

#[test]
fn a_model_that_needs_a_dictionary_goes_through_the_facade() -> TestResult {
    let Some(copy) = changed(words_by_dictionary)? else { return Ok(()) };
    let (dictionary, device) = (small_dictionary::folder(), Device::cpu());
    let without = Retriever::from_dir(copy.path(), &device);
    assert!(matches!(
        without,
        Err(Error::Model(ModelError::Tokenizer(TokenizerError::NeedsDictionary { .. })))
    ));
    let options = LoadOptions { dictionary: Some(dictionary.path().into()), ..Default::default() };
    let retriever = Retriever::from_dir_with(copy.path(), &options, &device)?;
    let folder = tempfile::tempdir()?;
    let indexed = retriever.index(folder.path(), &documents(), &IndexOptions::default())?;
    let hits = indexed.collection.search("東京の山", &SearchOptions::exact(9))?;

    let (remembered, collection) = Retriever::from_collection(folder.path(), &device)?;
    assert_eq!(remembered.encoder().dictionary(), Some(dictionary.path()));
    assert_eq!(collection.search("東京の山", &SearchOptions::exact(9))?, hits);
    drop((remembered, collection));

    let moved = small_dictionary::folder();
    drop(dictionary);
    let gone = Retriever::from_collection(folder.path(), &device);
    assert!(matches!(
        gone,
        Err(Error::Model(ModelError::Tokenizer(TokenizerError::Dictionary { .. })))
    ));
    let options = LoadOptions { dictionary: Some(moved.path().into()), ..Default::default() };
    let (_, collection) = Retriever::from_collection_with(folder.path(), &options, &device)?;
    assert_eq!(collection.search("東京の山", &SearchOptions::exact(9))?, hits);
    Ok(())
}
