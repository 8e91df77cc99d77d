//! Writes a collection in the present format, with what a search finds in it:
//! `cargo run --release --example collection_of_format -- FOLDER`.

use std::error::Error as StdError;
use std::fs;
use std::path::{Path, PathBuf};

use jacolbert::model::Checkpoint;
use jacolbert::{
    Bits, BuildConfig, Collection, Device, Document, Encoder, IndexOptions, Retriever,
    SearchParams, Splitting,
};
use serde_json::{Value, json};

const QUESTIONS: [&str; 3] =
    ["日本で最も大きな湖は？", "茶を大成したのは誰か？", "環をもつ惑星は？"];

fn main() -> Result<(), Box<dyn StdError>> {
    let folder: PathBuf = std::env::args().nth(1).ok_or("which folder?")?.into();
    fs::create_dir_all(&folder)?;
    let answers = folder.join("answers.json");
    if answers.exists() {
        return Err(format!("{} is there: see the README beside it", answers.display()).into());
    }
    // Not from the folder, whose path the collection would remember.
    let mini = Path::new("assets/mini");
    let encoder = Encoder::new(Checkpoint::from_dir(mini, &Device::flex())?);
    let collection = written(&Retriever::new(encoder), &folder.join("collection"))?;
    fs::remove_file(folder.join("collection/writer.lock"))?;
    let found = answers_of(&collection)?;
    fs::write(answers, serde_json::to_string_pretty(&found)? + "\n")?;
    Ok(())
}

/// A collection of two parts, with codes and exact rows, one document that a compaction took out and
/// one that is deleted and still there.
fn written(retriever: &Retriever, folder: &Path) -> Result<Collection, jacolbert::Error> {
    let document = |id: &str, subject: &str, text: &str| {
        Document::new(id, text).with_metadata(json!({ "subject": subject }))
    };
    let first = [
        document("山", "地理", "富士山は日本で最も高い山である。"),
        document("湖", "地理", "琵琶湖は日本で最も大きな湖である。古い湖でもある。"),
        document("川", "地理", "信濃川は日本で最も長い川である。"),
        document("茶", "文化", "千利休は堺に生まれ、わび茶を大成した。"),
    ];
    let second = [
        document("星", "天文", "土星は氷の粒からなる環をもつ惑星である。"),
        Document::new("火", "火星は赤い惑星である。"),
    ];
    let (flat_tokens, num_centroids) = (32, Some(24));
    let build = BuildConfig { bits: Bits::Two, flat_tokens, num_centroids, ..Default::default() };
    let splitting = Splitting::Sentences { max_tokens: 10, overlap: 0 };
    let options = IndexOptions { splitting, build, ..Default::default() };
    let mut collection = retriever.index(folder, &first, &options)?.collection;
    collection.delete(&["山"])?;
    collection.compact()?;
    collection.add(&second, Splitting::Whole)?;
    collection.delete(&["火"])?;
    Ok(collection)
}

fn answers_of(collection: &Collection) -> Result<Value, jacolbert::Error> {
    let mut answers = Vec::new();
    for question in QUESTIONS {
        let hits = collection.search(question, &SearchParams::default())?;
        let hits = hits.iter().map(|hit| {
            json!({
                "passage": hit.passage_id.0,
                "score": hit.score,
                "document": hit.document_id,
                "content": hit.content,
                "metadata": hit.metadata,
            })
        });
        answers.push(json!({ "question": question, "hits": hits.collect::<Vec<_>>() }));
    }
    Ok(json!({
        "num_documents": collection.num_documents(),
        "num_passages": collection.num_passages(),
        "num_ids": collection.index().num_ids(),
        "answers": answers,
    }))
}
