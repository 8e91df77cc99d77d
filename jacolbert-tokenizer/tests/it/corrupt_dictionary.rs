//! Dictionaries that are not whole: each broken field is an error of its own.

use std::path::{Path, PathBuf};

use jacolbert_testing::small_dictionary;
use jacolbert_tokenizer::{Dictionary, DictionaryFault, Error};

const SYSTEM_AND_UNKNOWN: [&str; 2] = ["sys.dic", "unk.dic"];

/// What opening says after `change` was made to the bytes of `file`.
fn fault_after(file: &str, change: impl FnOnce(&mut Vec<u8>)) -> DictionaryFault {
    let folder = small_dictionary::folder();
    let path = folder.path().join(file);
    let mut bytes = std::fs::read(&path).expect("a file");
    change(&mut bytes);
    std::fs::write(&path, bytes).expect("the changed file");
    let (named, fault) = fault(folder.path());
    assert_eq!(named, path);
    fault
}

/// The path that the error of opening `folder` names, and the fault.
fn fault(folder: &Path) -> (PathBuf, DictionaryFault) {
    match Dictionary::open(folder).expect_err("a broken dictionary") {
        Error::Dictionary { path, fault } => (path, fault),
        error => panic!("{error:?}"),
    }
}

/// Writes a number of a header, keeping the rest.
fn set(start: usize, number: u32) -> impl FnOnce(&mut Vec<u8>) {
    move |bytes| bytes[start..start + 4].copy_from_slice(&number.to_le_bytes())
}

#[test]
fn a_file_cut_inside_of_a_header_field_names_the_field() {
    let words = [
        ("magic number", 0, 4),
        ("version", 4, 8),
        ("type", 8, 12),
        ("number of words", 12, 16),
        ("left size", 16, 20),
        ("right size", 20, 24),
        ("bytes of double array", 24, 28),
        ("bytes of tokens", 28, 32),
        ("bytes of features", 32, 36),
        ("reserved word", 36, 40),
        ("character set", 40, 72),
    ];
    for file in SYSTEM_AND_UNKNOWN {
        words.iter().for_each(|field| check_cut(file, *field));
    }
    check_cut("matrix.bin", ("left size", 0, 2));
    check_cut("matrix.bin", ("right size", 2, 4));
    check_cut("char.bin", ("number of categories", 0, 4));
    check_cut("char.bin", ("category name", 4, 36));
    check_cut("char.bin", ("category name", 36, 68));
}

/// Every length from the field's start to one byte before its end is too short for it.
fn check_cut(file: &str, (name, start, end): (&str, usize, usize)) {
    for len in start..end {
        match fault_after(file, |bytes| bytes.truncate(len)) {
            DictionaryFault::Truncated { field, end: found, len: found_len } => {
                assert_eq!((field, found, found_len), (name, end as u64, len as u64));
            }
            fault => panic!("{file} cut at {len}: {fault:?}"),
        }
    }
}

#[test]
fn a_file_cut_behind_its_header_is_an_error() {
    for file in SYSTEM_AND_UNKNOWN {
        for cut in [1, 100, 1000] {
            let fault = fault_after(file, |bytes| bytes.truncate(bytes.len() - cut));
            assert!(
                matches!(fault, DictionaryFault::Magic { recorded, len } if recorded == len + cut as u64)
            );
        }
    }
    for file in ["matrix.bin", "char.bin"] {
        let fault = fault_after(file, |bytes| bytes.truncate(bytes.len() - 1));
        assert!(matches!(fault, DictionaryFault::Size { field: "length", .. }), "{fault:?}");
        let fault = fault_after(file, |bytes| bytes.push(0));
        assert!(matches!(fault, DictionaryFault::Size { field: "length", .. }), "{fault:?}");
    }
}

#[test]
fn a_wrong_magic_number_is_an_error() {
    for file in SYSTEM_AND_UNKNOWN {
        let fault = fault_after(file, set(0, 0));
        assert!(matches!(fault, DictionaryFault::Magic { recorded: 0xef71_8f77, .. }), "{fault:?}");
    }
}

#[test]
fn another_version_is_an_error() {
    for file in SYSTEM_AND_UNKNOWN {
        let fault = fault_after(file, set(4, 103));
        assert!(matches!(fault, DictionaryFault::Version { found: 103, supported: 102, .. }));
    }
}

#[test]
fn a_dictionary_of_another_kind_is_an_error() {
    let fault = fault_after("sys.dic", set(8, 1));
    assert!(matches!(fault, DictionaryFault::Kind { found: 1, expected: 0, .. }));
    let fault = fault_after("unk.dic", set(8, 0));
    assert!(matches!(fault, DictionaryFault::Kind { found: 0, expected: 2, .. }));
}

