//! The inner loops of encoding on the CPU: products with packed weights, and what goes over rows.
//!
//! This module is safe and dispatches. [`scalar`] is the definition: an output of a product is one
//! chain of fused multiply-adds, in the order of the inputs, from its bias on; sums over a row run in
//! 16 lanes that are added at the end. The vector files do the same operations on more lanes, so that
//! every implementation gives the same bits, whatever rows are computed together.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod scalar;

use half::bf16;

use crate::Activation;

/// Columns of a panel.
pub(crate) const LANES: usize = 16;

/// One value per column of a panel.
pub(crate) type Lanes = [f32; LANES];

/// Inputs that a product goes through at once: with 16 columns 48 KiB of weights, which stay near while
/// they meet row after row. Longer rows are gone through in parts, so that those stay near, too.
const DEPTH: usize = 768;

/// From one row of `columns` values to the next: whole panels, and one more where rows would lie a
/// multiple of 4 KiB apart, since those that are computed together would push each other out of the
/// first cache.
pub(crate) fn row_stride(columns: usize) -> usize {
    let whole = columns.next_multiple_of(LANES);
    if whole.is_multiple_of(PAGE) { whole + LANES } else { whole }
}

/// Values in 4 KiB.
const PAGE: usize = 4_096 / size_of::<f32>();

/// Room for rows, each `stride` values after the one before.
#[derive(Debug)]
pub(crate) struct RowsMut<'a> {
    pub(crate) values: &'a mut [f32],
    pub(crate) stride: usize,
}

impl RowsMut<'_> {
    /// # Panics
    /// If it is not room for `count` rows of `panels` panels.
    fn check(&self, count: usize, panels: usize) {
        assert!(self.stride >= panels * LANES, "room for every column");
        let needed = count.checked_sub(1).map_or(0, |last| last * self.stride + panels * LANES);
        assert!(self.values.len() >= needed, "room for every row");
    }
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

/// Two inputs of each column of a panel of bytes, those of a column side by side.
pub(crate) type BytePairs = [i8; 2 * LANES];

/// The largest absolute value of an input in [`ByteRows`]: 3,072 products of it with a byte stay far
/// within 32 bits, as do all up to [`MOST_BYTE_INPUTS`].
pub(crate) const LARGEST_INPUT: i16 = 2_047;

/// The largest absolute value of a weight in bytes.
pub(crate) const LARGEST_WEIGHT: i8 = 127;

/// Inputs whose products surely fit 32 bits.
pub(crate) const MOST_BYTE_INPUTS: usize =
    i32::MAX as usize / (LARGEST_INPUT as usize * LARGEST_WEIGHT as usize);

/// Rows of integers, each with what an integer stands for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ByteRows<'a> {
    /// `[scales.len(), 2 * pairs]`.
    pub(crate) values: &'a [[i16; 2]],
    pub(crate) scales: &'a [f32],
}

/// Columns of a product in bytes, as in [`Panels`]: each panel `[pairs][LANES][2]`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BytePanels<'a> {
    pub(crate) lanes: &'a [BytePairs],
    pub(crate) pairs: usize,
    /// What a byte stands for, a column.
    pub(crate) scales: &'a [Lanes],
}

impl ByteRows<'_> {
    pub(crate) fn count(&self) -> usize {
        self.scales.len()
    }
}

/// Two inputs of each column of a panel in bf16, those of a column side by side.
pub(crate) type Bf16Pairs = [bf16; 2 * LANES];

/// Rows of `pairs` pairs of inputs in bf16.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bf16Rows<'a> {
    pub(crate) values: &'a [[bf16; 2]],
    pub(crate) pairs: usize,
}

impl Bf16Rows<'_> {
    pub(crate) fn count(&self) -> usize {
        self.values.len().checked_div(self.pairs).unwrap_or(0)
    }
}

/// Columns of a product in bf16, as in [`Panels`]: each panel `[pairs][LANES][2]`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bf16Panels<'a> {
    pub(crate) lanes: &'a [Bf16Pairs],
    pub(crate) pairs: usize,
}

/// One panel in bf16 for all rows.
struct Bf16Part<'a> {
    /// `[pairs][LANES][2]`.
    panel: &'a [Bf16Pairs],
    bias: &'a Lanes,
    rows: Bf16Rows<'a>,
    activation: Option<Activation>,
    /// From the panel's first column on, `stride` values a row.
    out: &'a mut [f32],
    stride: usize,
    /// Weights that the next part needs.
    ahead: &'a [Bf16Pairs],
}

