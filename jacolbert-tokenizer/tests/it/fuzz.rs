//! Whatever the text and whatever the bytes behind the headers: an answer or an error, never a
//! panic.

use std::path::Path;

use jacolbert_testing::small_dictionary::folder;
use jacolbert_tokenizer::{Dictionary, JapaneseTokenizer, JapaneseTokenizerOptions, Vocabulary};
use proptest::collection::vec;
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

use crate::cases::cases;
use crate::small_dictionary::tokenizer;

const FILES: [&str; 4] = ["sys.dic", "unk.dic", "matrix.bin", "char.bin"];
const TEXT: &str =
    "東京都の大学生は、 にわにはにわにわとりがいる。カタカナabcテスト123 😀𠮷野é\u{ffff}";

/// Text of the dictionary's own characters, of spaces and of any others.
fn text() -> impl Strategy<Value = String> {
    let known = TEXT.chars().chain(" \t\n\r\0[]SEPMA#アーー日本語".chars()).collect::<Vec<_>>();
    let character = prop_oneof![4 => prop::sample::select(known), 1 => any::<char>()];
    vec(character, 0..60).prop_map(String::from_iter)
}

/// Bytes to write over those of one file, and where from its start.
fn changes() -> impl Strategy<Value = Vec<(usize, u8)>> {
    vec((any::<usize>(), any::<u8>()), 1..200)
}

fn overwrite(path: &Path, skip: usize, changes: &[(usize, u8)]) {
    let mut bytes = std::fs::read(path).expect("a file");
    let len = bytes.len() - skip;
    changes.iter().for_each(|(place, byte)| bytes[skip + place % len] = *byte);
    std::fs::write(path, bytes).expect("the changed file");
}

/// Opens what can be opened and goes through some texts.
fn use_all(folder: &Path, text: &str) {
    let Ok(dictionary) = Dictionary::open(folder) else { return };
    let vocabulary = Vocabulary::open(&folder.join("vocab.txt")).expect("the vocabulary");
    let options = JapaneseTokenizerOptions::default();
    let tokenizer = JapaneseTokenizer::new(dictionary, vocabulary, options).expect("a tokenizer");
    for text in [TEXT, text] {
        let words = tokenizer.words(text);
        let ids = tokenizer.encode(text);
        assert!(words.is_ok() || ids.is_err() || text.contains('['), "words fail, ids do not");
    }
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn words_are_the_text_without_its_spaces(texts in vec(text(), 1..20)) {
        let folder = folder();
        let tokenizer = tokenizer(folder.path(), JapaneseTokenizerOptions::default());
        for text in texts {
            let words = tokenizer.words(&text).expect("words");
            prop_assert!(words.iter().all(|word| !word.is_empty()));
            let normal = text.nfkc().collect::<String>();
            let seen = normal.split('\0').next().unwrap_or_default();
            let spaces = [' ', '\t', '\n', '\x0b'];
            prop_assert_eq!(words.concat().replace(spaces, ""), seen.replace(spaces, ""));
            tokenizer.encode(&text).expect("ids");
        }
    }

    #[test]
    fn altered_payloads_do_not_panic(
        file in 0..FILES.len(), changes in changes(), text in text()
    ) {
        let folder = folder();
        let skip = [72, 72, 4, 4][file];
        overwrite(&folder.path().join(FILES[file]), skip, &changes);
        use_all(folder.path(), &text);
    }

    #[test]
    fn altered_headers_do_not_panic(
        file in 0..FILES.len(), changes in vec((0..72_usize, any::<u8>()), 1..4), text in text()
    ) {
        let folder = folder();
        overwrite(&folder.path().join(FILES[file]), 0, &changes);
        use_all(folder.path(), &text);
    }

    #[test]
    fn any_bytes_as_files_do_not_panic(file in 0..FILES.len(), bytes in vec(any::<u8>(), 0..300)) {
        let folder = folder();
        std::fs::write(folder.path().join(FILES[file]), bytes).expect("a file");
        use_all(folder.path(), "");
    }
}

#[test]
fn a_trie_of_links_to_anywhere_does_not_panic() {
    proptest!(cases(200), |(seed in any::<u64>(), text in text())| {
        let folder = folder();
        let path = folder.path().join("sys.dic");
        let mut bytes = std::fs::read(&path).expect("a file");
        let units = u32::from_le_bytes(bytes[24..28].try_into().expect("four bytes")) as usize;
        // Every unit becomes a link or a value for one of few bases, so that walks go on and on.
        let mut state = seed;
        for unit in bytes[72..72 + units].as_chunks_mut::<8>().0 {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            let link = (state >> 33) as u32 % 7;
            let base = if state >> 63 == 1 { link } else { !(link << 8 | 3) };
            let check = (state >> 50) as u32 % 7;
            unit[..4].copy_from_slice(&base.to_le_bytes());
            unit[4..].copy_from_slice(&check.to_le_bytes());
        }
        std::fs::write(&path, bytes).expect("the changed file");
        use_all(folder.path(), &text);
    });
}
