//! Named tensors of training, kept to the bit or refused.

use std::path::Path;

use jacolbert_core::WrongFile;
use jacolbert_model::{Error, TensorFile};

use crate::TestResult;

fn tensors() -> TensorFile {
    let mut tensors = TensorFile::default();
    tensors.insert("second", &[2, 2], vec![1.0, -0.0, f32::MIN_POSITIVE / 2.0, f32::MAX]);
    tensors.insert("first", &[3], vec![0.1, f32::INFINITY, f32::NEG_INFINITY]);
    tensors
}

fn saved(folder: &Path) -> Result<std::path::PathBuf, Error> {
    let path = folder.join("state.safetensors");
    tensors().save(&path)?;
    Ok(path)
}

#[test]
fn tensors_come_back_to_the_bit_and_only_in_their_shape() -> TestResult {
    let folder = tempfile::tempdir()?;
    let mut found = TensorFile::open(&saved(folder.path())?)?;
    assert_eq!(found.names().collect::<Vec<_>>(), ["first", "second"]);
    assert_eq!(found.remove("second", &[4]), None);
    let values = found.remove("second", &[2, 2]).ok_or("it was put in")?;
    let bits: Vec<u32> = values.iter().map(|value| value.to_bits()).collect();
    let expected = [1.0, -0.0, f32::MIN_POSITIVE / 2.0, f32::MAX].map(f32::to_bits);
    assert_eq!(bits, expected);
    assert_eq!(found.remove("second", &[2, 2]), None);
    Ok(())
}

#[test]
fn a_changed_byte_of_a_tensor_is_an_error() -> TestResult {
    let folder = tempfile::tempdir()?;
    let path = saved(folder.path())?;
    let whole = std::fs::read(&path)?;
    for from_the_end in 1..=7 * size_of::<f32>() {
        let mut bytes = whole.clone();
        let at = bytes.len() - from_the_end;
        bytes[at] ^= 1;
        std::fs::write(&path, bytes)?;
        assert!(matches!(TensorFile::open(&path), Err(Error::Checksum { .. })), "{from_the_end}");
    }
    Ok(())
}

#[test]
fn a_file_cut_off_anywhere_is_an_error() -> TestResult {
    let folder = tempfile::tempdir()?;
    let path = saved(folder.path())?;
    let whole = std::fs::read(&path)?;
    for length in 0..whole.len() {
        std::fs::write(&path, &whole[..length])?;
        let error = TensorFile::open(&path).expect_err("a part of a file");
        let is_named = match length {
            0 => matches!(error, Error::WrongFile { what: WrongFile::Empty, .. }),
            _ => matches!(error, Error::Safetensors { .. }),
        };
        assert!(is_named, "{length}: {error:?}");
    }
    Ok(())
}

#[test]
fn a_safetensors_file_without_checksum_is_an_error() -> TestResult {
    let folder = crate::tiny::Tiny::new().write()?;
    let found = TensorFile::open(&folder.path().join("model.safetensors"));
    assert!(matches!(found, Err(Error::Checksum { .. })));
    Ok(())
}
