//! Writes a collection in the present format, with what a search finds in it:
//! `cargo run --release -p jacolbert --features flex --example collection_of_format -- FOLDER`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use jacolbert::model::{Checkpoint, FreshWeights, WeightFormat};
use jacolbert::{
    Bits, BuildOptions, Collection, Device, Document, Encoder, IndexOptions, LoadOptions,
    Precision, Retriever, Splitting,
};
use serde_json::{Value, json};

const QUESTIONS: [&str; 3] =
    ["日本で最も大きな湖は？", "茶を大成したのは誰か？", "環をもつ惑星は？"];

fn main() -> anyhow::Result<()> {
    let folder: PathBuf = std::env::args().nth(1).context("which folder?")?.into();
    fs::create_dir_all(&folder)?;
    let answers = folder.join("answers.json");
    if answers.exists() {
        bail!("{} is there: see the README beside it", answers.display());
    }
    let model = folder.join("model");
    write_model(&model)?;
    // Not from the folder, whose path the collection would remember.
    let checkpoint = Checkpoint::from_dir(&model, &LoadOptions::default(), &Device::flex())?;
    let encoder = Encoder::from_checkpoint(checkpoint, Precision::F32, &Device::cpu())?;
    let collection = written(&Retriever::new(encoder), &folder.join("collection"))?;
    fs::remove_file(folder.join("collection/writer.lock"))?;
    let found = answers_of(&collection)?;
    fs::write(answers, serde_json::to_string_pretty(&found)? + "\n")?;
    Ok(())
}

/// A model of its own, so that the collection does not depend on the demonstration model: a token
/// is a character, and finds its like.
fn write_model(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    let texts = first().into_iter().chain(second()).map(|document| document.text);
    let questions = QUESTIONS.iter().map(|question| question.to_string());
    let mut characters: Vec<char> =
        texts.chain(questions).flat_map(|t| t.chars().collect::<Vec<_>>()).collect();
    characters.sort_unstable();
    characters.dedup();
    let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[unused0]", "[unused1]"];
    let tokens = special.map(String::from).into_iter();
    let tokens: Vec<String> = tokens.chain(characters.iter().map(char::to_string)).collect();
    let config = json!({
        "model_type": "bert", "vocab_size": tokens.len(), "hidden_size": 32, "num_hidden_layers": 1,
        "num_attention_heads": 2, "intermediate_size": 32, "hidden_act": "gelu",
        "max_position_embeddings": 64, "type_vocab_size": 2, "layer_norm_eps": 1e-12,
        "initializer_range": 0.02,
    });
    fs::write(folder.join("config.json"), config.to_string())?;
    let settings =
        json!({ "dim": 16, "query_maxlen": 32, "doc_maxlen": 64, "similarity": "cosine" });
    fs::write(folder.join("artifact.metadata"), settings.to_string())?;
    fs::write(folder.join("tokenizer.json"), tokenizer(&tokens, special.len()).to_string())?;
    let fresh = FreshWeights::LEXICAL;
    let options = LoadOptions::default();
    let checkpoint = Checkpoint::from_config(folder, fresh, &options, &Device::flex())?;
    Ok(checkpoint.save_as(folder, WeightFormat::F16)?)
}

/// A tokenizer of `tokens`, the first of which are special.
fn tokenizer(tokens: &[String], num_special: usize) -> Value {
    let added = tokens[..num_special].iter().enumerate().map(|(id, token)| {
        json!({ "id": id, "content": token, "special": true, "single_word": false,
                "lstrip": false, "rstrip": false, "normalized": false })
    });
    let ids = tokens.iter().enumerate().map(|(id, token)| (token.clone(), json!(id)));
    json!({
        "version": "1.0", "truncation": null, "padding": null, "normalizer": null,
        "added_tokens": added.collect::<Value>(), "post_processor": null, "decoder": null,
        "pre_tokenizer": { "type": "Split", "pattern": { "Regex": "." }, "behavior": "Isolated",
                           "invert": false },
        "model": { "type": "WordLevel", "unk_token": "[UNK]",
                   "vocab": ids.collect::<serde_json::Map<_, _>>() },
    })
}

fn document(id: &str, subject: &str, text: &str) -> Document {
    Document::new(id, text).with_metadata(json!({ "subject": subject }))
}

fn first() -> [Document; 4] {
    [
        document("山", "地理", "富士山は日本で最も高い山である。"),
        document("湖", "地理", "琵琶湖は日本で最も大きな湖である。古い湖でもある。"),
        document("川", "地理", "信濃川は日本で最も長い川である。"),
        document("茶", "文化", "千利休は堺に生まれ、わび茶を大成した。"),
    ]
}

fn second() -> [Document; 2] {
    [
        document("星", "天文", "土星は氷の粒からなる環をもつ惑星である。"),
        Document::new("火", "火星は赤い惑星である。"),
    ]
}

/// A collection of two parts, with codes and exact rows, one document that a compaction took out and
/// one that is deleted and still there.
fn written(retriever: &Retriever, folder: &Path) -> Result<Collection, jacolbert::Error> {
    let build = BuildOptions {
        bits: Bits::Two,
        flat_tokens: 64,
        num_centroids: Some(24),
        ..Default::default()
    };
    let splitting = Splitting::Sentences { max_tokens: 10, overlap: 0 };
    let options = IndexOptions { splitting, build, ..Default::default() };
    let collection = retriever.indexer(folder).options(options).run(first())?.collection;
    collection.delete(["山"])?;
    collection.compact()?;
    collection.update().splitting(Splitting::Whole).add(second())?;
    collection.delete(["火"])?;
    Ok(collection)
}

fn answers_of(collection: &Collection) -> Result<Value, jacolbert::Error> {
    let mut answers = Vec::new();
    for question in QUESTIONS {
        let hits = collection.search(question, 10)?;
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
