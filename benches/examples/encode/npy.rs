//! A NumPy file that grows row by row.

use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};
use std::path::Path;

/// Bytes of the header; room for any shape of three numbers.
const HEADER: usize = 128;

/// What a NumPy file may hold here.
pub(crate) trait Value: Copy {
    /// NumPy's name of the type.
    const DESCR: &'static str;
    /// Little-endian bytes.
    fn write(self, file: &mut impl Write) -> io::Result<()>;
}

impl Value for f32 {
    const DESCR: &'static str = "<f4";
    fn write(self, file: &mut impl Write) -> io::Result<()> {
        file.write_all(&self.to_le_bytes())
    }
}

impl Value for i64 {
    const DESCR: &'static str = "<i8";
    fn write(self, file: &mut impl Write) -> io::Result<()> {
        file.write_all(&self.to_le_bytes())
    }
}

/// Writes an array `[rows, ..row]` of which the number of rows is known at the end only.
pub(crate) struct NpyWriter<T> {
    file: BufWriter<File>,
    row: Vec<usize>,
    num_values: usize,
    values: std::marker::PhantomData<T>,
}

impl<T: Value> NpyWriter<T> {
    /// Begins the file `path`, with rows of shape `row`.
    pub(crate) fn create(path: &Path, row: &[usize]) -> io::Result<Self> {
        let mut file = BufWriter::new(File::create(path)?);
        file.write_all(&[0; HEADER])?;
        Ok(Self { file, row: row.into(), num_values: 0, values: std::marker::PhantomData })
    }

    /// Appends values; row ends may fall anywhere.
    pub(crate) fn push(&mut self, values: &[T]) -> io::Result<()> {
        self.num_values += values.len();
        values.iter().try_for_each(|value| value.write(&mut self.file))
    }

    /// Writes the header.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        let row_len: usize = self.row.iter().product();
        let rest: String = self.row.iter().map(|n| format!(" {n},")).collect();
        let shape = format!("({},{rest})", self.num_values / row_len);
        let descr = T::DESCR;
        let dict = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
        self.file.rewind()?;
        self.file.write_all(b"\x93NUMPY\x01\x00")?;
        self.file.write_all(&((HEADER - 10) as u16).to_le_bytes())?;
        writeln!(self.file, "{dict:<width$}", width = HEADER - 11)?;
        self.file.flush()
    }
}
