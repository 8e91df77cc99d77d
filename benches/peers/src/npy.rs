//! NumPy files, read where they lie.

use std::error::Error;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// A number that NumPy files may hold here.
pub trait Number: Copy {
    /// NumPy's name of the type.
    const DESCR: &'static str;
    /// Length in bytes.
    const BYTES: usize;
    /// From that many little-endian bytes.
    fn from_le(bytes: &[u8]) -> Self;
}

impl Number for f32 {
    const DESCR: &'static str = "<f4";
    const BYTES: usize = 4;
    fn from_le(bytes: &[u8]) -> Self {
        Self::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
    }
}

impl Number for i64 {
    const DESCR: &'static str = "<i8";
    const BYTES: usize = 8;
    fn from_le(bytes: &[u8]) -> Self {
        Self::from_le_bytes([
            bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7],
        ])
    }
}

/// An open file; the values stay on disk until they are asked for.
pub struct Npy {
    file: File,
    shape: Vec<usize>,
    start: u64,
}

impl Npy {
    /// Opens a file of numbers `T` in C order.
    pub fn open<T: Number>(path: &Path) -> Result<Self, Box<dyn Error>> {
        let told = |what: &str| format!("{}: {what}", path.display());
        let file = File::open(path).map_err(|error| told(&error.to_string()))?;
        let mut start = [0; 10];
        file.read_exact_at(&mut start, 0)?;
        if &start[..8] != b"\x93NUMPY\x01\x00" {
            return Err(told("no NumPy file of version 1").into());
        }
        let length = usize::from(u16::from_le_bytes([start[8], start[9]]));
        let mut header = vec![0; length];
        file.read_exact_at(&mut header, 10)?;
        let header = String::from_utf8(header)?;
        if !header.contains(&format!("'{}'", T::DESCR)) || header.contains("True") {
            return Err(told(&format!("not {} in C order: {header}", T::DESCR)).into());
        }
        let shape = header.split_once("'shape': (").and_then(|(_, rest)| rest.split_once(')'));
        let (shape, _) = shape.ok_or_else(|| told("no shape"))?;
        let numbers = shape.split(',').map(str::trim).filter(|number| !number.is_empty());
        let shape: Vec<usize> = numbers.map(str::parse).collect::<Result<_, _>>()?;
        let start = 10 + length as u64;
        let bytes = shape.iter().product::<usize>() * T::BYTES;
        if file.metadata()?.len() != start + bytes as u64 {
            return Err(told("length and shape do not agree").into());
        }
        Ok(Self { file, shape, start })
    }

    /// The shape.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// `num_values` values from value `first` on, appended to `values`.
    pub fn read<T: Number>(
        &self,
        first: usize,
        num_values: usize,
        values: &mut Vec<T>,
    ) -> io::Result<()> {
        let mut bytes = vec![0; num_values * T::BYTES];
        self.file.read_exact_at(&mut bytes, self.start + (first * T::BYTES) as u64)?;
        values.extend(bytes.chunks_exact(T::BYTES).map(T::from_le));
        Ok(())
    }

    /// All values.
    pub fn read_all<T: Number>(&self) -> io::Result<Vec<T>> {
        let mut values = Vec::new();
        self.read(0, self.shape.iter().product(), &mut values)?;
        Ok(values)
    }
}
