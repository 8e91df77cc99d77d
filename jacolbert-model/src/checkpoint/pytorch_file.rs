//! Weights written by `torch.save`: a pickle that describes where in the file the values of each tensor are.
//!
//! A pickle is a program. The reader here, `pytorch-reader`, only builds dictionaries and tensors, and calls nothing.
//! Anything else in the file is an error that names it, unless the pickle discards it itself.

use std::collections::HashMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use half::{bf16, f16};
use jacolbert_core::WrongFile;
use pytorch_reader::{DType, PickleError, PickleValue, PytorchError, PytorchReader, Tensor};

use super::values::numbers;
use crate::Error;

/// The reader's class name of a tensor in a pickle.
const TENSOR: &str = "torch.Tensor";

/// A file whose pickle was read. The values are read on demand.
pub(super) struct PytorchFile {
    path: PathBuf,
    tensors: HashMap<String, Tensor>,
}

impl PytorchFile {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        Self::read(path).map_err(|error| match recognise(path) {
            Ok(Some(what)) => Error::wrong_file(path, what),
            _ => error,
        })
    }

    fn read(path: &Path) -> Result<Self, Error> {
        let length = std::fs::metadata(path).map_err(|source| Error::io(path, source))?.len();
        let values = PytorchReader::read_pickle_data(path, None).map_err(|e| error(path, e))?;
        if let Some(global) = no_tensor(values) {
            return Err(Error::PickleGlobal { path: path.into(), global });
        }
        let reader = PytorchReader::new(path).map_err(|e| error(path, e))?;
        let unpacked = reader.metadata().total_data_size.unwrap_or(0);
        if u64::try_from(unpacked).is_ok_and(|unpacked| unpacked > length) {
            let source = "it would unpack to more bytes than it has".into();
            return Err(Error::Pytorch { path: path.into(), source });
        }
        Ok(Self { path: path.into(), tensors: reader.into_tensors() })
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.tensors.keys().cloned().collect()
    }

    pub(super) fn shape(&self, name: &str) -> Option<&[usize]> {
        self.tensors.get(name).map(Tensor::shape)
    }

    /// The values of tensor `name`, row by row, for any order in the file.
    pub(super) fn values(&self, name: &str) -> Result<Vec<f32>, Error> {
        let tensor = self
            .tensors
            .get(name)
            .ok_or_else(|| Error::MissingTensor { path: self.path.clone(), tensor: name.into() })?;
        // The reader returns bytes in the byte order of the machine.
        let to_f32s: fn(&[u8]) -> Vec<f32> = match tensor.dtype() {
            DType::F32 => |bytes| numbers(bytes, f32::from_ne_bytes),
            DType::F16 => |bytes| numbers(bytes, |n| f16::from_ne_bytes(n).to_f32()),
            DType::BF16 => |bytes| numbers(bytes, |n| bf16::from_ne_bytes(n).to_f32()),
            dtype => {
                let path = self.path.clone();
                let tensor = name.into();
                return Err(Error::TensorDtype { path, tensor, found: format!("{dtype:?}") });
            }
        };
        Ok(to_f32s(&tensor.read().map_err(|source| unreadable(&self.path, source))?))
    }
}

/// What the file at `path` is, if it is no file of weights. A damaged zip archive is a damaged file of weights.
fn recognise(path: &Path) -> io::Result<Option<WrongFile>> {
    let mut head = Vec::new();
    std::fs::File::open(path)?.take(512).read_to_end(&mut head)?;
    Ok(WrongFile::recognise(&head).filter(|what| *what != WrongFile::Zip))
}

/// The first Python object inside `value` that is not a tensor.
fn no_tensor(value: PickleValue) -> Option<String> {
    match value {
        PickleValue::Unsupported(class) => (class != TENSOR).then_some(class),
        PickleValue::List(values) => values.into_iter().find_map(no_tensor),
        PickleValue::Dict(values) => values.into_values().find_map(no_tensor),
        _ => None,
    }
}

fn error(path: &Path, error: PytorchError) -> Error {
    let path = path.to_path_buf();
    match error {
        PytorchError::Io(source) => unreadable(&path, source),
        PytorchError::Pickle(PickleError::Io(source)) => unreadable(&path, source),
        PytorchError::Pickle(PickleError::UnsupportedType(global)) => {
            Error::PickleGlobal { path, global }
        }
        PytorchError::Pickle(PickleError::InvalidOpCode(opcode)) => {
            Error::PickleOpcode { path, opcode }
        }
        PytorchError::Pickle(PickleError::UnsupportedOpCode(opcode)) => {
            Error::PickleOpcode { path, opcode: opcode as u8 }
        }
        other => Error::Pytorch { path, source: other.into() },
    }
}

/// An error of the system is about the file; any other error is about its contents.
fn unreadable(path: &Path, source: io::Error) -> Error {
    match source.raw_os_error() {
        Some(_) => Error::io(path, source),
        None => Error::Pytorch { path: path.into(), source: source.into() },
    }
}
