//! A linear layer with its weights in panels.

use std::ops::Range;

use half::bf16;

use super::bf16_weights::Bf16Weights;
use super::byte_weights::ByteWeights;
use super::huge_pages::keep_in_huge_pages;
use super::kernels::{
    Bf16Rows, ByteRows, LANES, LINE, Lanes, MOST_BYTE_INPUTS, Machine, Panels, Results, Rows,
    RowsMut, line_stride, row_stride,
};
use super::partition::Partition;
use super::scratch::{Buffer, Rounded};
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
    /// With inputs in bytes, too, by a scale a token.
    Bytes(ByteWeights),
}

/// Buffer for rows that come out of a layer, [`PackedLinear::stride`] or
/// [`PackedLinear::bf16_stride`] long.
#[derive(Debug)]
pub(super) enum Outputs<'a> {
    F32(&'a mut [f32]),
    /// For the inputs of a layer in bf16, with zeros where a pair or a line is not full.
    Bf16(&'a mut [[bf16; 2]]),
}

/// A layer whose weights are in bf16, for rows that are, too.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bf16Linear<'a> {
    linear: &'a PackedLinear,
    weights: &'a Bf16Weights,
}

impl PackedLinear {
    /// Several layers over the same inputs as one, their outputs one after the other.
    pub(super) fn new(matrices: &[Matrix]) -> Self {
        let num_outputs = matrices.iter().map(|matrix| matrix.bias.len()).sum::<usize>();
        let num_inputs = matrices.first().map_or(0, |matrix| matrix.inputs);
        let num_panels = num_outputs.div_ceil(LANES);
        let mut lanes = vec![[0.0; LANES]; num_panels * num_inputs];
        let mut bias = vec![[0.0; LANES]; num_panels];
        let mut first = 0;
        for matrix in matrices {
            put(matrix, first, &mut lanes, &mut bias);
            first += matrix.bias.len();
        }
        Self { weights: Weights::Exact(lanes), bias, num_inputs, num_outputs }
    }

    /// The same with its weights where they are read soonest.
    pub(super) fn in_f32(self) -> Self {
        if let Weights::Exact(lanes) = &self.weights {
            keep_in_huge_pages(lanes);
        }
        self
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

    #[cfg(any(feature = "measure", test))]
    pub(super) fn num_inputs(&self) -> usize {
        self.num_inputs
    }

    pub(super) fn num_outputs(&self) -> usize {
        self.num_outputs
    }

    /// Values from one row of results in `f32` to the next; the outputs come first.
    pub(super) fn stride(&self) -> usize {
        row_stride(self.num_outputs)
    }

    /// Pairs of a row of results in bf16, whole lines.
    pub(super) fn num_pairs(&self) -> usize {
        self.num_outputs.div_ceil(2).next_multiple_of(LINE)
    }

    /// Pairs from one row of results in bf16 to the next.
    pub(super) fn bf16_stride(&self) -> usize {
        line_stride(self.num_pairs())
    }

    /// Itself, if its weights are in bf16.
    pub(super) fn as_bf16(&self) -> Option<Bf16Linear<'_>> {
        match &self.weights {
            Weights::Bf16(weights) => Some(Bf16Linear { linear: self, weights }),
            Weights::Exact(_) | Weights::Bytes(_) => None,
        }
    }

    pub(super) fn is_in_bytes(&self) -> bool {
        matches!(self.weights, Weights::Bytes(_))
    }

    /// The outputs of `rows` to `out`.
    pub(super) fn apply(
        &self,
        rows: Rows<'_>,
        activation: Option<Activation>,
        partition: &Partition,
        rounded: &mut Rounded,
        out: Outputs<'_>,
    ) {
        match &self.weights {
            Weights::Exact(lanes) => {
                self.apply_exact(lanes, rows, activation, partition, out);
            }
            Weights::Bf16(weights) => {
                let rows =
                    self.nearest_bf16(rows, weights.pairs, &mut rounded.bf16, partition.machine);
                Bf16Linear { linear: self, weights }.apply(rows, activation, partition, out);
            }
            Weights::Bytes(weights) => {
                let rows = self.bytes(rows, weights.quads, rounded, partition.machine);
                self.divided(rows.scales.len(), partition, out, |range, out| {
                    let panels = weights.panels(range.clone());
                    let bias = &self.bias[range];
                    partition.machine.byte_product(rows, panels, bias, activation, out);
                });
            }
        }
    }

