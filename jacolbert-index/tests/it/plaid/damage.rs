//! Foreign indexes with one thing wrong: the file and the fault are named, and nothing panics.

use std::error::Error as StdError;
use std::fs;
use std::io::{Read, Write};
use std::path::Path;

use jacolbert_index::{Error, PlaidFault, PlaidFolder};
use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::{fixture, passages};

/// A copy of a fixture that may be altered.
pub(super) struct Copy {
    folder: tempfile::TempDir,
}

impl Copy {
    fn new() -> Result<Self, Box<dyn StdError>> {
        Self::of("bits_2")
    }

    pub(super) fn of(name: &str) -> Result<Self, Box<dyn StdError>> {
        let folder = tempfile::tempdir()?;
        for entry in fs::read_dir(fixture(name))? {
            let entry = entry?;
            fs::copy(entry.path(), folder.path().join(entry.file_name()))?;
        }
        Ok(Self { folder })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn read(&self) -> Result<(), Error> {
        let folder = PlaidFolder::open(self.path())?;
        for passage in passages(&folder)? {
            folder.codec().decode(&passage)?;
        }
        Ok(())
    }

    /// Replaces text in a file of JSON.
    pub(super) fn edit(&self, file: &str, from: &str, to: &str) -> Result<(), Box<dyn StdError>> {
        let path = self.path().join(file);
        let text = fs::read_to_string(&path)?;
        assert!(text.contains(from), "{file} has {from}");
        Ok(fs::write(&path, text.replacen(from, to, 1))?)
    }

    /// Writes an archive again with one entry changed.
    fn change(
        &self,
        file: &str,
        entry: &str,
        change: impl Fn(&mut Vec<u8>),
    ) -> Result<(), Box<dyn StdError>> {
        let path = self.path().join(file);
        let mut old = ZipArchive::new(fs::File::open(&path)?)?;
        let mut new = ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let mut num_changed = 0;
        for n in 0..old.len() {
            let mut part = old.by_index(n)?;
            let name = part.name()?.into_owned();
            let mut bytes = Vec::new();
            part.read_to_end(&mut bytes)?;
            if name.ends_with(entry) {
                change(&mut bytes);
                num_changed += 1;
            }
            new.start_file(
                name,
                SimpleFileOptions::default().compression_method(CompressionMethod::Stored),
            )?;
            new.write_all(&bytes)?;
        }
        assert_eq!(num_changed, 1, "{file} has one {entry}");
        Ok(fs::write(&path, new.finish()?.into_inner())?)
    }
}

/// One thing wrong in `file` leads to a fault in the file `named`.
fn check(
    named: &str,
    damage: impl Fn(&Copy) -> Result<(), Box<dyn StdError>>,
    expected: impl Fn(&PlaidFault) -> bool,
) -> Result<(), Box<dyn StdError>> {
    check_of("bits_2", named, damage, expected)
}

/// As [`check`], in a copy of the fixture `name`.
pub(super) fn check_of(
    name: &str,
    named: &str,
    damage: impl Fn(&Copy) -> Result<(), Box<dyn StdError>>,
    expected: impl Fn(&PlaidFault) -> bool,
) -> Result<(), Box<dyn StdError>> {
    let copy = Copy::of(name)?;
    damage(&copy)?;
    match copy.read() {
        Err(Error::Plaid { path, fault }) => {
            assert_eq!(path, copy.path().join(named));
            assert!(expected(&fault), "{named}: {fault:?}");
        }
        other => panic!("{named}: {other:?}"),
    }
    Ok(())
}

pub(super) fn replace(bytes: &mut Vec<u8>, from: &[u8], to: &[u8]) {
    let at = bytes.windows(from.len()).position(|part| part == from);
    let at = at.unwrap_or_else(|| panic!("{} is there", from.escape_ascii()));
    bytes.splice(at..at + from.len(), to.iter().copied());
}

#[test]
fn an_unchanged_copy_is_read() -> Result<(), Box<dyn StdError>> {
    let copy = Copy::new()?;
    copy.read()?;
    copy.change("0.codes.pt", "data.pkl", |_| ())?;
    Ok(copy.read()?)
}

#[test]
fn json_files_may_be_as_editors_leave_them() -> Result<(), Box<dyn StdError>> {
    for file in ["metadata.json", "0.metadata.json", "doclens.0.json"] {
        let copy = Copy::new()?;
        let path = copy.path().join(file);
        let content = fs::read_to_string(&path)?.replace(',', ",\r\n");
        fs::write(&path, format!("\u{feff}{content}\r\n"))?;
        copy.read()?;
    }
    Ok(())
}

#[test]
fn json_files_that_are_something_else_are_told() -> Result<(), Box<dyn StdError>> {
    for content in [
        &b""[..],
        b"\x1f\x8b\x08\0",
        b"version https://git-lfs.github.com/spec/v1\n",
        b"\xff\xfe{\0",
    ] {
        for file in ["metadata.json", "0.metadata.json", "doclens.0.json"] {
            let replace = |copy: &Copy| Ok(fs::write(copy.path().join(file), content)?);
            check(file, replace, |fault| matches!(fault, PlaidFault::WrongFile(_)))?;
        }
    }
    Ok(())
}

#[test]
fn missing_files_are_named() -> Result<(), Box<dyn StdError>> {
    for file in [
        "metadata.json",
        "centroids.pt",
        "buckets.pt",
        "0.metadata.json",
        "doclens.1.json",
        "1.codes.pt",
        "2.residuals.pt",
    ] {
        let copy = Copy::new()?;
        fs::remove_file(copy.path().join(file))?;
        let error = copy.read();
        let named = copy.path().join(file);
        assert!(matches!(&error, Err(Error::Io { path, .. }) if *path == named), "{error:?}");
    }
    Ok(())
}

#[test]
fn wrong_json_is_named() -> Result<(), Box<dyn StdError>> {
    for (file, from, to) in [
        ("metadata.json", "\"nbits\": 2,", ""),
        ("metadata.json", "\"num_chunks\": 3", "\"num_chunks\": -3"),
        ("0.metadata.json", "\"num_passages\"", "\"passages\""),
        ("doclens.0.json", "[", "[-"),
        ("doclens.0.json", "[", "[1.5,"),
        ("doclens.0.json", "[", "[null,"),
        ("metadata.json", "\"nbits\": 2,", "\"nbits\": 2.0,"),
        ("doclens.0.json", "[", "{"),
    ] {
        check(file, |copy| copy.edit(file, from, to), |f| matches!(f, PlaidFault::Json(_)))?;
    }
    Ok(())
}

#[test]
fn bits_and_rows_that_do_not_exist_are_refused() -> Result<(), Box<dyn StdError>> {
    let check = |from: &str, to: &str, expected: fn(&PlaidFault) -> bool| {
        check("metadata.json", |copy| copy.edit("metadata.json", from, to), expected)
    };
    for bits in ["3", "0", "16", "18446744073709551615"] {
        let to = format!("\"nbits\": {bits}");
        check("\"nbits\": 2", &to, |fault| matches!(fault, PlaidFault::Bits { .. }))?;
    }
    for dim in ["0", "33", "18446744073709551615"] {
        let to = format!("\"dim\": {dim}");
        check("\"dim\": 32", &to, |fault| matches!(fault, PlaidFault::Dim { .. }))?;
    }
    Ok(())
}

#[test]
fn shapes_agree_with_the_metadata() -> Result<(), Box<dyn StdError>> {
    for (file, from, to) in [
        ("centroids.pt", "\"dim\": 32", "\"dim\": 16"),
        ("centroids.pt", "\"num_partitions\": 128", "\"num_partitions\": 127"),
        ("buckets.pt", "\"nbits\": 2", "\"nbits\": 4"),
    ] {
        let edit = |copy: &Copy| copy.edit("metadata.json", from, to);
        check(file, edit, |fault| matches!(fault, PlaidFault::Shape { .. }))?;
    }
    Ok(())
}

#[test]
fn sums_agree() -> Result<(), Box<dyn StdError>> {
    for (named, edited, from, to) in [
        ("1.metadata.json", "1.metadata.json", "\"passage_offset\": 5", "\"passage_offset\": 6"),
        ("1.metadata.json", "0.metadata.json", "\"num_passages\": 5", "\"num_passages\": 4"),
        ("doclens.2.json", "2.metadata.json", "\"num_passages\": 1", "\"num_passages\": 2"),
        ("doclens.0.json", "0.metadata.json", "\"num_embeddings\": ", "\"num_embeddings\": 1"),
        ("doclens.0.json", "doclens.0.json", "[", "[1"),
        ("doclens.0.json", "doclens.0.json", "[", "[18446744073709551615,"),
    ] {
        let edit = |copy: &Copy| copy.edit(edited, from, to);
        check(named, edit, |fault| matches!(fault, PlaidFault::Disagrees { .. }))?;
    }
    Ok(())
}

#[test]
fn more_chunks_than_files_are_named() -> Result<(), Box<dyn StdError>> {
    let copy = Copy::new()?;
    copy.edit("metadata.json", "\"num_chunks\": 3", "\"num_chunks\": 18446744073709551615")?;
    let named = copy.path().join("3.metadata.json");
    assert!(matches!(copy.read(), Err(Error::Io { path, .. }) if path == named));
    Ok(())
}

#[test]
fn codes_and_residuals_are_of_the_passages() -> Result<(), Box<dyn StdError>> {
    for file in ["codes.pt", "residuals.pt"] {
        let named = format!("0.{file}");
        let swap = |copy: &Copy| {
            fs::copy(copy.path().join(format!("2.{file}")), copy.path().join(&named))?;
            Ok(())
        };
        check(&named, swap, |fault| matches!(fault, PlaidFault::Shape { .. }))?;
    }
    Ok(())
}

#[test]
fn codes_beyond_the_centroids_are_refused() -> Result<(), Box<dyn StdError>> {
    for bad in [128i32, i32::MAX, -1] {
        let change = |bytes: &mut Vec<u8>| bytes[8..12].copy_from_slice(&bad.to_le_bytes());
        let damage = |copy: &Copy| copy.change("1.codes.pt", "data/0", change);
        check(
            "1.codes.pt",
            damage,
            |fault| matches!(fault, PlaidFault::Code { token: 2, code, num_centroids: 128 } if *code == i64::from(bad)),
        )?;
    }
    Ok(())
}

#[test]
fn values_that_are_no_numbers_are_refused() -> Result<(), Box<dyn StdError>> {
    for (file, entry) in
        [("buckets.pt", "data/0"), ("buckets.pt", "data/1"), ("centroids.pt", "data/0")]
    {
        let damage = |copy: &Copy| copy.change(file, entry, |bytes| bytes[4..8].fill(0xff));
        check(file, damage, |fault| matches!(fault, PlaidFault::NotFinite { .. }))?;
    }
    Ok(())
}

#[test]
fn other_types_are_refused() -> Result<(), Box<dyn StdError>> {
    for (file, from, to) in [
        ("0.codes.pt", "IntStorage", "FloatStorage"),
        ("0.residuals.pt", "ByteStorage", "CharStorage"),
        ("centroids.pt", "HalfStorage", "BFloat16Storage"),
        ("buckets.pt", "FloatStorage", "DoubleStorage"),
    ] {
        let change = |bytes: &mut Vec<u8>| replace(bytes, from.as_bytes(), to.as_bytes());
        let damage = |copy: &Copy| copy.change(file, "data.pkl", change);
        check(
            file,
            damage,
            |fault| matches!(fault, PlaidFault::Dtype { found, .. } if found == to),
        )?;
    }
    Ok(())
}

#[test]
fn truncated_tensors_are_refused() -> Result<(), Box<dyn StdError>> {
    for file in ["0.codes.pt", "0.residuals.pt", "centroids.pt"] {
        for longer in [false, true] {
            let change =
                |bytes: &mut Vec<u8>| bytes.resize(bytes.len() + 2 * usize::from(longer) - 1, 0);
            let damage = |copy: &Copy| copy.change(file, "data/0", change);
            check(file, damage, |fault| matches!(fault, PlaidFault::StorageLength { .. }))?;
        }
    }
    Ok(())
}

#[test]
fn a_tensor_must_lie_row_by_row_within_its_storage() -> Result<(), Box<dyn StdError>> {
    // The sizes of a matrix stand before the strides; `K` goes before a small number.
    for (from, to) in [(&b"QK\x00"[..], &b"QK\x01"[..]), (b"K K\x01\x86", b"K\x01K \x86")] {
        let change = |bytes: &mut Vec<u8>| replace(bytes, from, to);
        let damage = |copy: &Copy| copy.change("centroids.pt", "data.pkl", change);
        check("centroids.pt", damage, |fault| matches!(fault, PlaidFault::Layout))?;
    }
    Ok(())
}

#[test]
fn programs_are_not_run() -> Result<(), Box<dyn StdError>> {
    let call =
        |bytes: &mut Vec<u8>| replace(bytes, b"torch._utils\n_rebuild_tensor_v2", b"os\nsystem");
    let damage = |copy: &Copy| copy.change("centroids.pt", "data.pkl", call);
    check(
        "centroids.pt",
        damage,
        |fault| matches!(fault, PlaidFault::PickleGlobal { global } if global == "os.system"),
    )?;
    let build = |bytes: &mut Vec<u8>| replace(bytes, b")R", b")Rb");
    let damage = |copy: &Copy| copy.change("centroids.pt", "data.pkl", build);
    check("centroids.pt", damage, |fault| {
        matches!(fault, PlaidFault::PickleOpcode { opcode: b'b' })
    })
}

#[test]
fn one_tensor_is_not_two() -> Result<(), Box<dyn StdError>> {
    for (from, to) in [("buckets.pt", "centroids.pt"), ("centroids.pt", "buckets.pt")] {
        let damage = |copy: &Copy| {
            fs::copy(copy.path().join(from), copy.path().join(to))?;
            Ok(())
        };
        check(to, damage, |fault| matches!(fault, PlaidFault::NumTensors { .. }))?;
    }
    Ok(())
}

#[test]
fn what_is_no_archive_of_torch_is_refused() -> Result<(), Box<dyn StdError>> {
    let archive = |fault: &PlaidFault| matches!(fault, PlaidFault::Archive { .. });
    let write =
        |copy: &Copy| Ok(fs::write(copy.path().join("centroids.pt"), b"\x80\x02\x8a\x0al\xfc")?);
    check("centroids.pt", write, archive)?;
    let cut = |copy: &Copy| {
        let path = copy.path().join("centroids.pt");
        let bytes = fs::read(&path)?;
        Ok(fs::write(path, &bytes[..bytes.len() / 2])?)
    };
    check("centroids.pt", cut, archive)?;
    let rename = |bytes: &mut Vec<u8>| replace(bytes, b"X\x01\x00\x00\x000", b"X\x01\x00\x00\x001");
    let lost = |copy: &Copy| copy.change("centroids.pt", "data.pkl", rename);
    check("centroids.pt", lost, archive)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn altered_bytes_never_panic(
        file in prop::sample::select(vec![
            "metadata.json", "centroids.pt", "buckets.pt", "1.metadata.json", "doclens.1.json",
            "1.codes.pt", "1.residuals.pt",
        ]),
        at in 0.0f64..1.0,
        with in prop::collection::vec(any::<u8>(), 1..8),
    ) {
        let fail = |e: &dyn std::fmt::Display| TestCaseError::fail(e.to_string());
        let copy = Copy::new().map_err(|e| fail(&e))?;
        let path = copy.path().join(file);
        let mut bytes = fs::read(&path).map_err(|e| fail(&e))?;
        let start = (at * bytes.len() as f64) as usize;
        bytes[start..].iter_mut().zip(&with).for_each(|(byte, with)| *byte = *with);
        fs::write(&path, bytes).map_err(|e| fail(&e))?;
        match copy.read() {
            Ok(()) | Err(Error::Plaid { .. } | Error::Io { .. } | Error::TooManyPassages) => (),
            Err(other) => prop_assert!(false, "{:?}", other),
        }
    }
}
