//! Laws of compaction: what was deleted is gone, and nothing else is.

use std::fs;
use std::path::{Path, PathBuf};

use jacolbert::{Collection, Document, Error, PassageId};
use serde_json::json;

use crate::files::files;
use crate::sample::{TestResult, retriever};

fn document(id: &str, text: &str) -> Document {
    Document::new(id, text).with_metadata(json!({ "secret": format!("{id}の覚え書き") }))
}

/// A collection of two parts.
fn collection(folder: &Path) -> Result<Collection, Error> {
    let first = [
        document("document-fuji", "富士山は日本で最も高い山である。"),
        document("document-biwa", "琵琶湖は日本で最も大きな湖である。"),
    ];
    let second = [
        document("document-rikyu", "千利休は堺に生まれた茶人である。"),
        document("document-saturn", "土星は氷の粒からなる環をもつ。"),
        document("document-river", "信濃川は日本で最も長い川である。"),
    ];
    let collection = retriever().index(folder, &first)?.collection;
    collection.add(&second)?;
    Ok(collection)
}

/// The files of `folder` in which the bytes of `text` occur.
fn files_with(folder: &Path, text: &str) -> std::io::Result<Vec<PathBuf>> {
    let mut files = files(folder)?;
    files.retain(|_, bytes| bytes.windows(text.len()).any(|part| part == text.as_bytes()));
    Ok(files.into_keys().map(|name| folder.join(name)).collect())
}

const DELETED: [&str; 6] = [
    "千利休は堺に生まれた茶人である。",
    "document-rikyu",
    "document-rikyuの覚え書き",
    "土星は氷の粒からなる環をもつ。",
    "document-saturnの覚え書き",
    "すぐに書き換えられる。",
];
const LEFT: [&str; 5] = [
    "富士山は日本で最も高い山である。",
    "document-biwaの覚え書き",
    "document-saturn",
    "信濃川は日本で最も長い川である。",
    "木星は最も大きな惑星である。",
];

/// Deletes one document and replaces another twice.
fn change(collection: &Collection) -> Result<(), Error> {
    collection.delete(["document-rikyu"])?;
    for text in ["すぐに書き換えられる。", "木星は最も大きな惑星である。"]
    {
        collection.replace(&[Document::new("document-saturn", text)])?;
    }
    Ok(())
}

#[test]
fn no_file_has_a_byte_of_a_deleted_text_after_a_compaction() -> TestResult {
    let folder = tempfile::tempdir()?;
    let collection = collection(folder.path())?;
    for text in &DELETED[..5] {
        assert!(!files_with(folder.path(), text)?.is_empty(), "{text} before the change");
    }
    change(&collection)?;
    collection.compact()?;
    for text in DELETED {
        assert_eq!(files_with(folder.path(), text)?, Vec::<PathBuf>::new(), "{text}");
    }
    for text in LEFT {
        assert!(!files_with(folder.path(), text)?.is_empty(), "{text} after the compaction");
    }
    Ok(())
}

#[test]
fn a_compaction_leaves_all_other_documents_and_the_ids_of_their_passages() -> TestResult {
    let folder = tempfile::tempdir()?;
    let collection = collection(folder.path())?;
    change(&collection)?;
    let query = "日本で最も長い川は？";
    let before = collection.search(query, 100)?;
    collection.compact()?;
    assert_eq!(collection.search(query, 100)?, before);
    let again = retriever().open(folder.path())?;
    assert_eq!(again.search(query, 100)?, before);
    again.index().verify()?;
    assert_eq!((again.num_documents(), again.num_passages(), again.index().num_ids()), (4, 4, 7));
    assert!(!again.contains("document-rikyu")? && !again.contains("")?);

    again.add(&[document("document-rikyu", "利休は茶人である。")])?;
    let hits = again.search("茶人は誰か？", 100)?;
    assert_eq!(
        (hits[0].document_id.as_str(), hits[0].passage_id),
        ("document-rikyu", PassageId(7))
    );
    Ok(())
}

