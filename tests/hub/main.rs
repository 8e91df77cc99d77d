//! Law of a retriever by name: it is that of the folder in the hub's cache.

use std::fs;
use std::path::Path;

use jacolbert::{Error, HubOptions, HubToken, Retriever};
use jacolbert_testing::data::mini;

type TestResult = Result<(), Box<dyn std::error::Error>>;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// Options that take the model from `cache` alone.
fn offline(cache: &Path) -> HubOptions {
    HubOptions {
        revision: COMMIT.into(),
        cache: cache.into(),
        offline: true,
        token: HubToken::Anonymous,
        ..Default::default()
    }
}

#[test]
fn a_retriever_from_the_hub_is_the_one_from_the_folder() -> TestResult {
    let cache = tempfile::tempdir()?;
    let snapshot = cache.path().join("models--nihon--JaMini/snapshots").join(COMMIT);
    fs::create_dir_all(&snapshot)?;
    for entry in fs::read_dir(mini())? {
        let entry = entry?;
        fs::copy(entry.path(), snapshot.join(entry.file_name()))?;
    }

    let retriever = Retriever::loader().load_from_hub("nihon/JaMini", &offline(cache.path()))?;
    let local = Retriever::from_dir(mini())?;
    let texts = ["琵琶湖は日本で最も大きな湖である。", "富士山は日本で最も高い山である。"];
    let reranked = retriever.rerank("一番高い山は？", texts, 2)?;
    assert_eq!(reranked, local.rerank("一番高い山は？", texts, 2)?);
    assert_eq!(reranked[0].position, 1);
    Ok(())
}

#[test]
fn an_error_of_the_hub_is_passed_on() -> TestResult {
    let cache = tempfile::tempdir()?;
    let error = Retriever::loader().load_from_hub("nihon/JaMini", &offline(cache.path())).err();
    let expected = matches!(&error, Some(Error::Hub(jacolbert::hub::Error::NotCached { .. })));
    assert!(expected, "{error:?}");
    Ok(())
}
