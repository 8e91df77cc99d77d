//! A linear layer with its weights in panels.

use std::ops::Range;

use half::bf16;

use super::bf16_weights::Bf16Weights;
use super::byte_weights::ByteWeights;
use super::division::Division;
use super::kernels::{
    Bf16Rows, ByteRows, Isa, LANES, Lanes, MOST_BYTE_INPUTS, Panels, Rows, RowsMut, row_stride,
};
use super::rooms::Rounded;
use super::weights::Matrix;
use crate::Activation;

/// `activation(x W + b)`, with the columns of `W` in panels; see [`Panels`].
#[derive(Debug)]
pub(super) struct PackedLinear {
    weights: Weights,
    /// A bias a column, filled up with zeros like the panels.
    bias: Vec<Lanes>,
    num_inputs: usize,
    num_outputs: usize,
}

#[derive(Debug)]
enum Weights {
    Exact(Vec<Lanes>),
    /// With inputs in bf16, too.
    Bf16(Bf16Weights),
    /// With inputs rounded to 12 bits, token by token.
    Bytes(ByteWeights),
}

impl PackedLinear {
    /// Several layers over the same inputs as one, their outputs one after the other.
    pub(super) fn new(matrices: &[Matrix]) -> Self {
        let num_outputs = matrices.iter().map(|matrix| matrix.bias.len()).sum::<usize>();
        let num_weights = matrices.iter().map(|matrix| matrix.weights.len()).sum::<usize>();
        let num_inputs = num_weights.checked_div(num_outputs).unwrap_or(0);
        let num_panels = num_outputs.div_ceil(LANES);
        let mut lanes = vec![[0.0; LANES]; num_panels * num_inputs];
        let mut bias = vec![[0.0; LANES]; num_panels];
        let mut first = 0;
        for matrix in matrices {
            put(matrix, first, num_inputs, &mut lanes, &mut bias);
            first += matrix.bias.len();
        }
        Self { weights: Weights::Exact(lanes), bias, num_inputs, num_outputs }
    }

    /// The same with weights in bf16.
    pub(super) fn in_bf16(self) -> Self {
        let weights = match self.weights {
            Weights::Exact(lanes) if self.num_inputs > 0 => {
                Weights::Bf16(Bf16Weights::nearest(&lanes, self.num_inputs))
            }
            other => other,
        };
        Self { weights, ..self }
    }

    /// The same with weights in bytes; a sum that might not fit 32 bits stays as it is.
    pub(super) fn in_bytes(self) -> Self {
        let weights = match self.weights {
            Weights::Exact(lanes) if (1..=MOST_BYTE_INPUTS).contains(&self.num_inputs) => {
                Weights::Bytes(ByteWeights::nearest(&lanes, self.num_inputs))
            }
            other => other,
        };
        Self { weights, ..self }
    }

    pub(super) fn num_outputs(&self) -> usize {
        self.num_outputs
    }

    /// From one row of results to the next; the outputs come first.
    pub(super) fn stride(&self) -> usize {
        row_stride(self.num_outputs)
    }

    /// The outputs of `rows` to `out`, `[rows.count, stride]`.
    pub(super) fn apply(
        &self,
        rows: Rows<'_>,
        activation: Option<Activation>,
        division: &Division,
        rounded: &mut Rounded,
        out: &mut [f32],
    ) {
        let (isa, inputs) = (division.isa, self.num_inputs);
        match &self.weights {
            Weights::Exact(lanes) => self.divided(rows.count, division, out, |range, out| {
                let lanes = &lanes[range.start * inputs..range.end * inputs];
                isa.product(rows, Panels { lanes, inputs }, &self.bias[range], activation, out);
            }),
            Weights::Bf16(weights) => {
                let rows = self.nearest_bf16(rows, weights.pairs, rounded, isa);
                self.divided(rows.count(), division, out, |range, out| {
                    let panels = weights.panels(range.clone());
                    isa.bf16_product(rows, panels, &self.bias[range], activation, out);
                });
            }
            Weights::Bytes(weights) => {
                let rows = self.integers(rows, weights.pairs, rounded, isa);
                self.divided(rows.count(), division, out, |range, out| {
                    let panels = weights.panels(range.clone());
                    isa.byte_product(rows, panels, &self.bias[range], activation, out);
                });
            }
        }
    }

