//! A `pytorch_model.bin`, written opcode by opcode by the test that needs it and spoilt at will.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::path::Path;

use tempfile::TempDir;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::tiny::Tiny;

/// What `torch.save` would write of a dictionary of tensors.
#[derive(Clone)]
pub(crate) struct TorchFile {
    pub(crate) tensors: BTreeMap<String, Stored>,
    /// More of the dictionary: opcodes that push a value, by key.
    pub(crate) others: Vec<(&'static str, Vec<u8>)>,
    /// Opcodes before the dictionary.
    pub(crate) before: Vec<u8>,
    /// Opcodes after it.
    pub(crate) after: Vec<u8>,
    /// What the file says of its byte order.
    pub(crate) byte_order: &'static str,
    pub(crate) compression: CompressionMethod,
}

/// A tensor and the storage that it is a view of.
#[derive(Clone)]
pub(crate) struct Stored {
    /// The class of the storage.
    pub(crate) class: &'static str,
    /// Elements that the pickle says the storage has.
    pub(crate) elements: i64,
    pub(crate) offset: i64,
    pub(crate) shape: Vec<i64>,
    pub(crate) strides: Vec<i64>,
    /// What the storage has; none if the archive lacks it.
    pub(crate) bytes: Option<Vec<u8>>,
}

impl TorchFile {
    /// The weights of the tiny checkpoint.
    pub(crate) fn new() -> Self {
        let tensors = Tiny::new().tensors.into_iter();
        let tensors = tensors.map(|(name, tensor)| {
            let shape: Vec<i64> = tensor.shape.iter().map(|&size| size as i64).collect();
            let stored = Stored {
                class: "FloatStorage",
                elements: shape.iter().product(),
                offset: 0,
                strides: contiguous(&shape),
                shape,
                bytes: Some(tensor.bytes),
            };
            (name, stored)
        });
        Self {
            tensors: tensors.collect(),
            others: Vec::new(),
            before: Vec::new(),
            after: Vec::new(),
            byte_order: "little",
            compression: CompressionMethod::Stored,
        }
    }

    pub(crate) fn but(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// The same after `change` to the projection.
    pub(crate) fn but_linear(self, change: impl FnOnce(&mut Stored)) -> Self {
        self.but(|file| change(file.tensors.get_mut("linear.weight").expect("the projection")))
    }

    pub(crate) fn pickle(&self) -> Vec<u8> {
        let mut out = b"\x80\x02".to_vec();
        out.extend(&self.before);
        out.extend(b"}(");
        for (key, (name, tensor)) in self.tensors.iter().enumerate() {
            out.extend(string(name));
            out.extend(tensor.rebuild(&key.to_string()));
        }
        for (name, value) in &self.others {
            out.extend(string(name));
            out.extend(value);
        }
        out.push(b'u');
        out.extend(&self.after);
        out.push(b'.');
        out
    }

    pub(crate) fn zip(&self) -> Vec<u8> {
        self.zip_of(&self.pickle())
    }

    /// The archive with another pickle.
    pub(crate) fn zip_of(&self, pickle: &[u8]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let mut add = |name: &str, bytes: &[u8]| {
            let options = SimpleFileOptions::default().compression_method(self.compression);
            zip.start_file(format!("model/{name}"), options).expect("a file of the archive");
            zip.write_all(bytes).expect("a vector can be written");
        };
        add("data.pkl", pickle);
        add("byteorder", self.byte_order.as_bytes());
        for (key, tensor) in self.tensors.values().enumerate() {
            if let Some(bytes) = &tensor.bytes {
                add(&format!("data/{key}"), bytes);
            }
        }
        add("version", b"3\n");
        zip.finish().expect("a vector can be written").into_inner()
    }
}

impl Stored {
    /// Opcodes that push the tensor, whose storage is called `key`.
    fn rebuild(&self, key: &str) -> Vec<u8> {
        let mut out = global("torch._utils", "_rebuild_tensor_v2");
        out.extend(b"((");
        out.extend(string("storage"));
        out.extend(global("torch", self.class));
        out.extend(string(key));
        out.extend(string("cpu"));
        out.extend(number(self.elements));
        out.extend(b"tQ");
        out.extend(number(self.offset));
        out.extend(tuple(&self.shape));
        out.extend(tuple(&self.strides));
        out.push(0x89);
        out.extend(global("collections", "OrderedDict"));
        out.extend(b")RtR");
        out
    }
}

/// Opcodes that push the Python object `module.name`.
pub(crate) fn global(module: &str, name: &str) -> Vec<u8> {
    format!("c{module}\n{name}\n").into_bytes()
}

/// Opcodes that push what `module.name(argument)` returns.
pub(crate) fn call(module: &str, name: &str, argument: &[u8]) -> Vec<u8> {
    [&global(module, name)[..], argument, b"\x85R"].concat()
}

pub(crate) fn string(text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len()).expect("a short text").to_le_bytes();
    [b"X", &length[..], text.as_bytes()].concat()
}

fn number(number: i64) -> Vec<u8> {
    [b"\x8a\x08", &number.to_le_bytes()[..]].concat()
}

fn tuple(numbers: &[i64]) -> Vec<u8> {
    let inside = numbers.iter().flat_map(|&n| number(n));
    std::iter::once(b'(').chain(inside).chain(std::iter::once(b't')).collect()
}

fn contiguous(shape: &[i64]) -> Vec<i64> {
    (1..=shape.len()).map(|axis| shape[axis..].iter().product()).collect()
}

/// The tiny checkpoint with `bytes` for its `pytorch_model.bin`.
pub(crate) fn folder_with(bytes: &[u8]) -> TempDir {
    let folder = Tiny::new().write().expect("the temporary folder can be written");
    replace_weights(folder.path(), bytes).expect("the temporary folder can be written");
    folder
}

fn replace_weights(folder: &Path, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::remove_file(folder.join("model.safetensors"))?;
    std::fs::write(folder.join("pytorch_model.bin"), bytes)
}
