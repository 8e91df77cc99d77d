//! A small compiled MeCab dictionary with a vocabulary, made by `make.py` without MeCab.

use tempfile::TempDir;

/// What the reference tokenizer gives with this dictionary: a JSON object a line, with the keys `text`, `words`,
/// `ids`, `lower_ids` and `character_ids`.
pub const EXPECTED: &str = include_str!("expected.jsonl");

const FILES: [(&str, &[u8]); 4] = [
    ("sys.dic", include_bytes!("sys.dic")),
    ("unk.dic", include_bytes!("unk.dic")),
    ("matrix.bin", include_bytes!("matrix.bin")),
    ("vocab.txt", include_bytes!("vocab.txt")),
];
/// Where the header of `sys.dic` has the length of the features.
const FEATURE_BYTES: usize = 32;
const CHARACTERS: &str = include_str!("char.txt");

/// A temporary folder with the four files of the dictionary and `vocab.txt`.
///
/// # Panics
/// If the folder cannot be written.
pub fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, bytes) in FILES {
        std::fs::write(folder.path().join(name), bytes).expect("a file of the dictionary");
    }
    std::fs::write(folder.path().join("char.bin"), char_bin()).expect("the table of characters");
    folder
}

/// As [`folder`], with words of `num_features` features in `sys.dic`, by which a dictionary is told from others.
///
/// # Panics
/// If the folder cannot be written.
pub fn folder_with_features(num_features: usize) -> TempDir {
    let folder = folder();
    let features = vec!["*"; num_features].join(",") + "\0";
    let path = folder.path().join("sys.dic");
    let mut bytes = std::fs::read(&path).expect("sys.dic");
    let [old, new] = [number(&bytes, FEATURE_BYTES), features.len() as u32];
    bytes.truncate(bytes.len() - old as usize);
    bytes.extend_from_slice(features.as_bytes());
    let magic = bytes.len() as u32 ^ 0xef71_8f77;
    bytes[..4].copy_from_slice(&magic.to_le_bytes());
    bytes[FEATURE_BYTES..][..4].copy_from_slice(&new.to_le_bytes());
    std::fs::write(path, bytes).expect("sys.dic");
    folder
}

fn number(bytes: &[u8], start: usize) -> u32 {
    u32::from_le_bytes([bytes[start], bytes[start + 1], bytes[start + 2], bytes[start + 3]])
}

/// Expands `char.txt` to `char.bin`: names of the categories, then runs `first last value` of equal codes.
fn char_bin() -> Vec<u8> {
    let mut lines = CHARACTERS.lines();
    let names: Vec<_> = lines.next().expect("names").split(' ').collect();
    let mut bytes = (names.len() as u32).to_le_bytes().to_vec();
    for name in names {
        bytes.extend_from_slice(name.as_bytes());
        bytes.resize(bytes.len().next_multiple_of(32) + 4, 0);
    }
    for line in lines {
        let run: Vec<u32> = line.split(' ').map(|n| n.parse().expect("a number")).collect();
        let [first, last, value] = run[..] else { panic!("not a run: {line}") };
        (first..=last).for_each(|_| bytes.extend_from_slice(&value.to_le_bytes()));
    }
    bytes
}
