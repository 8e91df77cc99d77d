//! Indexes of fast-plaid with one thing wrong.

use std::error::Error as StdError;
use std::fs;

use jacolbert_index::{Error, PlaidFault};
use proptest::prelude::*;

use super::damage::{Copy, check_of, replace};

type Tested = Result<(), Box<dyn StdError>>;

/// Alters a file of `fast_merged`.
fn check(
    file: &str,
    change: impl Fn(&mut Vec<u8>),
    expected: impl Fn(&PlaidFault) -> bool,
) -> Tested {
    let alter = |copy: &Copy| {
        let path = copy.path().join(file);
        let mut bytes = fs::read(&path)?;
        change(&mut bytes);
        Ok(fs::write(path, bytes)?)
    };
    check_of("fast_merged", file, alter, expected)
}

#[test]
fn headers_must_be_those_of_numpy() -> Tested {
    for (from, to) in [
        (&b"\x93NUMPY\x01"[..], &b"\x93NUMPY\x02"[..]),
        (b"NUMPY", b"numpy"),
        (b"'fortran_order': False", b"'fortran_order': True "),
        (b"'descr'", b"'dtype'"),
        (b"'shape': (", b"'shape': ["),
    ] {
        let header = |fault: &PlaidFault| matches!(fault, PlaidFault::NpyHeader);
        check("merged_codes.npy", |bytes| replace(bytes, from, to), header)?;
    }
    check("centroids.npy", |bytes| bytes.truncate(9), |f| matches!(f, PlaidFault::NpyHeader))?;
    check("centroids.npy", |bytes| bytes.truncate(40), |f| matches!(f, PlaidFault::NpyHeader))
}

#[test]
fn other_types_are_refused() -> Tested {
    for (file, from, to) in [
        ("merged_codes.npy", "<i8", "<i4"),
        ("merged_residuals.npy", "|u1", "|i1"),
        ("centroids.npy", "<f2", ">f2"),
        ("bucket_weights.npy", "<f4", "|O4"),
    ] {
        let change = |bytes: &mut Vec<u8>| replace(bytes, from.as_bytes(), to.as_bytes());
        check(
            file,
            change,
            |fault| matches!(fault, PlaidFault::Dtype { found, .. } if found == to),
        )?;
    }
    Ok(())
}

#[test]
fn truncated_arrays_are_refused() -> Tested {
    for file in ["merged_codes.npy", "merged_residuals.npy", "centroids.npy", "bucket_weights.npy"]
    {
        // A merged file ends with rows of no passage.
        let change = |bytes: &mut Vec<u8>| bytes.truncate(200.min(bytes.len() - 1));
        check(file, change, |fault| matches!(fault, PlaidFault::StorageLength { .. }))?;
    }
    Ok(())
}

#[test]
fn arrays_have_the_shapes_that_belong_together() -> Tested {
    for (file, from, to) in [
        ("merged_codes.npy", "'shape': (", "'shape': (1, "),
        ("merged_residuals.npy", ", 16)", ", 15)"),
        ("bucket_weights.npy", "(16,)", "(15,)"),
        ("centroids.npy", "'shape': (", "'shape': (0, "),
    ] {
        let change = |bytes: &mut Vec<u8>| replace(bytes, from.as_bytes(), to.as_bytes());
        check(file, change, |fault| matches!(fault, PlaidFault::Shape { .. }))?;
    }
    Ok(())
}

#[test]
fn codes_beyond_the_centroids_are_refused() -> Tested {
    for bad in [16i64, i64::MAX, -1] {
        let change = |bytes: &mut Vec<u8>| {
            let start = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
            bytes[start + 16..start + 24].copy_from_slice(&bad.to_le_bytes());
        };
        check(
            "merged_codes.npy",
            change,
            |fault| matches!(fault, PlaidFault::Code { token: 2, code, .. } if *code == bad),
        )?;
    }
    Ok(())
}

#[test]
fn files_of_chunks_are_newer_than_the_merged_ones() -> Tested {
    let copy = Copy::of("fast_merged")?;
    let chunks = Copy::of("fast_chunks")?;
    let take = |n: usize| -> Result<(), std::io::Error> {
        for file in [format!("{n}.codes.npy"), format!("{n}.residuals.npy")] {
            fs::copy(chunks.path().join(&file), copy.path().join(&file))?;
        }
        Ok(())
    };
    take(2)?;
    copy.read()?;
    take(0)?;
    let error = copy.read();
    let stale = PlaidFault::StaleMerge { number: 1 };
    assert!(
        matches!(error, Err(Error::Plaid { fault, .. }) if fault.to_string() == stale.to_string())
    );
    take(1)?;
    Ok(copy.read()?)
}

#[test]
fn missing_files_are_named() -> Tested {
    for (name, file) in [
        ("fast_merged", "centroids.npy"),
        ("fast_merged", "bucket_weights.npy"),
        ("fast_merged", "merged_codes.npy"),
        ("fast_merged", "merged_residuals.npy"),
    ] {
        let copy = Copy::of(name)?;
        fs::remove_file(copy.path().join(file))?;
        let named = copy.path().join(file);
        assert!(matches!(copy.read(), Err(Error::Io { path, .. }) if path == named));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn altered_bytes_never_panic(
        file in prop::sample::select(vec![
            "metadata.json", "centroids.npy", "bucket_weights.npy", "merged_codes.npy",
            "merged_residuals.npy", "1.metadata.json",
        ]),
        at in 0usize..140,
        with in prop::collection::vec(any::<u8>(), 1..8),
    ) {
        let fail = |e: &dyn std::fmt::Display| TestCaseError::fail(e.to_string());
        let copy = Copy::of("fast_merged").map_err(|e| fail(&e))?;
        let path = copy.path().join(file);
        let mut bytes = fs::read(&path).map_err(|e| fail(&e))?;
        bytes.iter_mut().skip(at).zip(&with).for_each(|(byte, with)| *byte = *with);
        fs::write(&path, bytes).map_err(|e| fail(&e))?;
        match copy.read() {
            Ok(()) | Err(Error::Plaid { .. } | Error::Io { .. } | Error::TooManyPassages) => (),
            Err(other) => prop_assert!(false, "{:?}", other),
        }
    }
}
