//! What products go over, and where their results go.

use bytemuck::{Pod, Zeroable};
use half::bf16;

/// Columns of a panel.
pub(crate) const LANES: usize = 16;

/// One value per column of a panel.
pub(crate) type Lanes = [f32; LANES];

/// From one row of `columns` values to the next: whole panels, and one more where rows would lie a
/// multiple of 4 KiB apart, since those that are computed together would push each other out of the
/// first cache.
pub(crate) fn row_stride(columns: usize) -> usize {
    let whole = columns.next_multiple_of(LANES);
    if whole.is_multiple_of(PAGE) { whole + LANES } else { whole }
}

/// Values in 4 KiB.
const PAGE: usize = 4_096 / size_of::<f32>();

/// Groups of 4 bytes that make a line of the caches. Rounded inputs and weights are whole lines long, what is
/// missing filled up with zeros.
pub(crate) const LINE: usize = 16;

/// From one row of `groups` of 4 bytes to the next: lines, an odd number of them, so that the rows that
/// are computed together do not push each other out of the first cache.
pub(crate) fn line_stride(groups: usize) -> usize {
    (groups.div_ceil(LINE) | 1) * LINE
}

/// Rows, each `stride` values after the one before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rows<'a> {
    pub(crate) values: &'a [f32],
    pub(crate) stride: usize,
    pub(crate) count: usize,
}

/// Columns of a product as panels, one after the other, each `[inputs][LANES]`; the last is filled up
/// with zeros.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Panels<'a> {
    pub(crate) lanes: &'a [Lanes],
    pub(crate) inputs: usize,
}

/// Two inputs of each column of a panel in bf16, those of a column side by side.
pub(crate) type Bf16Pairs = [bf16; 2 * LANES];

/// The first and the second inputs of each column as pairs.
pub(crate) fn side_by_side(first: &[bf16; LANES], second: &[bf16; LANES]) -> Bf16Pairs {
    let pair = |lane: usize| {
        u32::from(first[lane].to_bits()) | u32::from(second[lane].to_bits()) << u16::BITS
    };
    bytemuck::cast(std::array::from_fn::<u32, LANES, _>(pair))
}

/// Rows of `pairs` pairs of inputs in bf16, each `stride` pairs after the one before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bf16Rows<'a> {
    pub(crate) values: &'a [[bf16; 2]],
    pub(crate) pairs: usize,
    pub(crate) stride: usize,
    pub(crate) count: usize,
}

/// Columns of a product in bf16, as in [`Panels`]: each panel `[pairs][LANES][2]`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bf16Panels<'a> {
    pub(crate) lanes: &'a [Bf16Pairs],
    pub(crate) pairs: usize,
}

/// The largest absolute value of an input in [`ByteRows`].
pub(crate) const LARGEST_INPUT: i8 = 127;

/// The largest absolute value of a weight in bytes.
pub(crate) const LARGEST_WEIGHT: i8 = 127;

/// What is added to a weight in bytes: instructions multiply numbers with a sign by those without.
pub(crate) const WEIGHT_OFFSET: u8 = 128;

/// Inputs whose products, with the offset and without it, surely fit 32 bits.
pub(crate) const MOST_BYTE_INPUTS: usize =
    i32::MAX as usize / (LARGEST_INPUT as usize * u8::MAX as usize);

/// Four inputs of each column of a panel of bytes, those of a column side by side, each with
/// [`WEIGHT_OFFSET`] added.
pub(crate) type ByteQuads = [u8; 4 * LANES];

/// Rows of `quads` times four inputs in bytes, each `stride` quads after the one before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ByteRows<'a> {
    pub(crate) values: &'a [[i8; 4]],
    pub(crate) quads: usize,
    pub(crate) stride: usize,
    /// Of each row what a byte stands for, and what the offset of the weights adds to a sum.
    pub(crate) scales: &'a [ByteScale],
}

impl Bf16Rows<'_> {
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))]
    pub(super) fn num_rows(&self) -> usize {
        self.count
    }
}

impl ByteRows<'_> {
    pub(super) fn num_rows(&self) -> usize {
        self.scales.len()
    }
}

/// How the sums of a row in bytes are read.
#[derive(Debug, Clone, Copy, Default, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct ByteScale {
    /// What a byte stands for; no number if the row has a value that is none or infinite.
    pub(crate) unit: f32,
    /// [`WEIGHT_OFFSET`] times the sum of the row's bytes.
    pub(crate) excess: i32,
}

/// Columns of a product in bytes, as in [`Panels`]: each panel `[quads][LANES][4]`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BytePanels<'a> {
    pub(crate) lanes: &'a [ByteQuads],
    pub(crate) quads: usize,
    /// What a byte stands for, a column.
    pub(crate) scales: &'a [Lanes],
}

/// Buffer for rows, each `stride` values after the one before.
#[derive(Debug)]
pub(crate) struct RowsMut<'a, T = f32> {
    pub(crate) values: &'a mut [T],
    pub(crate) stride: usize,
}

impl<T> RowsMut<'_, T> {
    fn rows_from(&mut self, first: usize) -> RowsMut<'_, T> {
        RowsMut { values: &mut self.values[first * self.stride..], stride: self.stride }
    }

    /// # Panics
    /// If it is not room for `count` rows of `panels` panels.
    pub(super) fn check(&self, count: usize, panels: usize) {
        assert!(self.stride >= panels * LANES, "room for every column");
        let needed = end(count, self.stride, panels * LANES);
        assert!(self.values.len() >= needed, "room for every row");
    }
}

/// Where the last of `count` rows of `len` ends, each `stride` after the one before.
///
/// # Panics
/// If it is no number, so that what is within it is within memory.
pub(super) fn end(count: usize, stride: usize, len: usize) -> usize {
    let Some(last) = count.checked_sub(1) else { return 0 };
    let end = last.checked_mul(stride).and_then(|begin| begin.checked_add(len));
    end.expect("rows within memory")
}

/// Where the results of a product go.
#[derive(Debug)]
pub(crate) enum Results<'a> {
    F32(RowsMut<'a>),
    /// Each as the nearest number in bf16.
    Bf16(RowsMut<'a, bf16>),
}

impl Results<'_> {
    /// The same from row `first` on.
    pub(crate) fn rows_from(&mut self, first: usize) -> Results<'_> {
        match self {
            Self::F32(rows) => Results::F32(rows.rows_from(first)),
            Self::Bf16(rows) => Results::Bf16(rows.rows_from(first)),
        }
    }

    /// # Panics
    /// If there is no room for `count` rows of `panels` panels.
    pub(super) fn check(&self, count: usize, panels: usize) {
        match self {
            Self::F32(rows) => rows.check(count, panels),
            Self::Bf16(rows) => rows.check(count, panels),
        }
    }
}

/// The weights of a layer norm.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Norm<'a> {
    pub(crate) scale: &'a [f32],
    pub(crate) shift: &'a [f32],
    pub(crate) epsilon: f32,
}
