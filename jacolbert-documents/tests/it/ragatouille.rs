//! The files beside an index of RAGatouille, as people have them.

use std::fs;

use jacolbert_documents::{Error, ragatouille_documents};
use serde_json::{Value, json};

use crate::TestResult;

const PASSAGE_IDS: &str = "pid_docid_map.json";
const METADATA: &str = "docid_metadata_map.json";
const NUM_TOKENS: [usize; 4] = [5, 0, 7, 6];

/// A folder of three passages of two documents; the second of four was deleted.
fn folder() -> Result<tempfile::TempDir, std::io::Error> {
    let folder = tempfile::tempdir()?;
    let write = |file: &str, json: Value| fs::write(folder.path().join(file), json.to_string());
    write("collection.json", json!(["富士山。", "琵琶湖は湖。", "近江にある。"]))?;
    write(PASSAGE_IDS, json!({ "0": "fuji", "2": "biwa", "3": "biwa" }))?;
    write(METADATA, json!({ "biwa": { "page": 2 } }))?;
    Ok(folder)
}

#[test]
fn files_may_be_as_editors_leave_them() -> TestResult {
    for (file, content) in [
        ("collection.json", "\u{feff}[\"富士山。\",\r\n\"琵琶湖は湖。\",\r\n\"近江にある。\"]\r\n"),
        (PASSAGE_IDS, "\u{feff}{\"0\": \"fuji\",\r\n\"2\": \"biwa\",\r\n\"3\": \"biwa\"}\r\n"),
        (METADATA, "\u{feff}{\"biwa\": {\"page\": 2}}\r\n"),
    ] {
        let folder = folder()?;
        let expected = ragatouille_documents(folder.path(), &NUM_TOKENS)?;
        fs::write(folder.path().join(file), content)?;
        assert_eq!(ragatouille_documents(folder.path(), &NUM_TOKENS)?, expected, "{file}");
    }
    Ok(())
}

#[test]
fn files_that_are_something_else_are_told() -> TestResult {
    for content in [
        &b""[..],
        b"\x1f\x8b\x08\0",
        b"version https://git-lfs.github.com/spec/v1\n",
        b"[\"\x93\xfa\"]",
        b"\xff\xfe[\0",
    ] {
        for file in ["collection.json", PASSAGE_IDS, METADATA] {
            let folder = folder()?;
            fs::write(folder.path().join(file), content)?;
            let error = ragatouille_documents(folder.path(), &NUM_TOKENS);
            assert!(
                matches!(&error, Err(Error::WrongFile { path, .. }) if path.ends_with(file)),
                "{file} {}: {error:?}",
                content.escape_ascii()
            );
        }
    }
    Ok(())
}

#[test]
fn files_that_are_missing_or_damaged_are_named() -> TestResult {
    for (file, content) in [
        ("collection.json", "[1, 2, 3]"),
        ("collection.json", "["),
        (PASSAGE_IDS, "[]"),
        (PASSAGE_IDS, r#"{"one": "a", "2": "b", "3": "c"}"#),
        (PASSAGE_IDS, r#"{"-1": "a", "2": "b", "3": "c"}"#),
        (PASSAGE_IDS, r#"{"1": "", "2": "b", "3": "c"}"#),
        (PASSAGE_IDS, r#"{"1": null, "2": "b", "3": "c"}"#),
        (PASSAGE_IDS, r#"{"1": "a", "01": "b", "3": "c"}"#),
        (PASSAGE_IDS, r#"{"1": 1.0, "2": "b", "3": "c"}"#),
        ("collection.json", r#"["\ud83d", "二", "三"]"#),
        ("collection.json", r#"[null, "二", "三"]"#),
        (METADATA, "[]"),
    ] {
        let folder = folder()?;
        fs::write(folder.path().join(file), content)?;
        let error = ragatouille_documents(folder.path(), &NUM_TOKENS);
        assert!(
            matches!(&error, Err(Error::Corrupt { path, .. }) if path.ends_with(file)),
            "{content}: {error:?}"
        );
    }
    for file in ["collection.json", PASSAGE_IDS] {
        let folder = folder()?;
        fs::remove_file(folder.path().join(file))?;
        let error = ragatouille_documents(folder.path(), &NUM_TOKENS);
        assert!(matches!(&error, Err(Error::Io { path, .. }) if path.ends_with(file)));
    }
    Ok(())
}
