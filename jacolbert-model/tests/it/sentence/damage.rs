//! Whatever the bytes in the files of a sentence encoder: a model or an error, never a panic.

use std::fs;
use std::path::Path;

use jacolbert_model::{Device, Error, SentenceEncoder};
use jacolbert_tokenizer::Error as TokenizerError;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;

use super::{assembled, tokenizer};
use crate::TestResult;
use crate::cases::cases;

/// Loads what can be loaded and encodes some texts.
fn use_all(folder: &Path, text: &str) {
    let Ok(encoder) = SentenceEncoder::from_dir(folder, &Default::default(), &Device::cpu()) else {
        return;
    };
    let texts = ["", "ＡＢＣ ｶﾞ㈱ \u{1}a\u{200b}", "かき\u{3099}く ｱ e\u{301} 𠮷", text];
    let _ = encoder.encode_queries(&texts);
    let _ = encoder.encode_passages(&texts);
}

/// The compiled table of the unigram tokenizer.
fn table(tokenizer: &Value) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let table = tokenizer["normalizer"]["precompiled_charsmap"].as_str().ok_or("no table")?;
    Ok(base64::decode(table)?)
}

fn with_table(bytes: &[u8]) -> Result<tempfile::TempDir, Box<dyn std::error::Error>> {
    let folder = assembled("e5_small")?;
    let mut json: Value = serde_json::from_slice(&tokenizer("e5_small")?)?;
    json["normalizer"]["precompiled_charsmap"] = base64::encode(bytes).into();
    fs::write(folder.path().join("tokenizer.json"), json.to_string())?;
    Ok(folder)
}

#[test]
fn a_table_that_is_cut_off_or_leads_out_is_an_error_of_its_file() -> TestResult {
    let whole = table(&serde_json::from_slice(&tokenizer("e5_small")?)?)?;
    let trie = u32::from_le_bytes(whole[..4].try_into()?) as usize;
    assert!(trie > 100_000 && trie + 4 < whole.len());
    let mut far = whole.clone();
    // The root's offset: 2^21 units are far beyond.
    far[4..8].copy_from_slice(&(1_u32 << 31).to_le_bytes());
    let mut long = whole.clone();
    long[..4].copy_from_slice(&u32::MAX.to_le_bytes());
    let mut no_utf8 = whole.clone();
    no_utf8.push(0xff);
    let no_replacements = whole[..trie + 4].to_vec();
    let half = whole[..trie / 2].to_vec();
    for damaged in [vec![], far, long, no_utf8, no_replacements, half] {
        let folder = with_table(&damaged)?;
        let error = SentenceEncoder::from_dir(folder.path(), &Default::default(), &Device::cpu())
            .expect_err("a damaged table");
        assert!(
            matches!(&error, Error::Tokenizer(TokenizerError::TokenizerFile { path, .. })
                if path.ends_with("tokenizer.json")),
            "{error:?}"
        );
    }
    SentenceEncoder::from_dir(with_table(&whole)?.path(), &Default::default(), &Device::cpu())?;
    Ok(())
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn changed_tables_do_not_panic(
        changes in vec((any::<Index>(), any::<u8>()), 1..200), text in any::<String>(),
    ) {
        let json = serde_json::from_slice(&tokenizer("e5_small").expect("a file")).expect("JSON");
        let mut bytes = table(&json).expect("a table");
        for (at, byte) in changes {
            let end = bytes.len();
            bytes[at.index(end)] = byte;
        }
        use_all(with_table(&bytes).expect("a folder").path(), &text);
    }

    #[test]
    fn changed_files_do_not_panic(
        file in select(vec![
            "config.json", "modules.json", "1_Pooling/config.json", "sentence_bert_config.json",
            "config_sentence_transformers.json", "tokenizer_config.json", "model.safetensors",
        ]),
        changes in vec((any::<Index>(), select(b"\"{}[],:019-.etn\\ \xff".to_vec())), 1..5),
        text in any::<String>(),
    ) {
        let folder = assembled("xlm_roberta").expect("a folder");
        let path = folder.path().join(file);
        let mut bytes = fs::read(&path).expect("a file");
        for (at, byte) in changes {
            let end = bytes.len();
            bytes[at.index(end)] = byte;
        }
        fs::write(&path, bytes).expect("a file");
        use_all(folder.path(), &text);
    }

    /// What is around the table and the vocabulary, of which most of the file is.
    #[test]
    fn changed_frames_do_not_panic(
        changes in vec((any::<Index>(), select(b"\"{}[],:019-.etn\\ s<>/".to_vec())), 1..4),
        text in any::<String>(),
    ) {
        let folder = assembled("bert").expect("a folder");
        let path = folder.path().join("tokenizer.json");
        let mut json: Value =
            serde_json::from_slice(&fs::read(&path).expect("a file")).expect("JSON");
        let mut bytes = json["post_processor"].to_string().into_bytes();
        for (at, byte) in changes {
            let end = bytes.len();
            bytes[at.index(end)] = byte;
        }
        let Ok(changed) = serde_json::from_slice(&bytes) else { return Ok(()) };
        json["post_processor"] = changed;
        fs::write(&path, json.to_string()).expect("a file");
        use_all(folder.path(), &text);
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn any_text_goes_through_the_whole_table(text in any::<String>()) {
        static ENCODER: std::sync::LazyLock<SentenceEncoder> = std::sync::LazyLock::new(|| {
            let folder = assembled("xlm_roberta").expect("a folder");
            SentenceEncoder::from_dir(folder.path(), &Default::default(), &Device::cpu()).expect("a model")
        });
        ENCODER.encode_queries(&[&text]).expect("a vector");
    }
}