    /// Calls `columns` with panels and the room for their outputs for `count` rows: with all of them,
    /// or with a part on each thread.
    fn divided(
        &self,
        count: usize,
        division: &Division,
        out: &mut [f32],
        columns: impl Fn(Range<usize>, RowsMut<'_>) + Sync + Send,
    ) {
        let num_panels = self.bias.len();
        let num_parts = division.num_parts(num_panels);
        if num_parts <= 1 {
            return columns(0..num_panels, RowsMut { values: out, stride: self.stride() });
        }
        let bound = |part| part * num_panels / num_parts;
        let parts = division.map(num_parts, |(): &mut (), part| {
            let range = bound(part)..bound(part + 1);
            let stride = range.len() * LANES;
            let mut out = vec![0.0; count * stride];
            columns(range, RowsMut { values: &mut out, stride });
            out
        });
        put_side_by_side(&parts, out, self.stride());
    }

    /// `rows` in bf16, two values side by side.
    fn nearest_bf16<'r>(
        &self,
        rows: Rows<'_>,
        pairs: usize,
        rounded: &'r mut Rounded,
        isa: Isa,
    ) -> Bf16Rows<'r> {
        let values = rounded.bf16.of(rows.count * pairs);
        let nearest = values.chunks_exact_mut(pairs.max(1)).zip(rows.values.chunks(rows.stride));
        for (nearest, row) in nearest {
            let nearest = nearest.as_flattened_mut();
            isa.nearest_bf16(&row[..self.num_inputs], nearest);
            nearest[self.num_inputs..].fill(bf16::ZERO);
        }
        Bf16Rows { values, pairs }
    }

    /// `rows` as integers, two side by side, and what an integer stands for in each.
    fn integers<'r>(
        &self,
        rows: Rows<'_>,
        pairs: usize,
        rounded: &'r mut Rounded,
        isa: Isa,
    ) -> ByteRows<'r> {
        let (values, scales) =
            (rounded.integers.of(rows.count * pairs), rounded.scales.of(rows.count));
        let integers = values.chunks_exact_mut(pairs.max(1)).zip(rows.values.chunks(rows.stride));
        for ((integers, row), scale) in integers.zip(&mut *scales) {
            let integers = integers.as_flattened_mut();
            *scale = isa.quantise(&row[..self.num_inputs], integers);
            integers[self.num_inputs..].fill(0);
        }
        ByteRows { values, scales }
    }
}

/// Puts the columns of `matrix` from column `first` on.
fn put(matrix: &Matrix, first: usize, inputs: usize, lanes: &mut [Lanes], biases: &mut [Lanes]) {
    let outputs = matrix.bias.len();
    for (column, &bias) in (first..).zip(&matrix.bias) {
        biases[column / LANES][column % LANES] = bias;
    }
    for (input, row) in matrix.weights.chunks_exact(outputs).enumerate() {
        for (column, &weight) in (first..).zip(row) {
            lanes[column / LANES * inputs + input][column % LANES] = weight;
        }
    }
}

/// Matrices of as many rows as `whole` to one, each row of which is those of all, one after the other.
fn put_side_by_side(parts: &[Vec<f32>], whole: &mut [f32], stride: usize) {
    let count = whole.len() / stride;
    for (row, mut whole) in whole.chunks_exact_mut(stride).enumerate() {
        for part in parts {
            let width = part.len() / count;
            let (to, rest) = whole.split_at_mut(width);
            to.copy_from_slice(&part[row * width..(row + 1) * width]);
            whole = rest;
        }
    }
}
