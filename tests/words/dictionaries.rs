//! Words of a dictionary: the collection knows which one made them.

use std::fs;
use std::path::Path;

use jacolbert::{Analyser, Collection, Document, Error, WordDictionary};
use jacolbert_testing::small_dictionary;

use crate::sample::{TestResult, documents, retriever};

fn dictionary() -> Result<tempfile::TempDir, std::io::Error> {
    let folder = small_dictionary::folder();
    let settings =
        r#"{"tokenizer_class": "BertJapaneseTokenizer", "word_tokenizer_type": "mecab"}"#;
    fs::write(folder.path().join("tokenizer_config.json"), settings)?;
    Ok(folder)
}

fn analyser(folder: &Path) -> Result<Analyser, Box<dyn std::error::Error>> {
    Ok(Analyser::CharactersAndWords(WordDictionary::open(folder, folder)?))
}

fn is_without_dictionary<T: std::fmt::Debug>(result: Result<T, Error>) {
    assert!(matches!(result, Err(Error::WordDictionary { .. })), "{result:?}");
}

#[test]
fn a_collection_opens_its_dictionary_and_without_it_only_late_interaction_works() -> TestResult {
    let words = dictionary()?;
    let folder = tempfile::tempdir()?;
    let indexer = retriever().indexer(folder.path()).words(analyser(words.path())?);
    let collection = indexer.run(documents())?.collection;
    let expected = collection.query("琵琶湖の湖").words_only().search()?;
    assert_eq!(expected[0].document_id, "湖");
    let open = || -> Result<Collection, Error> { retriever().open(folder.path()) };
    assert_eq!(open()?.query("琵琶湖の湖").words_only().search()?, expected);

    let elsewhere = tempfile::tempdir()?;
    let moved = elsewhere.path().join("dictionary");
    fs::rename(words.path(), &moved)?;
    let collection = open()?;
    assert!(!collection.search("琵琶湖", 3)?.is_empty());
    is_without_dictionary(collection.query("琵琶湖").words_only().search());
    is_without_dictionary(collection.add([Document::new("池", "池は小さい。")]));
    is_without_dictionary(collection.delete(["湖"]));

    collection.update().build_words(analyser(&moved)?)?;
    assert_eq!(open()?.query("琵琶湖の湖").words_only().search()?, expected);
    Ok(())
}
