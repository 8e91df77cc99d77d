//! One test per kind of damage to, and of malice in, a `pytorch_model.bin`.

use jacolbert_core::WrongFile;
use jacolbert_model::Error;
use proptest::prelude::*;
use zip::CompressionMethod;

use crate::TestResult;
use crate::cases::cases;
use crate::tiny::{Tiny, load};
use crate::torch_file::{Stored, TorchFile, call, folder_with, global, string};

fn error_of(bytes: &[u8]) -> Error {
    load(folder_with(bytes).path()).expect_err("a spoilt file")
}

/// The file after `change` must not be taken for weights.
fn no_weights(change: impl FnOnce(&mut TorchFile)) {
    let error = error_of(&TorchFile::new().but(change).zip());
    assert!(matches!(error, Error::Pytorch { .. }), "{error:?}");
}

/// The file after `change` to its projection must not be taken for weights.
fn no_projection(change: impl FnOnce(&mut Stored)) {
    let error = error_of(&TorchFile::new().but_linear(change).zip());
    assert!(matches!(error, Error::Pytorch { .. }), "{error:?}");
}

#[test]
fn a_pickle_has_the_weights_that_a_safetensors_file_has() -> TestResult {
    let texts = ["東京 ab!", "", "a-b"];
    let folder = folder_with(&TorchFile::new().zip());
    let found = load(folder.path())?.encode_passages(&texts)?;
    assert_eq!(found, Tiny::new().load()?.encode_passages(&texts)?);
    Ok(())
}

#[test]
fn an_archive_that_is_cut_off_anywhere_is_an_error() {
    let whole = TorchFile::new().zip();
    let empty = error_of(&whole[..0]);
    assert!(matches!(empty, Error::WrongFile { what: WrongFile::Empty, .. }), "{empty:?}");
    for length in [1, 4, 30, 100, whole.len() / 2, whole.len() - 100, whole.len() - 1] {
        let error = error_of(&whole[..length]);
        assert!(matches!(error, Error::Pytorch { .. }), "{length}: {error:?}");
    }
}

#[test]
fn a_pickle_that_is_cut_off_anywhere_is_an_error() {
    let file = TorchFile::new();
    let pickle = file.pickle();
    for length in [0, 1, 2, 3, 20, 60, 100, 200, pickle.len() / 2, pickle.len() - 1] {
        let error = error_of(&file.zip_of(&pickle[..length]));
        assert!(matches!(error, Error::Pytorch { .. }), "{length}: {error:?}");
    }
}

#[test]
fn what_is_no_pytorch_file_at_all_is_an_error() {
    let safetensors = std::fs::read(
        Tiny::new().write().expect("a temporary folder").path().join("model.safetensors"),
    );
    let others = [b"PK\x03\x04".to_vec(), b"hello".to_vec(), safetensors.expect("the weights")];
    for bytes in others {
        let error = error_of(&bytes);
        assert!(matches!(error, Error::Pytorch { .. }), "{error:?}");
    }
}

#[test]
fn an_unknown_operation_is_named() {
    for unknown in [0xff, 0x00, b'@', 0x82, 0x97] {
        let error = error_of(&TorchFile::new().but(|file| file.before = vec![unknown, 0, 0]).zip());
        assert!(
            matches!(error, Error::PickleOpcode { opcode, .. } if opcode == unknown),
            "{error:?}"
        );
    }
}

/// A value of the dictionary that is no tensor must be named as `expected`.
fn check_global(value: Vec<u8>, expected: &str) {
    let error = error_of(&TorchFile::new().but(|file| file.others = vec![("x", value)]).zip());
    assert!(
        matches!(&error, Error::PickleGlobal { global, .. } if global == expected),
        "{error:?}"
    );
}

