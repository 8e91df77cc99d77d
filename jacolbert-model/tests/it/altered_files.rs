//! Whatever the bytes in the files of a checkpoint: a model or an error, never a panic.

use std::path::Path;

use jacolbert_model::{Device, Encoder, LoadOptions};
use jacolbert_testing::small_dictionary;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::json;
use tempfile::TempDir;

use crate::cases::cases;
use crate::tiny::{Tiny, VOCABULARY};

/// What takes the place of a byte: one that means something in JSON, or any.
fn byte() -> impl Strategy<Value = u8> {
    prop_oneof![3 => select(b"\"{}[],:0123456789-.etrufalsn\\ ".to_vec()), 1 => any::<u8>()]
}

/// Bytes that are replaced, taken out or put in.
#[derive(Debug, Clone)]
enum Change {
    Replace(Index, u8),
    Remove(Index, usize),
    Insert(Index, Vec<u8>),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let change = prop_oneof![
        4 => (any::<Index>(), byte()).prop_map(|(at, byte)| Change::Replace(at, byte)),
        1 => (any::<Index>(), 1usize..20).prop_map(|(at, count)| Change::Remove(at, count)),
        1 => (any::<Index>(), vec(byte(), 1..4)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
    ];
    vec(change, 1..5)
}

fn alter(path: &Path, changes: &[Change]) {
    let mut bytes = std::fs::read(path).expect("a file");
    for change in changes {
        let end = bytes.len();
        match change {
            Change::Replace(at, byte) if end > 0 => bytes[at.index(end)] = *byte,
            Change::Replace(..) => {}
            Change::Remove(at, count) => {
                let from = at.index(end + 1);
                bytes.drain(from..end.min(from + count));
            }
            Change::Insert(at, more) => {
                let at = at.index(end + 1);
                bytes.splice(at..at, more.iter().copied());
            }
        }
    }
    std::fs::write(path, bytes).expect("the changed file");
}

/// Loads what can be loaded and encodes some texts.
fn use_all(folder: &Path, options: &LoadOptions, text: &str) {
    let Ok(encoder) = Encoder::from_dir(folder, options, &Device::cpu()) else { return };
    for text in ["東京 ab!", "", "a-b [MASK]", text] {
        let _ = encoder.encode_query(text);
        let _ = encoder.encode_passages(&[text, "a"]);
    }
    let _ = encoder.fingerprint();
}

/// The tiny checkpoint with its text cut by the small dictionary.
fn japanese() -> TempDir {
    let folder = Tiny::new().write().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name);
    std::fs::remove_file(path("tokenizer.json")).expect("a file");
    std::fs::write(path("vocab.txt"), VOCABULARY.join("\n")).expect("the vocabulary");
    let settings = json!({
        "tokenizer_class": "BertJapaneseTokenizer", "word_tokenizer_type": "mecab",
        "subword_tokenizer_type": "wordpiece", "do_lower_case": false,
        "mecab_kwargs": { "mecab_dic": "unidic_lite" },
        "added_tokens_decoder": { "14": { "content": "[Q] ", "special": false } },
    });
    std::fs::write(path("tokenizer_config.json"), settings.to_string()).expect("the settings");
    folder
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn altered_settings_and_weights_do_not_panic(
        file in select(vec!["config.json", "artifact.metadata", "tokenizer.json", "model.safetensors"]),
        changes in changes(), text in any::<String>(),
    ) {
        let folder = Tiny::new().write().expect("a temporary folder");
        alter(&folder.path().join(file), &changes);
        use_all(folder.path(), &LoadOptions::default(), &text);
    }

    #[test]
    fn altered_vocabularies_do_not_panic(
        file in select(vec!["vocab.txt", "tokenizer_config.json"]),
        changes in changes(), text in any::<String>(),
    ) {
        let (folder, dictionary) = (japanese(), small_dictionary::folder());
        alter(&folder.path().join(file), &changes);
        let dictionary = Some(dictionary.path().into());
        use_all(folder.path(), &LoadOptions { dictionary, ..Default::default() }, &text);
    }

    #[test]
    fn altered_indexes_of_several_files_do_not_panic(changes in changes()) {
        let folder = Tiny::new().write().expect("a temporary folder");
        let path = |name: &str| folder.path().join(name);
        std::fs::rename(path("model.safetensors"), path("a.safetensors")).expect("the weights");
        let places = Tiny::new().tensors.into_keys().map(|name| (name, json!("a.safetensors")));
        let index = json!({ "weight_map": places.collect::<serde_json::Map<_, _>>() });
        let index_path = path("model.safetensors.index.json");
        std::fs::write(&index_path, index.to_string()).expect("the index");
        alter(&index_path, &changes);
        use_all(folder.path(), &LoadOptions::default(), "");
    }

    #[test]
    fn any_bytes_as_files_do_not_panic(
        file in select(vec!["config.json", "artifact.metadata", "tokenizer.json", "model.safetensors"]),
        bytes in vec(byte(), 0..300),
    ) {
        let folder = Tiny::new().write().expect("a temporary folder");
        std::fs::write(folder.path().join(file), bytes).expect("a file");
        use_all(folder.path(), &LoadOptions::default(), "");
    }
}