    fn apply_exact(
        &self,
        lanes: &[Lanes],
        rows: Rows<'_>,
        activation: Option<Activation>,
        partition: &Partition,
        out: Outputs<'_>,
    ) {
        let machine = partition.machine;
        let inputs = self.num_inputs;
        let columns = |range: Range<usize>, out: RowsMut<'_>| {
            let lanes = &lanes[range.start * inputs..range.end * inputs];
            machine.product(rows, Panels { lanes, inputs }, &self.bias[range], activation, out);
        };
        match out {
            Outputs::F32(out) => {
                self.divided_as(rows.count, partition, out, self.stride(), columns)
            }
            Outputs::Bf16(out) => {
                let mut exact = vec![0.0; rows.count * self.stride()];
                self.divided_as(rows.count, partition, &mut exact, self.stride(), columns);
                out.as_flattened_mut().fill(bf16::ZERO);
                let nearest = out.chunks_mut(self.bf16_stride());
                for (nearest, row) in nearest.zip(exact.chunks_exact(self.stride())) {
                    machine.nearest_bf16(&row[..self.num_outputs], nearest.as_flattened_mut());
                }
            }
        }
    }

    /// Calls `columns` with panels and the buffer for their outputs for `count` rows: with all of them,
    /// or with a part on each thread.
    fn divided(
        &self,
        count: usize,
        partition: &Partition,
        out: Outputs<'_>,
        columns: impl Fn(Range<usize>, Results<'_>) + Sync + Send,
    ) {
        match out {
            Outputs::F32(out) => {
                self.divided_as(count, partition, out, self.stride(), |range, out| {
                    columns(range, Results::F32(out));
                });
            }
            Outputs::Bf16(out) => {
                let out = out.as_flattened_mut();
                let stride = 2 * self.bf16_stride();
                self.divided_as(count, partition, out, stride, |range, out| {
                    columns(range, Results::Bf16(out));
                });
                self.clear_rest(out);
            }
        }
    }

    fn divided_as<T: Copy + Default + Send + Sync>(
        &self,
        count: usize,
        partition: &Partition,
        out: &mut [T],
        stride: usize,
        columns: impl Fn(Range<usize>, RowsMut<'_, T>) + Sync + Send,
    ) {
        let num_panels = self.bias.len();
        let num_parts = partition.num_parts(num_panels);
        if num_parts <= 1 {
            return columns(0..num_panels, RowsMut { values: out, stride });
        }
        let bound = |part| part * num_panels / num_parts;
        let parts = partition.map(num_parts, |(): &mut (), part| {
            let range = bound(part)..bound(part + 1);
            let stride = range.len() * LANES;
            let mut out = vec![T::default(); count * stride];
            columns(range, RowsMut { values: &mut out, stride });
            out
        });
        put_side_by_side(&parts, out, stride);
    }

    /// Zeros after the last panel of rows in bf16 that are [`bf16_stride`](Self::bf16_stride) long, as far
    /// as they are inputs of another layer.
    fn clear_rest(&self, rows: &mut [bf16]) {
        let width = self.bias.len() * LANES;
        if !width.is_multiple_of(2 * LINE) {
            let rows = rows.chunks_mut(2 * self.bf16_stride());
            rows.for_each(|row| row[width..].fill(bf16::ZERO));
        }
    }

    /// `rows` in bf16, two values side by side.
    fn nearest_bf16<'r>(
        &self,
        rows: Rows<'_>,
        pairs: usize,
        buffer: &'r mut Buffer<[bf16; 2]>,
        machine: Machine,
    ) -> Bf16Rows<'r> {
        let stride = line_stride(pairs);
        let values = buffer.take(rows.count * stride);
        let nearest = values.chunks_exact_mut(stride).zip(rows.values.chunks(rows.stride));
        for (nearest, row) in nearest {
            let nearest = nearest[..pairs].as_flattened_mut();
            machine.nearest_bf16(&row[..self.num_inputs], nearest);
            nearest[self.num_inputs..].fill(bf16::ZERO);
        }
        Bf16Rows { values, pairs, stride, count: rows.count }
    }

    /// `rows` in bytes, four side by side, and what a byte stands for in each.
    fn bytes<'r>(
        &self,
        rows: Rows<'_>,
        quads: usize,
        rounded: &'r mut Rounded,
        machine: Machine,
    ) -> ByteRows<'r> {
        let stride = line_stride(quads);
        let values = rounded.bytes.take(rows.count * stride);
        let scales = rounded.scales.take(rows.count);
        let bytes = values.chunks_exact_mut(stride).zip(rows.values.chunks(rows.stride));
        for ((bytes, row), scale) in bytes.zip(&mut *scales) {
            let bytes = bytes[..quads].as_flattened_mut();
            *scale = machine.quantise(&row[..self.num_inputs], bytes);
            bytes[self.num_inputs..].fill(0);
        }
        ByteRows { values, quads, stride, scales }
    }
}

impl Bf16Linear<'_> {
    /// The outputs of `rows` to `out`; beyond the inputs, rows are zeros.
    pub(super) fn apply(
        self,
        rows: Bf16Rows<'_>,
        activation: Option<Activation>,
        partition: &Partition,
        out: Outputs<'_>,
    ) {
        let Self { linear, weights } = self;
        linear.divided(rows.count, partition, out, |range, out| {
            let panels = weights.panels(range.clone());
            let bias = &linear.bias[range];
            partition.machine.bf16_product(rows, panels, bias, activation, out);
        });
    }
}

/// Puts the columns of `matrix` from column `first` on.
fn put(matrix: &Matrix, first: usize, lanes: &mut [Lanes], biases: &mut [Lanes]) {
    let inputs = matrix.inputs;
    for (column, &bias) in (first..).zip(&matrix.bias) {
        biases[column / LANES][column % LANES] = bias;
    }
    for (column, row) in (first..).zip(matrix.weights.chunks_exact(inputs.max(1))) {
        let panel = &mut lanes[column / LANES * inputs..][..inputs];
        for (lanes, &weight) in panel.iter_mut().zip(row) {
            lanes[column % LANES] = weight;
        }
    }
}

/// Matrices of as many rows as `whole` to one, each row of which is those of all, one after the other.
fn put_side_by_side<T: Copy>(parts: &[Vec<T>], whole: &mut [T], stride: usize) {
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