/// The files with the blocks of documents.
fn blocks(collection: &Collection) -> Vec<PathBuf> {
    let index = collection.index();
    let blocks = index.attachments().filter(|(name, _)| name.starts_with("documents-"));
    blocks.map(|(_, block)| block.path().to_path_buf()).collect()
}

#[test]
fn texts_are_written_anew_only_where_something_was_deleted() -> TestResult {
    let folder = tempfile::tempdir()?;
    let collection = collection(folder.path())?;
    let before = blocks(&collection);
    assert_eq!(before.len(), 1, "the second block was joined with the first");
    collection.delete(["document-river"])?;
    assert_eq!(blocks(&collection), before);
    assert!(!files_with(folder.path(), "信濃川")?.is_empty());
    collection.compact()?;
    let after = blocks(&collection);
    assert!(after.len() == 1 && after != before, "{after:?}");
    assert!(files_with(folder.path(), "信濃川")?.is_empty());
    collection.compact()?;
    assert_eq!(blocks(&collection), after, "nothing is left to be taken out");
    Ok(())
}

#[test]
fn documents_that_come_or_are_replaced_one_by_one_leave_few_files() -> TestResult {
    let folder = tempfile::tempdir()?;
    let collection = retriever().index(folder.path(), [document("document-0", "零。")])?.collection;
    let mut most = 0;
    for n in 1..80 {
        collection.add([document(&format!("document-{n}"), &format!("{n}番の文。"))])?;
        collection.replace([document("document-0", &format!("{n}回目の文。"))])?;
        most = most.max(files(folder.path())?.len());
    }
    // The columns of a block are a file of their own.
    let columns = usize::from(cfg!(feature = "filter"));
    assert!(most <= 14 + 4 * columns, "{most} files");
    assert_eq!((collection.num_documents(), collection.num_passages()), (80, 80));
    assert_eq!(collection.index().num_ids(), 159);
    let hits = collection.query("何番の文か？").among(["document-0", "document-7"]).search()?;
    let mut contents: Vec<&str> = hits.iter().map(|hit| hit.content.as_str()).collect();
    contents.sort_unstable();
    assert_eq!(contents, ["79回目の文。", "7番の文。"]);
    collection.compact()?;
    let left = files(folder.path())?;
    let names = left.keys();
    assert_eq!(left.len(), 4 + columns, "manifest, segment, documents, settings: {names:?}");
    collection.index().verify()?;
    Ok(())
}

#[test]
fn a_collection_opened_before_a_compaction_still_has_what_was_deleted_since() -> TestResult {
    let folder = tempfile::tempdir()?;
    let collection = collection(folder.path())?;
    let before = retriever().open(folder.path())?;
    let query = "環をもつ惑星は？";
    let hits = before.search(query, 100)?;
    change(&collection)?;
    collection.compact()?;
    assert_eq!(before.search(query, 100)?, hits);
    assert_eq!(hits[0].content, "土星は氷の粒からなる環をもつ。");
    assert!(before.contains("document-rikyu")?);
    Ok(())
}

#[test]
fn a_compaction_of_damaged_texts_changes_nothing() -> TestResult {
    let folder = tempfile::tempdir()?;
    let collection = collection(folder.path())?;
    collection.delete(["document-river"])?;
    let part = blocks(&collection).pop().ok_or("a block")?;
    drop(collection);
    let mut bytes = fs::read(&part)?;
    let last = bytes.len() - 1;
    assert!(bytes.ends_with("。".as_bytes()));
    // Another mark, so that the text is still one.
    bytes[last] ^= 1;
    fs::write(&part, bytes)?;

    let collection = retriever().open(folder.path())?;
    let before = files(folder.path())?;
    let error = collection.compact();
    assert!(
        matches!(&error, Err(Error::Index(jacolbert::index::Error::Corrupt { path, .. }))
            if *path == part),
        "{error:?}"
    );
    assert_eq!(files(folder.path())?, before);
    Ok(())
}
