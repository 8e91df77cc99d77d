//! The layouts of one tiny checkpoint, as `parity/make_fixtures.py` wrote them.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// Where the fixtures are.
pub(crate) fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/parity")
}

/// A folder with the settings and the tokenizer that all layouts share, and the files of `layout`.
pub(crate) fn assembled(layout: &str) -> std::io::Result<TempDir> {
    let folder = tempfile::tempdir()?;
    let pylate = layout.starts_with("pylate");
    copy(&here().join("layouts").join(layout), folder.path())?;
    let encoder = folder.path().join("0_Transformer");
    let encoder = if encoder.is_dir() { encoder } else { folder.path().into() };
    copy(&here().join("shared"), &encoder)?;
    if pylate {
        std::fs::remove_file(encoder.join("artifact.metadata"))?;
    }
    Ok(folder)
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