#[test]
fn a_call_of_python_is_named_and_not_made() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mark = folder.path().join("mark");
    let command = string(&format!("touch '{}'", mark.display()));
    check_global(call("posix", "system", &command), "posix.system");
    check_global(call("os", "system", &command), "os.system");
    check_global(call("builtins", "eval", &string("1 + 1")), "builtins.eval");
    check_global(call("torch", "load", &string("other.bin")), "torch.load");
    check_global([&b"("[..], &call("os", "system", &command), b"l"].concat(), "os.system");
    assert!(!mark.exists());
}

#[test]
fn a_call_of_python_with_a_tensor_is_named() {
    let tensor = TorchFile::new().pickle();
    let tensor = &tensor[2..tensor.len() - 1];
    check_global(call("torch._utils", "_rebuild_sparse_tensor", tensor), {
        "torch._utils._rebuild_sparse_tensor"
    });
}

#[test]
fn a_python_object_that_nobody_calls_is_named() {
    check_global(global("os", "system"), "os.system");
    check_global(global("torch", "float32"), "torch.float32");
}

#[test]
fn a_call_of_python_instead_of_weights_is_named() {
    let file = TorchFile::new();
    let pickle = [b"\x80\x02", &call("os", "system", &string("true"))[..], b"."].concat();
    let error = error_of(&file.zip_of(&pickle));
    assert!(matches!(&error, Error::PickleGlobal { global, .. } if global == "os.system"));
}

#[test]
fn a_call_of_python_that_the_file_throws_away_is_not_made() -> TestResult {
    let folder = tempfile::tempdir()?;
    let mark = folder.path().join("mark");
    let command = string(&format!("touch '{}'", mark.display()));
    let thrown_away = [&call("os", "system", &command)[..], b"0"].concat();
    load(folder_with(&TorchFile::new().but(|file| file.before = thrown_away).zip()).path())?;
    assert!(!mark.exists());
    Ok(())
}

#[test]
fn attributes_of_the_dictionary_do_not_matter() -> TestResult {
    let build = [b"}", &string("_metadata")[..], b"}sb"].concat();
    load(folder_with(&TorchFile::new().but(|file| file.after = build).zip()).path())?;
    Ok(())
}

#[test]
fn anything_but_a_dictionary_is_an_error() {
    let file = TorchFile::new();
    for pickle in [&b"\x80\x02N."[..], b"\x80\x02].", b"\x80\x02K\x01.", b"\x80\x02X\0\0\0\0."] {
        assert!(matches!(error_of(&file.zip_of(pickle)), Error::Pytorch { .. }));
    }
}

#[test]
fn operations_without_operands_are_errors() {
    for operations in ["0", "R", "t", "u", "s", "b", "Q", "h\0", "j\0\0\0\0"] {
        no_weights(|file| file.before = operations.as_bytes().to_vec());
    }
}

#[test]
fn values_without_end_are_errors() {
    no_weights(|file| file.before = b"X\xff\xff\xff\xff".to_vec());
    no_weights(|file| file.before = b"\x8d\xff\xff\xff\xff\xff\xff\xff\xff".to_vec());
    no_weights(|file| file.before = b"\x8b\xff\xff\xff\x7f".to_vec());
}

#[test]
fn nesting_and_doubling_without_end_are_errors() {
    no_weights(|file| {
        file.others = vec![("x", [vec![b']'; 100_000], vec![b'a'; 99_999]].concat())]
    });
    let doubling = (0..64).flat_map(|_| *b"(22l").collect::<Vec<u8>>();
    no_weights(|file| file.others = vec![("x", [b"]".to_vec(), doubling].concat())]);
}

#[test]
fn a_storage_that_is_too_short_is_an_error() {
    no_projection(|linear| {
        linear.bytes.as_mut().map(Vec::pop);
    });
    no_projection(|linear| linear.bytes = Some(Vec::new()));
}

#[test]
fn a_storage_that_is_missing_is_an_error() {
    no_projection(|linear| linear.bytes = None);
}

#[test]
fn a_view_that_leaves_its_storage_is_an_error() {
    no_projection(|linear| linear.elements = 31);
    no_projection(|linear| linear.offset = 1);
    no_projection(|linear| linear.strides = vec![9, 1]);
    no_projection(|linear| linear.strides = vec![8, 2]);
}

