//! Words are built for a collection that has none, and removed.

use jacolbert::{Analyser, Document, Error, Fusion};

use crate::sample::{TestResult, documents, retriever};

fn ids(hits: &jacolbert::Hits) -> Vec<&str> {
    hits.iter().map(|hit| hit.document_id.as_str()).collect()
}

#[test]
fn a_collection_without_words_says_so_and_gets_them_by_one_call() -> TestResult {
    let folder = tempfile::tempdir()?;
    let collection = retriever().index(folder.path(), documents())?.collection;
    let searched = collection.query("湖").words_only().search();
    assert!(matches!(searched, Err(Error::NoWords { .. })), "{searched:?}");
    let searched = collection.query("湖").hybrid(Fusion::default()).search();
    assert!(matches!(searched, Err(Error::NoWords { .. })), "{searched:?}");

    collection.update().build_words(Analyser::Characters)?;
    assert_eq!(ids(&collection.query("湖").words_only().search()?), ["湖"]);
    collection.add([Document::new("池", "池は湖より小さい。")])?;
    assert_eq!(ids(&collection.query("湖").words_only().search()?), ["池", "湖"]);

    // Another analyser takes the place of the first.
    collection.update().build_words(Analyser::Bigrams)?;
    assert!(collection.query("湖").words_only().search()?.is_empty());
    let reopened = retriever().open(folder.path())?;
    assert_eq!(ids(&reopened.query("琵琶湖").words_only().search()?), ["湖"]);

    collection.update().remove_words()?;
    let searched = collection.query("湖").words_only().search();
    assert!(matches!(searched, Err(Error::NoWords { .. })), "{searched:?}");
    let is_words = |name: &str| name.starts_with("words");
    assert!(!collection.index().attachments().any(|(name, _)| is_words(name)));
    Ok(())
}

#[test]
fn a_saved_collection_in_memory_has_its_words_again() -> TestResult {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("memory.safetensors");
    let memory = retriever().in_memory();
    memory.add(documents())?;
    let searched = memory.query("湖").words_only().search();
    assert!(matches!(searched, Err(Error::NoWords { .. })), "{searched:?}");
    let memory = memory.with_words(Analyser::Characters)?;
    memory.delete(["茶"])?;
    let expected = memory.query("湖、日本で最も").words_only().search()?;
    assert_eq!(expected.len(), 2);
    memory.save(&path)?;
    let loaded = retriever().load_in_memory(&path)?;
    assert_eq!(loaded.query("湖、日本で最も").words_only().search()?, expected);
    loaded.clear()?;
    assert!(loaded.query("湖").words_only().search()?.is_empty());
    loaded.add(documents())?;
    assert_eq!(ids(&loaded.query("湖").words_only().search()?), ["湖"]);
    Ok(())
}
