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
