//! Laws of collections whose model or dictionary was moved.

use std::fs;
use std::path::Path;

use jacolbert::{Collection, Document, Error, Retriever};
use jacolbert_testing::data::mini;

use crate::sample::{TestResult, documents};

fn copy_model(to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(mini())? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

#[test]
fn a_model_that_moved_is_named_and_the_next_commit_stores_its_new_folder() -> TestResult {
    let home = tempfile::tempdir()?;
    let folder = home.path().join("index");
    let old = home.path().join("old-model");
    let new = home.path().join("new-model");
    copy_model(&old)?;
    Retriever::from_dir(&old)?.index(&folder, documents())?;
    fs::rename(&old, &new)?;

    let error = Collection::open(&folder).expect_err("the model is gone");
    assert!(
        matches!(&error, Error::CheckpointGone { path, checkpoint }
            if *path == folder && *checkpoint == old),
        "{error:?}"
    );
    let message = error.to_string();
    for part in ["index", "old-model", "gone", "from_dir", ".open("] {
        assert!(message.contains(part), "{message}");
    }

    // Opening alone changes nothing.
    let collection = Retriever::from_dir(&new)?.open(&folder)?;
    assert!(matches!(Collection::open(&folder), Err(Error::CheckpointGone { .. })));
    collection.add([Document::new("川", "信濃川は長い。")])?;
    let healed = Collection::open(&folder)?;
    assert_eq!(healed.num_documents(), 6);
    assert_eq!(healed.retriever().encoder().checkpoint(), Some(new.as_path()));
    Ok(())
}

#[test]
fn a_model_whose_files_moved_is_named_with_its_collection() -> TestResult {
    for file in ["model.safetensors", "tokenizer.json", "config.json", "artifact.metadata"] {
        let home = tempfile::tempdir()?;
        let folder = home.path().join("index");
        let model = home.path().join("model");
        copy_model(&model)?;
        Retriever::from_dir(&model)?.index(&folder, &documents()[..1])?;
        fs::remove_file(model.join(file))?;
        let error = Collection::open(&folder).expect_err("a file is gone");
        assert!(
            matches!(&error, Error::CheckpointIncomplete { path, checkpoint, .. }
                if *path == folder && *checkpoint == model),
            "{file}: {error:?}"
        );
        let message = format!("{error} {:?}", std::error::Error::source(&error));
        assert!(message.contains("index") && message.contains("from_dir"), "{message}");
    }
    Ok(())
}

#[test]
fn a_compaction_heals_too_and_a_model_that_is_there_stays_the_remembered_one() -> TestResult {
    let home = tempfile::tempdir()?;
    let folder = home.path().join("index");
    let [first, second, third] = ["a", "b", "c"].map(|name| home.path().join(name));
    copy_model(&first)?;
    Retriever::from_dir(&first)?.index(&folder, documents())?;
    let remembered = || -> Result<_, Error> {
        let collection = Collection::open(&folder)?;
        Ok(collection.retriever().encoder().checkpoint().map(Path::to_path_buf))
    };
    copy_model(&second)?;
    Retriever::from_dir(&second)?.open(&folder)?.compact()?;
    assert_eq!(remembered()?, Some(first.clone()), "the first is still there");
    fs::rename(&first, &third)?;
    Retriever::from_dir(&second)?.open(&folder)?.compact()?;
    assert_eq!(remembered()?, Some(second));
    Ok(())
}

#[test]
fn a_dictionary_that_is_gone_and_not_needed_does_not_matter() -> TestResult {
    let home = tempfile::tempdir()?;
    let folder = home.path().join("index");
    let dictionary = home.path().join("dicdir");
    fs::create_dir(&dictionary)?;
    let retriever = Retriever::loader().dictionary(&dictionary).load(mini())?;
    assert_eq!(retriever.encoder().dictionary(), Some(dictionary.as_path()));
    retriever.index(&folder, documents())?;
    drop(retriever);
    fs::remove_dir(&dictionary)?;

    let collection = Collection::open(&folder)?;
    assert_eq!(collection.search("日本で一番高い山は？", 1)?[0].document_id, "山");
    collection.delete(["湖"])?;
    assert_eq!(Collection::open(&folder)?.num_documents(), 4);
    // A dictionary that the caller names must exist.
    let mistyped = Retriever::loader().dictionary(&dictionary).open_collection(&folder);
    assert!(matches!(mistyped, Err(Error::Model(_))));
    Ok(())
}
