//! The real dictionary and vocabulary, for those tests that need them.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use jacolbert_model::{Dictionary, JapaneseTokenizer};

/// `vocab.txt` and `tokenizer_config.json` of the JaColBERT family, and what the reference gives.
pub(super) const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/tokenizer");

/// Writes a line past the test harness, which shows what is printed by macros only on failure.
pub(super) fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// The tokenizer of the family; `None`, said aloud, without its dictionary or its data.
pub(super) fn tokenizer() -> Option<JapaneseTokenizer> {
    let dictionary = Dictionary::open(&dictionary()?).expect("the dictionary");
    Some(JapaneseTokenizer::open(Path::new(DATA), dictionary).expect("the tokenizer"))
}

/// The folder of unidic-lite: the environment variable `JACOLBERT_DICTIONARY`, else where Python
/// says that it is; `None`, said aloud, without it or without `DATA`.
pub(super) fn dictionary() -> Option<PathBuf> {
    if !Path::new(DATA).is_dir() {
        say(&format!("SKIPPED: {DATA} is not here"));
        return None;
    }
    let given = std::env::var_os("JACOLBERT_DICTIONARY").map(PathBuf::from);
    let folder = given.or_else(dictionary_of_python);
    if folder.is_none() {
        say("SKIPPED: no unidic-lite (pip install unidic-lite, or set JACOLBERT_DICTIONARY)");
    }
    folder
}

fn dictionary_of_python() -> Option<PathBuf> {
    let script = "import unidic_lite; print(unidic_lite.DICDIR)";
    let output = Command::new("python3").args(["-c", script]).output().ok()?;
    let folder = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| folder.trim().into())
}
