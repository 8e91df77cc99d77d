//! Which model belongs to a collection, and what loading it takes.

use std::fs;
use std::path::Path;

use jacolbert::model::{ColbertConfig, Error as ModelError, QueryLength};
use jacolbert::tokenizer::Error as TokenizerError;
use jacolbert::{
    Collection, Document, Error, IgnorableCharacters, OtherDictionary, Precision, Retriever,
    SearchOptions,
};
use jacolbert_testing::data::mini;
use jacolbert_testing::small_dictionary;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::sample::{TestResult, documents, retriever};

/// A copy of the demonstration model after `change` to its folder.
fn changed(change: impl FnOnce(&Path) -> std::io::Result<()>) -> std::io::Result<TempDir> {
    let copy = tempfile::tempdir()?;
    for entry in fs::read_dir(mini())? {
        let entry = entry?;
        fs::copy(entry.path(), copy.path().join(entry.file_name()))?;
    }
    change(copy.path())?;
    Ok(copy)
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
    let retriever = retriever();
    let copy = changed(other_weights)?;
    let folder = tempfile::tempdir()?;
    retriever.index(folder.path(), documents())?;
    let other = Retriever::from_dir(copy.path())?;
    let error = other.open(folder.path()).expect_err("another model");
    let [expected, found] = [retriever, &other]
        .map(|retriever| retriever.encoder().fingerprint().map(|f| f.to_string()));
    let right = expected?;
    let wrong = found?;
    assert!(
        matches!(&error, Error::OtherModel { path, expected, found }
            if path == folder.path() && *expected == right && *found == wrong),
        "{error:?}"
    );
    Ok(())
}

#[test]
fn a_checkpoint_that_changed_is_noticed_when_its_collection_is_opened() -> TestResult {
    let copy = changed(|_| Ok(()))?;
    let folder = tempfile::tempdir()?;
    let retriever = Retriever::from_dir(copy.path())?;
    let collection = retriever.index(folder.path(), documents())?.collection;
    collection.add(&[Document::new("川", "信濃川は長い。")])?;
    Collection::open(folder.path())?;
    other_weights(copy.path())?;
    let error = Collection::open(folder.path());
    assert!(matches!(error, Err(Error::OtherModel { .. })));
    Ok(())
}

#[test]
fn encodings_of_another_model_are_an_error() -> TestResult {
    let retriever = retriever();
    let copy = changed(other_weights)?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("encodings.safetensors");
    let collection = retriever.in_memory();
    collection.add(documents())?;
    collection.save(&path)?;
    let other = Retriever::from_dir(copy.path())?;
    let error = other.load_in_memory(&path);
    assert!(matches!(error, Err(Error::OtherModel { path: found, .. }) if found == path));
    Ok(())
}

#[test]
fn settings_count_as_the_model_does_and_lengths_do_not() -> TestResult {
    let folder = tempfile::tempdir()?;
    retriever().index(folder.path(), documents())?;
    let open = |change: fn(&mut ColbertConfig)| {
        let mut config = ColbertConfig::from_dir(&mini())?;
        change(&mut config);
        Retriever::loader().config(config).load(mini())?.open(folder.path())
    };
    open(|config| config.doc_maxlen = 100)?;
    let error = open(|config| config.mask_punctuation = false);
    assert!(matches!(error, Err(Error::OtherModel { .. })));
    Ok(())
}

#[test]
fn a_collection_remembers_precision_and_config_of_its_model() -> TestResult {
    let folder = tempfile::tempdir()?;
    let mut config = ColbertConfig::from_dir(&mini())?;
    config.doc_maxlen = 16;
    config.query_length = QueryLength::Fixed(16);
    let loader = || Retriever::loader().precision(Precision::Int8).config(config.clone());
    let retriever = loader().load(mini())?;
    let question = "日本で一番高い山は？";
    let hits = retriever.index(folder.path(), documents())?.collection.search(question, 9)?;

    let collection = Collection::open(folder.path())?;
    let encoder = collection.retriever();
    let encoder = encoder.encoder();
    assert_eq!(encoder.precision(), Precision::Int8);
    assert_eq!(encoder.max_passage_tokens(), retriever.encoder().max_passage_tokens());
    assert_eq!(collection.search(question, 9)?, hits);
    // A change keeps what was remembered.
    collection.delete(["湖"])?;
    assert_eq!(Collection::open(folder.path())?.retriever().encoder().precision(), Precision::Int8);

    let loader = Retriever::loader().precision(Precision::F32);
    let exact = loader.config(ColbertConfig::from_dir(&mini())?).open_collection(folder.path())?;
    let exact = exact.retriever();
    assert_eq!(exact.encoder().precision(), Precision::F32);
    assert!(exact.encoder().max_passage_tokens() > encoder.max_passage_tokens());
    Ok(())
}