#[test]
fn sizes_that_overflow_are_errors() {
    for huge in [i64::MAX, i64::MAX / 2, i64::MAX / 4, 1 << 62, 1 << 33] {
        no_projection(|linear| linear.offset = huge);
        no_projection(|linear| linear.strides = vec![huge, 1]);
        no_projection(|linear| linear.shape = vec![huge, huge]);
        no_projection(|linear| linear.shape = vec![huge, 8]);
    }
    no_projection(|linear| linear.elements = i64::MAX);
}

#[test]
fn sizes_below_zero_are_errors() {
    no_projection(|linear| linear.elements = -1);
    no_projection(|linear| linear.offset = -1);
    no_projection(|linear| linear.shape = vec![-4, 8]);
    no_projection(|linear| linear.strides = vec![8, -1]);
}

#[test]
fn strides_are_as_many_as_axes() {
    no_projection(|linear| linear.strides = vec![8]);
    no_projection(|linear| linear.strides = vec![8, 1, 1]);
}

#[test]
fn a_storage_of_an_unknown_class_is_named() {
    let error =
        error_of(&TorchFile::new().but_linear(|linear| linear.class = "QInt8Storage").zip());
    assert!(matches!(&error, Error::PickleGlobal { global, .. } if global == "torch.QInt8Storage"));
}

#[test]
fn numbers_that_are_no_weights_are_named() {
    let file = TorchFile::new().but_linear(|linear| linear.class = "IntStorage");
    let error = error_of(&file.zip());
    assert!(matches!(error, Error::TensorDtype { tensor, found, .. }
        if tensor == "linear.weight" && found == "I32"));
}

#[test]
fn a_misshapen_tensor_is_named_before_it_is_read() {
    let file = TorchFile::new().but_linear(|linear| {
        (linear.shape, linear.strides) = (vec![1 << 28, 8], vec![0, 0]);
    });
    let error = error_of(&file.zip());
    assert!(matches!(error, Error::TensorShape { tensor, expected, .. }
        if tensor == "linear.weight" && expected == [4, 8]));
}

#[test]
fn a_missing_tensor_is_named() {
    let name = "bert.encoder.layer.1.output.dense.bias";
    let file = TorchFile::new().but(|file| {
        file.tensors.remove(name);
    });
    let error = error_of(&file.zip());
    assert!(matches!(error, Error::MissingTensor { path, tensor }
        if tensor == name && path.ends_with("pytorch_model.bin")));
}

#[test]
fn numbers_of_a_big_endian_machine_are_an_error() {
    no_weights(|file| file.byte_order = "big");
    no_weights(|file| file.byte_order = "middle");
}

#[test]
fn an_archive_that_unpacks_to_more_than_it_has_is_an_error() {
    no_weights(|file| {
        file.compression = CompressionMethod::Deflated;
        let bomb = file.tensors.get_mut("linear.weight").expect("the projection");
        bomb.bytes = Some(vec![0; 1 << 24]);
    });
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn no_altered_archive_is_a_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let mut bytes = TorchFile::new().zip();
        alter(&mut bytes, &changes, cut);
        let _ = load(folder_with(&bytes).path());
    }

    #[test]
    fn no_altered_pickle_is_a_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in prop::option::weighted(0.1, any::<prop::sample::Index>()),
    ) {
        let file = TorchFile::new();
        let mut pickle = file.pickle();
        alter(&mut pickle, &changes, cut);
        let _ = load(folder_with(&file.zip_of(&pickle)).path());
    }
}

fn alter(
    bytes: &mut Vec<u8>,
    changes: &[(prop::sample::Index, u8)],
    cut: Option<prop::sample::Index>,
) {
    for (at, byte) in changes {
        let at = at.index(bytes.len());
        bytes[at] = *byte;
    }
    if let Some(cut) = cut {
        bytes.truncate(cut.index(bytes.len()));
    }
}
