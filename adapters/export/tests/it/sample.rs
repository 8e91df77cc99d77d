//! The demonstration model and a few documents.

use std::error::Error;
use std::path::Path;
use std::sync::OnceLock;

use jacolbert::{Collection, Document, MemoryCollection, Retriever, Splitting};
use serde_json::json;
use tempfile::TempDir;

pub(crate) type TestResult = Result<(), Box<dyn Error>>;

pub(crate) const QUESTION: &str = "日本で一番高い山は何ですか？";

/// The demonstration model, loaded once.
pub(crate) fn retriever() -> &'static Retriever {
    static RETRIEVER: OnceLock<Retriever> = OnceLock::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/mini");
    RETRIEVER.get_or_init(|| Retriever::from_dir(folder).expect("the demonstration model loads"))
}

/// Documents of one and of several passages, with and without metadata, and an empty one.
fn documents() -> Vec<Document> {
    let names = ["富士山", "北岳", "琵琶湖", "信濃川", "千利休", "土星", "東京", "法隆寺"];
    let mut documents: Vec<Document> = names
        .iter()
        .enumerate()
        .map(|(n, name)| {
            let text =
                format!("{name}は日本でよく知られている。{name}について多くの本が書かれた。");
            Document::new(format!("d{n}"), text).with_metadata(json!({ "n": n, "名": name }))
        })
        .collect();
    documents.push(Document::new(
        "fuji",
        "富士山は静岡県と山梨県にまたがる火山で、日本で最も高い山である。",
    ));
    documents.push(Document::new("empty", ""));
    documents
}

/// The documents in memory, where vectors are as the model gave them.
pub(crate) fn in_memory() -> Result<MemoryCollection, jacolbert::Error> {
    let splitting = Splitting::Sentences { max_tokens: 14, overlap: 0 };
    let collection = retriever().in_memory().with_splitting(splitting);
    collection.add(documents())?;
    Ok(collection)
}

/// The documents in a folder.
pub(crate) fn in_folder() -> Result<(TempDir, Collection), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let collection = retriever().index(folder.path(), documents())?.collection;
    Ok((folder, collection))
}
