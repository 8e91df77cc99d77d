//! Folders with models and data sets that tests read.

use std::io::Write;
use std::path::{Path, PathBuf};

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
    // Not eprintln!, which the test harness captures.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {} is missing", folder.display());
    None
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}