#[test]
fn a_collection_without_a_fingerprint_opens() -> TestResult {
    let retriever = retriever();
    let folder = tempfile::tempdir()?;
    let indexed = retriever.index(folder.path(), documents())?;
    let index = indexed.collection.index();
    let attached = index.attachment("settings").ok_or("no settings")?;
    let mut settings: Value = serde_json::from_slice(attached.as_ref())?;
    let keys = settings.as_object_mut().ok_or("no object")?;
    assert!(keys.remove("fingerprint").is_some() && keys.remove("dictionary").is_some());
    let mut writer = jacolbert::index::IndexWriter::open(folder.path())?;
    writer.attach("settings", settings.to_string().as_bytes());
    writer.commit()?;
    let hits =
        retriever.open(folder.path())?.query("山").options(SearchOptions::exact(9)).search()?;
    assert_eq!(hits.len(), 5);
    Ok(())
}

#[test]
fn a_model_that_needs_a_dictionary_goes_through_the_facade() -> TestResult {
    let copy = changed(words_by_dictionary)?;
    let dictionary = small_dictionary::folder();
    let without = Retriever::from_dir(copy.path());
    assert!(matches!(
        without,
        Err(Error::Model(ModelError::Tokenizer(TokenizerError::NeedsDictionary { .. })))
    ));
    let retriever = Retriever::loader().dictionary(dictionary.path()).load(copy.path())?;
    let folder = tempfile::tempdir()?;
    let indexed = retriever.index(folder.path(), documents())?;
    let hits = indexed.collection.query("東京の山").options(SearchOptions::exact(9)).search()?;

    let collection = Collection::open(folder.path())?;
    let remembered = collection.retriever();
    assert_eq!(remembered.encoder().dictionary(), Some(dictionary.path()));
    assert_eq!(collection.query("東京の山").options(SearchOptions::exact(9)).search()?, hits);
    drop((remembered, collection));

    let moved = small_dictionary::folder();
    drop(dictionary);
    let gone = Collection::open(folder.path());
    let error = gone.expect_err("the dictionary is needed");
    assert!(
        matches!(&error, Error::DictionaryGone { path, dictionary }
            if path == folder.path() && !dictionary.exists()),
        "{error:?}"
    );
    assert!(error.to_string().contains(".dictionary("), "{error}");
    let loader = Retriever::loader().dictionary(moved.path());
    let collection = loader.open_collection(folder.path())?;
    assert_eq!(collection.query("東京の山").options(SearchOptions::exact(9)).search()?, hits);
    collection.delete(["湖"])?;
    let healed = Collection::open(folder.path())?.retriever();
    assert_eq!(healed.encoder().dictionary(), Some(moved.path()));
    Ok(())
}

#[test]
fn a_name_without_a_folder_may_be_one_on_the_hub() {
    let error = Retriever::from_dir("bclavie/JaColBERT").expect_err("no such folder");
    assert!(
        matches!(&error, Error::NoModelFolder { path } if path == Path::new("bclavie/JaColBERT")),
        "{error:?}"
    );
    let message = error.to_string();
    assert!(message.starts_with("there is no folder bclavie/JaColBERT; "), "{message}");
    assert!(message.contains("`Retriever::from_hub`"), "{message}");
    assert_eq!(message.contains("cargo feature `hub`"), !cfg!(feature = "hub"), "{message}");
    for path in ["JaColBERT", "./bclavie/JaColBERT", "/no/such/folder"] {
        let error = Retriever::from_dir(path).expect_err("no such folder");
        assert!(matches!(error, Error::Model(ModelError::NoFolder { .. })), "{path}");
    }
}

#[test]
fn a_collection_remembers_what_is_done_with_characters_without_a_shape() -> TestResult {
    let drops = |collection: &Collection<jacolbert::OnDisk>| {
        collection.retriever().encoder().tokenizer().text_tokenizer().drops_ignorable()
    };
    for (ignorable, expected) in [(None, true), (Some(IgnorableCharacters::Keep), false)] {
        let folder = tempfile::tempdir()?;
        let mut loader = Retriever::loader();
        if let Some(ignorable) = ignorable {
            loader = loader.ignorable_characters(ignorable);
        }
        loader.load(mini())?.index(folder.path(), documents())?;
        let collection = Collection::open(folder.path())?;
        assert_eq!(drops(&collection), expected);
        let other = Retriever::loader().ignorable_characters(IgnorableCharacters::Drop);
        assert!(drops(&other.open_collection(folder.path())?));
    }
    Ok(())
}

#[test]
fn a_dictionary_that_was_accepted_once_is_accepted_when_its_collection_is_opened() -> TestResult {
    let copy = changed(|folder| {
        words_by_dictionary(folder)?;
        let settings = json!({
            "word_tokenizer_type": "mecab", "mecab_kwargs": { "mecab_dic": "ipadic" },
        });
        fs::write(folder.join("tokenizer_config.json"), settings.to_string())
    })?;
    let dictionary = small_dictionary::folder_with_features(26);
    let loader = || Retriever::loader().dictionary(dictionary.path());
    let error = loader().load(copy.path()).expect_err("unidic-lite for ipadic");
    assert!(
        matches!(
            &error,
            Error::Model(ModelError::Tokenizer(TokenizerError::OtherDictionary { .. }))
        ),
        "{error:?}"
    );
    let retriever = loader().other_dictionary(OtherDictionary::Accept).load(copy.path())?;
    let folder = tempfile::tempdir()?;
    retriever.index(folder.path(), documents())?;
    Collection::open(folder.path())?;
    Ok(())
}