#[test]
fn a_dictionary_that_is_not_in_utf8_is_an_error() {
    let set = |name: &'static [u8]| {
        move |bytes: &mut Vec<u8>| bytes[40..40 + name.len()].copy_from_slice(name)
    };
    for file in SYSTEM_AND_UNKNOWN {
        let fault = fault_after(file, set(b"EUC-JP\0"));
        assert!(matches!(fault, DictionaryFault::Charset { found, .. } if found == "EUC-JP"));
        let fault = fault_after(file, set(b"\xff\xfe\0"));
        assert!(matches!(fault, DictionaryFault::Charset { .. }));
    }
}

#[test]
fn lengths_that_disagree_are_errors() {
    let fields = [
        (12, "bytes of tokens"),
        (16, "left size"),
        (20, "right size"),
        (24, "bytes of double array"),
        (28, "bytes of tokens"),
        (32, "end of features"),
    ];
    for file in SYSTEM_AND_UNKNOWN {
        for (start, name) in fields {
            for number in [1, u32::MAX] {
                let fault = fault_after(file, set(start, number));
                assert!(
                    matches!(fault, DictionaryFault::Size { field, .. } if field == name),
                    "{file}, {name} = {number}: {fault:?}"
                );
            }
        }
        let fault = fault_after(file, set(24, 8));
        assert!(matches!(fault, DictionaryFault::Size { field: "end of features", .. }));
    }
}

#[test]
fn an_empty_matrix_is_an_error() {
    let fault = fault_after("matrix.bin", |bytes| *bytes = vec![0; 4]);
    assert!(matches!(fault, DictionaryFault::Size { field: "left size", found: 0, .. }));
}

#[test]
fn a_matrix_of_another_dictionary_is_an_error() {
    let folder = small_dictionary::folder();
    std::fs::write(folder.path().join("matrix.bin"), [1, 0, 1, 0, 0, 0]).expect("a matrix");
    let (_, fault) = fault(folder.path());
    assert!(matches!(
        fault,
        DictionaryFault::Size { field: "left size", found: 7, expected: 1, .. }
    ));
}

#[test]
fn categories_without_meaning_are_errors() {
    for number in [0, 19, u32::MAX] {
        let fault = fault_after("char.bin", set(0, number));
        let expected = "number of categories";
        assert!(matches!(fault, DictionaryFault::Payload { field, .. } if field == expected));
    }
    let fault = fault_after("char.bin", |bytes| {
        let last = bytes.len() - 4;
        set(last, 200 << 18)(bytes);
    });
    assert!(
        matches!(
            fault,
            DictionaryFault::Payload { field: "default category", found: 200, limit: 9, .. }
        ),
        "{fault:?}"
    );
}

#[test]
fn a_category_without_unknown_words_is_an_error() {
    let folder = small_dictionary::folder();
    let path = folder.path().join("char.bin");
    let mut bytes = std::fs::read(&path).expect("the table");
    bytes[4..11].copy_from_slice(b"DEFAULD");
    std::fs::write(&path, bytes).expect("the changed table");
    let (_, fault) = fault(folder.path());
    assert!(matches!(fault, DictionaryFault::Category { category, .. } if category == "DEFAULD"));
}

#[test]
fn ids_outside_of_the_matrix_are_errors() {
    // The first token of unk.dic follows its double array; the system's tokens are checked where
    // they are read.
    let change = |start: usize, bytes: &mut Vec<u8>| {
        let units = bytes[24..28].try_into().map(u32::from_le_bytes).expect("four bytes");
        let token = 72 + units as usize;
        bytes[token + start..token + start + 2].copy_from_slice(&[0xff, 0xff]);
    };
    let fault = fault_after("unk.dic", |bytes| change(0, bytes));
    assert!(matches!(
        fault,
        DictionaryFault::Payload { field: "left id", found: 0xffff, limit: 9, .. }
    ));
    let fault = fault_after("unk.dic", |bytes| change(2, bytes));
    assert!(matches!(
        fault,
        DictionaryFault::Payload { field: "right id", found: 0xffff, limit: 7, .. }
    ));
}

#[test]
fn a_folder_that_is_no_dictionary_is_named_with_what_it_lacks() {
    let check = |folder: &Path, expected: &[&'static str]| {
        let missing = DictionaryFault::NotADictionary { missing: expected.into() };
        assert_eq!(fault(folder), (folder.into(), missing));
    };
    let folder = small_dictionary::folder();
    check(&folder.path().join("elsewhere"), &["sys.dic", "unk.dic", "matrix.bin", "char.bin"]);
    check(&folder.path().join("sys.dic"), &["sys.dic", "unk.dic", "matrix.bin", "char.bin"]);
    std::fs::remove_file(folder.path().join("unk.dic")).expect("a file less");
    check(folder.path(), &["unk.dic"]);
    std::fs::remove_file(folder.path().join("char.bin")).expect("a file less");
    check(folder.path(), &["unk.dic", "char.bin"]);
    let error = Dictionary::open(folder.path()).expect_err("no dictionary").to_string();
    assert!(error.ends_with("not a compiled MeCab dictionary: no unk.dic, no char.bin"), "{error}");
}
