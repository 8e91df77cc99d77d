//! Damaged folders: a typed error, and never a panic.

use std::error::Error as StdError;
use std::fs;
use std::path::{Path, PathBuf};

use jacolbert_index::{
    Bits, BuildOptions, CentroidId, Error, FORMAT_VERSION, Index, PackedQuery, PassageId, Scorer,
};
use proptest::prelude::*;

use crate::sample::{index, options, passages};

struct Saved {
    folder: tempfile::TempDir,
}

impl Saved {
    fn new() -> Result<Self, Box<dyn StdError>> {
        let folder = tempfile::tempdir()?;
        let options = BuildOptions { flat_tokens: 100, ..Default::default() };
        index(&passages(30, 21)?, options)?.save(folder.path())?;
        let mut writer = jacolbert_index::IndexWriter::open(folder.path())?;
        writer.delete(PassageId(1))?;
        writer.add(passages(5, 22)?[4].as_ref())?;
        writer.commit()?;
        Ok(Self { folder })
    }

    fn files(&self, part: &str) -> Result<Vec<PathBuf>, Box<dyn StdError>> {
        let entries: Result<Vec<_>, _> = fs::read_dir(self.folder.path())?.collect();
        let paths = entries?.into_iter().map(|entry| entry.path());
        Ok(paths.filter(|path| path.to_string_lossy().contains(part)).collect())
    }

    /// Replaces a file by a changed copy under the same name, as a bad disk would.
    fn alter(
        &self,
        path: &Path,
        change: impl FnOnce(&mut Vec<u8>),
    ) -> Result<Vec<u8>, Box<dyn StdError>> {
        let good = fs::read(path)?;
        let mut bad = good.clone();
        change(&mut bad);
        fs::remove_file(path)?;
        fs::write(path, bad)?;
        Ok(good)
    }

    fn open(&self) -> Result<Index, Error> {
        Index::open(self.folder.path())
    }
}

/// Reads everything that a search could read; the results do not matter.
fn read_all(index: &Index) {
    for passage in index.passage_ids() {
        let _ = index.decode(passage);
    }
    let query = passages(30, 21).expect("passages").remove(2);
    let query = PackedQuery::new(query.as_ref());
    let mut scorer = Scorer::new(index, &query);
    for segment in index.segments() {
        for centroid in 0..100 {
            let _ = segment.cell(CentroidId(centroid)).map(Iterator::count);
        }
        for position in 0..segment.num_passages() {
            let _ = scorer.byte_score(segment, position);
            let _ = scorer.coarse_score(segment, position);
        }
    }
}

#[test]
fn folders_without_an_index_say_why() -> Result<(), Box<dyn StdError>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("file");
    fs::write(&file, b"")?;
    for path in [folder.path(), &file, &folder.path().join("missing")] {
        assert!(matches!(Index::open(path), Err(Error::NotAnIndex { .. })));
    }
    Ok(())
}

#[test]
fn another_version_is_named() -> Result<(), Box<dyn StdError>> {
    let saved = Saved::new()?;
    let manifest = &saved.files("manifest")?[0];
    let text = fs::read_to_string(manifest)?.replace("\"version\": 3", "\"version\": 4");
    fs::write(manifest, text)?;
    let error = saved.open();
    assert!(matches!(error, Err(Error::Version { found: 4, supported: FORMAT_VERSION, .. })));
    Ok(())
}

#[test]
fn every_altered_manifest_byte_is_an_error() -> Result<(), Box<dyn StdError>> {
    let saved = Saved::new()?;
    let manifest = &saved.files("manifest")?[0];
    for at in 0..fs::metadata(manifest)?.len() as usize {
        let good = saved.alter(manifest, |bytes| bytes[at] ^= 1)?;
        match saved.open() {
            Err(Error::Corrupt { .. } | Error::Version { .. }) => (),
            other => panic!("byte {at}: {other:?}"),
        }
        fs::write(manifest, good)?;
    }
    Ok(())
}

#[test]
fn every_missing_or_truncated_file_is_an_error() -> Result<(), Box<dyn StdError>> {
    let saved = Saved::new()?;
    let files = saved.files(".jacolbert")?;
    assert_eq!(files.len(), 5, "codec, two segments, deletions, one attachment");
    for path in files {
        let good = saved.alter(&path, |bytes| bytes.truncate(bytes.len() / 2))?;
        assert!(matches!(saved.open(), Err(Error::Corrupt { .. })), "{}", path.display());
        fs::remove_file(&path)?;
        assert!(matches!(saved.open(), Err(Error::Io { .. })), "{}", path.display());
        fs::write(&path, good)?;
    }
    Ok(())
}

#[test]
fn files_of_another_index_are_not_taken() -> Result<(), Box<dyn StdError>> {
    let saved = Saved::new()?;
    let other = tempfile::tempdir()?;
    index(&passages(30, 99)?, options(Bits::Two))?.save(other.path())?;
    fs::copy(
        other.path().join("1-codec.jacolbert"),
        saved.folder.path().join("1-codec.jacolbert"),
    )?;
    assert!(matches!(saved.open(), Err(Error::Corrupt { .. })));
    Ok(())
}

#[test]
fn verify_finds_an_altered_attachment() -> Result<(), Box<dyn StdError>> {
    let saved = Saved::new()?;
    saved.alter(&saved.files("attachment")?[0], |bytes| bytes[0] ^= 1)?;
    assert!(matches!(saved.open()?.verify(), Err(Error::Corrupt { .. })));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn altered_payload_is_found_by_verify_and_never_panics(
        file in 0usize..5,
        at in 0.0f64..1.0,
        with in prop::collection::vec(1u8.., 1..64),
    ) {
        let saved = Saved::new().map_err(|e| TestCaseError::fail(e.to_string()))?;
        let files = saved.files(".jacolbert").map_err(|e| TestCaseError::fail(e.to_string()))?;
        let altered = saved.alter(&files[file], |bytes| {
            let start = (at * bytes.len() as f64) as usize;
            bytes[start..].iter_mut().zip(&with).for_each(|(byte, with)| *byte ^= with);
        });
        altered.map_err(|e| TestCaseError::fail(e.to_string()))?;
        match saved.open() {
            Err(Error::Corrupt { .. } | Error::Version { .. }) => (),
            Err(other) => prop_assert!(false, "{:?}", other),
            Ok(index) => {
                read_all(&index);
                // Bytes between sections belong to nobody; everything else is covered.
                if let Ok(()) = index.verify() {
                    prop_assert!(index.decode(PassageId(0)).is_ok());
                }
            }
        }
    }
}
