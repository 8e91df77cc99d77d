//! The inner loops of encoding on the CPU: products with packed weights, and what goes over rows.
//!
//! This module is safe and dispatches. [`scalar`] is the definition: an output of a product is one
//! chain of fused multiply-adds, in the order of the inputs, from its bias on; sums over a row run in
//! 16 lanes that are added at the end. The vector files do the same operations on more lanes, so that
//! every implementation gives the same bits, whatever rows are computed together. Only tiles, which are
//! used for rounded numbers if they are asked for, sum bf16 up in an order of their own.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod matrices;
#[cfg(target_arch = "x86_64")]
mod over_rows;
mod parts;
mod scalar;
#[cfg(target_arch = "x86_64")]
mod tiles;

use half::bf16;

use crate::Activation;

pub(crate) use matrices::{
    Bf16Pairs, Bf16Panels, Bf16Rows, BytePanels, ByteQuads, ByteRows, ByteScale, LANES,
    LARGEST_WEIGHT, LINE, Lanes, MOST_BYTE_INPUTS, Panels, Results, Rows, RowsMut, WEIGHT_OFFSET,
    line_stride, row_stride, side_by_side,
};
use parts::{Bf16Part, BytePart, Part};
pub(crate) use scalar::nearest_byte;

/// Inputs that a product goes through at once: with 16 columns 48 KiB of weights, with 32 twice that, which
/// stay near while they meet row after row. Longer rows are gone through in parts, so that those stay near, too.
const DEPTH: usize = 768;

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

    /// The same with tiles for products in bf16 and in bytes, where the machine has them and the system
    /// grants them.
    pub(crate) fn with_tiles(self) -> Self {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(avx512) => Self::Avx512(avx512.with_tiles()),
            other => other,
        }
    }

    /// The tiles for products of so many groups of inputs.
    #[cfg(target_arch = "x86_64")]
    fn tiles(self, groups: usize) -> Option<tiles::Tiles> {
        match self {
            Self::Avx512(avx512) if groups > 0 && groups.is_multiple_of(LINE) => avx512.tiles(),
            _ => None,
        }
    }

    /// Whether the machine has instructions that multiply in bf16.
    pub(crate) fn has_bf16(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(avx512) => avx512.has_bf16(),
            _ => false,
        }
    }

    /// Whether it computes in tiles.
    pub(crate) fn has_tiles(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(avx512) => avx512.tiles().is_some(),
            _ => false,
        }
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
        assert!(rows.values.len() >= matrices::end(rows.count, rows.stride, inputs), "whole rows");
        for first in (0..inputs).step_by(DEPTH) {
            let end = inputs.min(first + DEPTH);
            let rows = Rows { values: &rows.values[first..], ..rows };
            for n in (0..bias.len()).step_by(self.panels_together()) {
                let num_panels = self.panels_together().min(bias.len() - n);
                self.part(Part {
                    lanes: &lanes[n * inputs + first..],
                    inputs,
                    depth: end - first,
                    num_panels,
                    rows,
                    sums: &mut out.values[n * LANES..],
                    stride: out.stride,
                    bias: (first == 0).then_some(&bias[n..n + num_panels]),
                    activation: activation.filter(|_| end == inputs),
                });
            }
        }
    }

    /// Panels whose sums fit the registers beside each other.
    fn panels_together(self) -> usize {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => avx512::PANELS,
            _ => 1,
        }
    }

    /// See [`product`](Self::product), which checks that there is room for all of it.
    fn part(self, part: Part<'_>) {
        dispatch!(self, part(part));
    }

    /// As [`product`](Self::product), in bytes: `activation(bias[c] + unit of r * scale of c *
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
        mut out: Results<'_>,
    ) {
        let BytePanels { lanes, quads, scales } = panels;
        assert_eq!((lanes.len(), scales.len()), (bias.len() * quads, bias.len()), "whole panels");
        assert_eq!(rows.quads, quads, "as many inputs as weights");
        assert!(
            rows.values.len() >= matrices::end(rows.scales.len(), rows.stride, quads),
            "whole rows"
        );
        out.check(rows.scales.len(), bias.len());
        if rows.scales.is_empty() {
            return;
        }
        #[cfg(target_arch = "x86_64")]
        if let Some(tiles) = self.tiles(quads) {
            return tiles.byte_product(rows, panels, bias, activation, out);
        }
        let mut room = Vec::new();
        for n in 0..bias.len() {
            let panel = &lanes[n * quads..][..quads];
            let (scales, bias, ahead) = (&scales[n], &bias[n], &lanes[(n + 1) * quads..]);
            self.put_panel(&mut out, n, rows.num_rows(), &mut room, |out, stride| {
                let part = BytePart { panel, scales, bias, rows, activation, out, stride, ahead };
                dispatch!(self, byte_part(part));
            });
        }
    }

    /// As [`product`](Self::product), of pairs of inputs in bf16; of each pair the second goes first into
    /// the chain of fused multiply-adds, as the instructions for it do. They take inputs and results
    /// below 2⁻¹²⁶ for zero; that aside, every implementation but that in tiles gives the same
    /// bits.
    ///
    /// # Panics
    /// If panels or rows are not whole, there is not one bias a panel, or a result lacks room.
    pub(crate) fn bf16_product(
        self,
        rows: Bf16Rows<'_>,
        panels: Bf16Panels<'_>,
        bias: &[Lanes],
        activation: Option<Activation>,
        mut out: Results<'_>,
    ) {
        let Bf16Panels { lanes, pairs } = panels;
        assert_eq!(lanes.len(), bias.len() * pairs, "whole panels");
        assert_eq!(rows.pairs, pairs, "as many inputs as weights");
        assert!(rows.values.len() >= matrices::end(rows.count, rows.stride, pairs), "whole rows");
        out.check(rows.count, bias.len());
        if rows.count == 0 {
            return;
        }
        #[cfg(target_arch = "x86_64")]
        if let Some(tiles) = self.tiles(pairs) {
            return tiles.bf16_product(rows, panels, bias, activation, out);
        }
        let mut room = Vec::new();
        for n in 0..bias.len() {
            let panel = &lanes[n * pairs..][..pairs];
            let (bias, ahead) = (&bias[n], &lanes[(n + 1) * pairs..]);
            self.put_panel(&mut out, n, rows.count, &mut room, |out, stride| {
                let part = Bf16Part { panel, bias, rows, activation, out, stride, ahead };
                dispatch!(self, bf16_part(part));
            });
        }
    }

    /// Calls `compute` with room for panel `n` of `count` rows, whose stride it is told, and brings what is
    /// there to `out` if that is elsewhere.
    fn put_panel(
        self,
        out: &mut Results<'_>,
        n: usize,
        count: usize,
        room: &mut Vec<f32>,
        compute: impl FnOnce(&mut [f32], usize),
    ) {
        match out {
            Results::F32(out) => compute(&mut out.values[n * LANES..], out.stride),
            Results::Bf16(out) => {
                room.resize(count * LANES, 0.0);
                compute(room, LANES);
                let out = out.values[n * LANES..].chunks_mut(out.stride);
                for (row, out) in room.chunks_exact(LANES).zip(out) {
                    self.nearest_bf16(row, out);
                }
            }
        }
    }

    /// Asks for `values` to be brought near; they will be needed soon.
    pub(crate) fn ask_for<T>(self, values: &[T]) {
        dispatch!(self, ask_for(values));
    }

    /// The nearest numbers in bf16 to those of `row`.
    pub(crate) fn nearest_bf16(self, row: &[f32], nearest: &mut [bf16]) {
        assert!(row.len() <= nearest.len(), "a number a value");
        dispatch!(self, nearest_bf16(row, nearest));
    }

    /// The nearest integers to `row / unit`, with the unit by which the largest is [`LARGEST_INPUT`](matrices::LARGEST_INPUT).
    pub(crate) fn quantise(self, row: &[f32], bytes: &mut [i8]) -> ByteScale {
        assert!(row.len() <= bytes.len(), "a byte a value");
        dispatch!(self, quantise(row, bytes))
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

    /// The nearest numbers in bf16 to those that [`softmax`](Self::softmax) gives; what is in `row` then counts for
    /// nothing.
    pub(crate) fn softmax_in_bf16(self, row: &mut [f32], mask: &[f32], nearest: &mut [bf16]) {
        assert_eq!(row.len(), mask.len(), "one summand a value");
        assert!(row.len() <= nearest.len(), "a number a value");
        dispatch!(self, softmax_in_bf16(row, mask, nearest));
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
