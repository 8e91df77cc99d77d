//! A linear layer with its weights in panels.

use std::ops::Range;

use super::division::Division;
use super::kernels::{LANES, Lanes, Panels, Rows};
use super::weights::Matrix;
use crate::Activation;

/// `activation(x W + b)`, with the columns of `W` in panels; see [`Panels`].
#[derive(Debug)]
pub(super) struct PackedLinear {
    lanes: Vec<Lanes>,
    /// A bias a column, filled up with zeros like the panels.
    bias: Vec<Lanes>,
    num_inputs: usize,
    num_outputs: usize,
}

impl PackedLinear {
    /// Several layers over the same inputs as one, their outputs one after the other.
    pub(super) fn new(matrices: &[Matrix]) -> Self {
        let num_outputs = matrices.iter().map(|matrix| matrix.bias.len()).sum::<usize>();
        let num_weights = matrices.iter().map(|matrix| matrix.weights.len()).sum::<usize>();
        let num_inputs = num_weights.checked_div(num_outputs).unwrap_or(0);
        let num_panels = num_outputs.div_ceil(LANES);
        let mut packed = Self {
            lanes: vec![[0.0; LANES]; num_panels * num_inputs],
            bias: vec![[0.0; LANES]; num_panels],
            num_inputs,
            num_outputs,
        };
        let mut first = 0;
        for matrix in matrices {
            packed.put(matrix, first);
            first += matrix.bias.len();
        }
        packed
    }

    /// Puts the columns of `matrix` from column `first` on.
    fn put(&mut self, matrix: &Matrix, first: usize) {
        let outputs = matrix.bias.len();
        for (column, &bias) in (first..).zip(&matrix.bias) {
            self.bias[column / LANES][column % LANES] = bias;
        }
        for (input, row) in matrix.weights.chunks_exact(outputs).enumerate() {
            for (column, &weight) in (first..).zip(row) {
                self.lanes[column / LANES * self.num_inputs + input][column % LANES] = weight;
            }
        }
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
        let (isa, num_panels) = (division.isa, self.bias.len());
        let num_parts = division.num_parts(num_panels);
        if num_parts <= 1 {
            return isa.product(rows, self.panels(0..num_panels), &self.bias, activation, out);
        }
        let bound = |part| part * num_panels / num_parts;
        let parts = division.map(num_parts, |part| {
            let range = bound(part)..bound(part + 1);
            let mut out = vec![0.0; rows.count * range.len() * LANES];
            let bias = &self.bias[range.clone()];
            isa.product(rows, self.panels(range), bias, activation, &mut out);
            out
        });
        put_side_by_side(&parts, rows.count, out);
    }

    fn panels(&self, range: Range<usize>) -> Panels<'_> {
        let inputs = self.num_inputs;
        Panels { lanes: &self.lanes[range.start * inputs..range.end * inputs], inputs }
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