/// One panel of bytes for all rows.
struct BytePart<'a> {
    /// `[pairs][LANES][2]`.
    panel: &'a [BytePairs],
    scales: &'a Lanes,
    bias: &'a Lanes,
    rows: ByteRows<'a>,
    activation: Option<Activation>,
    /// From the panel's first column on, `stride` values a row.
    out: &'a mut [f32],
    stride: usize,
    /// Weights that the next part needs.
    ahead: &'a [BytePairs],
}

/// A part of a product: some inputs of one panel for all rows.
struct Part<'a> {
    /// `[depth][LANES]`.
    panel: &'a [Lanes],
    /// From the first of those inputs on.
    rows: Rows<'a>,
    /// From the panel's first column on, `stride` values a row.
    sums: &'a mut [f32],
    stride: usize,
    /// What the sums begin with; none if they go on from what is there.
    bias: Option<&'a Lanes>,
    /// What becomes of them.
    activation: Option<Activation>,
    /// Weights that the next part needs.
    ahead: &'a [Lanes],
}

/// The instruction set that the kernels run on; a value is the proof that the machine has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Isa {
    Scalar,
    #[cfg(target_arch = "x86_64")]
    Avx2(avx2::Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(avx512::Avx512),
}

/// Calls the same method of whatever instruction set there is.
macro_rules! dispatch {
    ($isa:expr, $kernel:ident($($argument:expr),*)) => {
        match $isa {
            Isa::Scalar => scalar::$kernel($($argument),*),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2(avx2) => avx2.$kernel($($argument),*),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512(avx512) => avx512.$kernel($($argument),*),
        }
    };
}

