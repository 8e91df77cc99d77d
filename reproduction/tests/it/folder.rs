//! A folder with the files of a test.

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::TestResult;

/// A folder that is gone after the test, with files, of which those ending in `.gz` are packed.
pub(crate) fn folder(files: &[(&str, &str)]) -> Result<tempfile::TempDir, std::io::Error> {
    let folder = tempfile::tempdir()?;
    for (name, text) in files {
        let path = folder.path().join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        if name.ends_with(".gz") {
            let mut packed = GzEncoder::new(fs::File::create(path)?, Compression::fast());
            packed.write_all(text.as_bytes())?;
            packed.finish()?;
        } else {
            fs::write(path, text)?;
        }
    }
    Ok(folder)
}

/// As [`folder`], of files that are no text.
pub(crate) fn folder_of(files: &[(&str, &[u8])]) -> Result<tempfile::TempDir, std::io::Error> {
    let empty: Vec<_> = files.iter().map(|(name, _)| (*name, "")).collect();
    let folder = folder(&empty)?;
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes)?;
    }
    Ok(folder)
}

/// Writes JSQuAD's file with three contexts and four questions.
pub(crate) const SQUAD: &str = r#"{"version":"v1.1","data":[
 {"title":"山","paragraphs":[
  {"context":"富士山 [SEP] 富士山は日本で最も高い山である。","qas":[
   {"id":"a1","question":"日本で一番高い山は？","answers":[{"text":"富士山","answer_start":0}],"is_impossible":false},
   {"id":"a2","question":"富士山の高さは？","answers":[],"is_impossible":true}]},
  {"context":"琵琶湖 [SEP] 琵琶湖は日本で最も大きな湖である。","qas":[
   {"id":"a3","question":"日本で一番大きな湖は？","answers":[{"text":"琵琶湖","answer_start":0}]}]}]},
 {"title":"茶","paragraphs":[
  {"context":"千利休 [SEP] 千利休はわび茶を大成した茶人である。","qas":[
   {"id":"a4","question":"わび茶を大成した茶人は誰？","answers":[]}]},
  {"context":"富士山 [SEP] 富士山は日本で最も高い山である。","qas":[
   {"id":"a5","question":"最も高い山は？","answers":[]}]}]}]}"#;

#[test]
fn packed_files_are_packed() -> TestResult {
    let folder = folder(&[("a/b.gz", "text")])?;
    assert!(fs::read(Path::new(folder.path()).join("a/b.gz"))?.starts_with(&[0x1f, 0x8b]));
    Ok(())
}
