//! A linear layer with its weights in panels.

use std::ops::Range;

use super::byte_weights::ByteWeights;
use super::division::Division;
use super::kernels::{ByteRows, Isa, LANES, Lanes, MOST_BYTE_INPUTS, Panels, Rows};
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

    /// Length of a row of results: all panels, of which the outputs come first.
    pub(super) fn width(&self) -> usize {
        self.bias.len() * LANES
    }

    /// The outputs of `rows` to `out`, `[rows.count, width]`.
    pub(super) fn apply(
        &self,
        rows: Rows<'_>,
        activation: Option<Activation>,
        division: &Division,
        out: &mut [f32],
    ) {
        let (isa, inputs) = (division.isa, self.num_inputs);
        match &self.weights {
            Weights::Exact(lanes) => self.divided(rows.count, division, out, |range, out| {
                let lanes = &lanes[range.start * inputs..range.end * inputs];
                isa.product(rows, Panels { lanes, inputs }, &self.bias[range], activation, out);
            }),
            Weights::Bytes(weights) => {
                let (values, scales) = self.integers(rows, weights.pairs, isa);
                let rows = ByteRows { values: &values, scales: &scales };
                self.divided(scales.len(), division, out, |range, out| {
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
        columns: impl Fn(Range<usize>, &mut [f32]) + Sync + Send,
    ) {
        let num_panels = self.bias.len();
        let num_parts = division.num_parts(num_panels);
        if num_parts <= 1 {
            return columns(0..num_panels, out);
        }
        let bound = |part| part * num_panels / num_parts;
        let parts = division.map(num_parts, |part| {
            let range = bound(part)..bound(part + 1);
            let mut out = vec![0.0; count * range.len() * LANES];
            columns(range, &mut out);
            out
        });
        put_side_by_side(&parts, count, out);
    }

    /// `rows` as integers, two side by side, and what an integer stands for in each.
    fn integers(&self, rows: Rows<'_>, pairs: usize, isa: Isa) -> (Vec<[i16; 2]>, Vec<f32>) {
        let mut values = vec![[0; 2]; rows.count * pairs];
        let integers = values.chunks_exact_mut(pairs.max(1)).zip(rows.values.chunks(rows.stride));
        let scale = |(integers, row): (&mut [[i16; 2]], &[f32])| {
            isa.quantise(&row[..self.num_inputs], integers.as_flattened_mut())
        };
        let scales = integers.map(scale).collect();
        (values, scales)
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

/// Matrices of `count` rows to one, each row of which is those of all, one after the other.
fn put_side_by_side(parts: &[Vec<f32>], count: usize, mut whole: &mut [f32]) {
    for row in 0..count {
        for part in parts {
            let width = part.len() / count;
            let (to, rest) = whole.split_at_mut(width);
            to.copy_from_slice(&part[row * width..(row + 1) * width]);
            whole = rest;
        }
    }
}