impl Isa {
    /// The widest one that this machine has.
    pub(crate) fn detected() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if let Some(avx512) = avx512::Avx512::new() {
                return Self::Avx512(avx512);
            }
            if let Some(avx2) = avx2::Avx2::new() {
                return Self::Avx2(avx2);
            }
        }
        Self::Scalar
    }

    /// `out[r][c] = activation(bias[c] + Σ_i rows[r][i] * panels[i][c])` for every column of
    /// `panels`; what else there is in a row of `out` stays.
    ///
    /// # Panics
    /// If panels are not whole, there is not one bias a panel, or a row or a result lacks room.
    pub(crate) fn product(
        self,
        rows: Rows<'_>,
        panels: Panels<'_>,
        bias: &[Lanes],
        activation: Option<Activation>,
        out: RowsMut<'_>,
    ) {
        let Panels { lanes, inputs } = panels;
        assert_eq!(lanes.len(), bias.len() * inputs, "one bias a panel");
        out.check(rows.count, bias.len());
        if rows.count == 0 || bias.is_empty() {
            return;
        }
        if inputs == 0 {
            return self.constant_rows(rows.count, bias, activation, out);
        }
        assert!(rows.values.len() >= (rows.count - 1) * rows.stride + inputs, "whole rows");
        for first in (0..inputs).step_by(DEPTH) {
            let end = inputs.min(first + DEPTH);
            let rows = Rows { values: &rows.values[first..], ..rows };
            for (n, (panel, begin)) in lanes.chunks_exact(inputs).zip(bias).enumerate() {
                let next = if n + 1 < bias.len() { (n + 1) * inputs + first } else { end };
                self.part(Part {
                    panel: &panel[first..end],
                    rows,
                    sums: &mut out.values[n * LANES..],
                    stride: out.stride,
                    bias: (first == 0).then_some(begin),
                    activation: activation.filter(|_| end == inputs),
                    ahead: &lanes[next..],
                });
            }
        }
    }

    /// See [`product`](Self::product), which checks that there is room for all of it.
    fn part(self, part: Part<'_>) {
        dispatch!(self, part(part));
    }

    /// As [`product`](Self::product), in bytes: `activation(bias[c] + scale of r * scale of c *
    /// Σ_i rows[r][i] * panels[i][c])`, with a sum that is exact.
    ///
    /// # Panics
    /// If panels or rows are not whole, there is not one bias a panel, or a result lacks room.
    pub(crate) fn byte_product(
        self,
        rows: ByteRows<'_>,
        panels: BytePanels<'_>,
        bias: &[Lanes],
        activation: Option<Activation>,
        out: RowsMut<'_>,
    ) {
        let BytePanels { lanes, pairs, scales } = panels;
        assert_eq!((lanes.len(), scales.len()), (bias.len() * pairs, bias.len()), "whole panels");
        assert_eq!(rows.values.len(), rows.scales.len() * pairs, "whole rows");
        out.check(rows.count(), bias.len());
        if rows.count() == 0 || pairs == 0 {
            return self.constant_rows(rows.count(), bias, activation, out);
        }
        for (n, panel) in lanes.chunks_exact(pairs).enumerate() {
            let part = BytePart {
                panel,
                scales: &scales[n],
                bias: &bias[n],
                rows,
                activation,
                out: &mut out.values[n * LANES..],
                stride: out.stride,
                ahead: &lanes[(n + 1) * pairs..],
            };
            dispatch!(self, byte_part(part));
        }
    }

    /// As [`product`](Self::product), of pairs of inputs in bf16; of each pair the second goes first into
    /// the chain of fused multiply-adds, as the instructions for it do. They take inputs and results
    /// below 2⁻¹²⁶ for zero; that aside, every implementation gives the same bits.
    ///
    /// # Panics
    /// If panels or rows are not whole, there is not one bias a panel, or a result lacks room.
    pub(crate) fn bf16_product(
        self,
        rows: Bf16Rows<'_>,
        panels: Bf16Panels<'_>,
        bias: &[Lanes],
        activation: Option<Activation>,
        out: RowsMut<'_>,
    ) {
        let Bf16Panels { lanes, pairs } = panels;
        assert_eq!(lanes.len(), bias.len() * pairs, "whole panels");
        assert_eq!((rows.pairs, rows.values.len()), (pairs, rows.count() * pairs), "whole rows");
        if rows.count() == 0 {
            return;
        }
        out.check(rows.count(), bias.len());
        for (n, panel) in lanes.chunks_exact(pairs).enumerate() {
            let part = Bf16Part {
                panel,
                bias: &bias[n],
                rows,
                activation,
                out: &mut out.values[n * LANES..],
                stride: out.stride,
                ahead: &lanes[(n + 1) * pairs..],
            };
            dispatch!(self, bf16_part(part));
        }
    }

    /// The nearest numbers in bf16 to those of `row`.
    pub(crate) fn nearest_bf16(self, row: &[f32], nearest: &mut [bf16]) {
        assert!(row.len() <= nearest.len(), "a number a value");
        dispatch!(self, nearest_bf16(row, nearest));
    }

    /// The nearest integers to `row / scale` and the scale, by which the largest is
    /// [`LARGEST_INPUT`]; the scale is no number if `row` has a value that is none or infinite.
    pub(crate) fn quantise(self, row: &[f32], integers: &mut [i16]) -> f32 {
        assert!(row.len() <= integers.len(), "an integer a value");
        dispatch!(self, quantise(row, integers))
    }

    /// A product without inputs.
    fn constant_rows(
        self,
        count: usize,
        bias: &[Lanes],
        activation: Option<Activation>,
        out: RowsMut<'_>,
    ) {
        for row in out.values.chunks_mut(out.stride.max(1)).take(count) {
            let row = &mut row.as_chunks_mut().0[..bias.len()];
            row.copy_from_slice(bias);
            row.iter_mut().for_each(|lanes| scalar::activate(activation, lanes));
        }
    }

    /// `rows[r] = (x - mean) / √(variance + epsilon) * scale + shift` of `x = rows[r] + added[r]`,
    /// each row `stride` long, of which the first `scale.len()` values count.
    pub(crate) fn add_and_norm(
        self,
        rows: &mut [f32],
        added: &[f32],
        stride: usize,
        norm: Norm<'_>,
    ) {
        assert_eq!(rows.len(), added.len(), "as many rows");
        assert_eq!(norm.scale.len(), norm.shift.len(), "as many values");
        dispatch!(self, add_and_norm(rows, added, stride, norm));
    }

    /// `row = exp(x - max x) / Σ exp(x - max x)` of `x = row + mask`.
    pub(crate) fn softmax(self, row: &mut [f32], mask: &[f32]) {
        assert_eq!(row.len(), mask.len(), "one summand a value");
        dispatch!(self, softmax(row, mask));
    }

    /// `row / max(‖row‖, least)`.
    pub(crate) fn unit(self, row: &mut [f32], least: f32) {
        dispatch!(self, unit(row, least));
    }
}

/// The weights of a layer norm.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Norm<'a> {
    pub(crate) scale: &'a [f32],
    pub(crate) shift: &'a [f32],
    pub(crate) epsilon: f32,
}

#[cfg(test)]
mod tests;
