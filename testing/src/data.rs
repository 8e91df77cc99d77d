//! Folders with models and data sets that tests read.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the demonstration model.
///
/// # Panics
/// If it is missing: it is part of the repository, and a test without it would test nothing.
pub fn mini() -> PathBuf {
    let folder = repository().join("assets/mini");
    assert!(folder.is_dir(), "the demonstration model is missing: {}", folder.display());
    folder
}

/// The data set `name`, which is not part of the repository; `None` where it is missing, which is
/// printed, as the test then checks nothing.
pub fn shared(name: &str) -> Option<PathBuf> {
    let folder = repository().join("../shared/data").join(name);
    if folder.exists() {
        return Some(folder);
    }
    print_skipped(&format!("{} is missing", folder.display()));
    None
}

/// The folder of the MeCab dictionary unidic-lite: the environment variable `JACOLBERT_DICTIONARY`, else the folder
/// of Python's package; `None`, which is printed, without either.
pub fn dictionary() -> Option<PathBuf> {
    let given = std::env::var_os("JACOLBERT_DICTIONARY").map(PathBuf::from);
    let folder = given.or_else(dictionary_of_python);
    if folder.is_none() {
        print_skipped("no unidic-lite (pip install unidic-lite, or set JACOLBERT_DICTIONARY)");
    }
    folder
}

fn dictionary_of_python() -> Option<PathBuf> {
    let script = "import unidic_lite; print(unidic_lite.DICDIR)";
    let output = Command::new("python3").args(["-c", script]).output().ok()?;
    let folder = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| folder.trim().into())
}

fn print_skipped(reason: &str) {
    // Not eprintln!, which the test harness captures.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {reason}");
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}
