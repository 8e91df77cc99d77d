//! Multi-head self-attention with its output projection, residual and norm.

use super::Packing;
use super::division::Division;
use super::kernels::{Isa, LANES, Lanes, Panels, Rows};
use super::linear::PackedLinear;
use super::norm::PackedNorm;
use super::ragged::Ragged;
use super::weights::Matrix;
use crate::bert::Attention;
use crate::{BertConfig, Error};

/// Tokens whose scores exist at the same time.
const TOKENS_AT_ONCE: usize = 48;

/// `norm(x + output(softmax(q kᵀ / √d + mask) v))`, with `d` the length of a head's vectors.
#[derive(Debug)]
pub(super) struct PackedAttention {
    /// `q / √d`, `k` and `v` of all heads.
    inputs: PackedLinear,
    output: PackedLinear,
    norm: PackedNorm,
    num_heads: usize,
    hidden: usize,
}

/// One head of one text.
struct Head<'a> {
    /// The rows of the text, from the head's part of `q` on.
    rows: Rows<'a>,
    hidden: usize,
    /// Length of a vector.
    size: usize,
}

impl PackedAttention {
    pub(super) fn new(
        config: &BertConfig,
        attention: Attention,
        packing: Packing,
    ) -> Result<Self, Error> {
        let Attention { query, key, value, output, norm, num_heads, .. } = attention;
        let query = Matrix::of(query)?;
        let hidden = query.bias.len();
        let query = query.divided(((hidden / num_heads) as f32).sqrt());
        Ok(Self {
            inputs: packing.of(PackedLinear::new(&[query, Matrix::of(key)?, Matrix::of(value)?])),
            output: packing.of(PackedLinear::new(&[Matrix::of(output)?])),
            norm: PackedNorm::new(config, norm)?,
            num_heads,
            hidden,
        })
    }

    /// From one row of hidden states to the next.
    pub(super) fn stride(&self) -> usize {
        self.output.width()
    }

    /// `softmax(q kᵀ / √d + mask) v` of all heads, `[rows, stride]`.
    pub(super) fn context(
        &self,
        hidden: &[f32],
        batch: &Ragged<'_>,
        division: &Division,
    ) -> Vec<f32> {
        let inputs = self.queries_keys_values(hidden, division);
        let width = self.inputs.width();
        let size = self.hidden / self.num_heads;
        let heads = division.map(batch.num_texts() * self.num_heads, |n| {
            let (text, head) = (n / self.num_heads, n % self.num_heads);
            let range = batch.rows(text);
            let values = &inputs[range.start * width..range.end * width];
            let values = values.get(head * size..).unwrap_or_default();
            let rows = Rows { values, stride: width, count: range.len() };
            Head { rows, hidden: self.hidden, size }.context(batch.mask(text), division.isa)
        });
        let mut context = vec![0.0; hidden.len()];
        for (n, vectors) in heads.iter().enumerate() {
            let (text, head) = (n / self.num_heads, n % self.num_heads);
            let rows = context.chunks_exact_mut(self.stride()).skip(batch.rows(text).start);
            let vectors = vectors.chunks_exact(size.next_multiple_of(LANES));
            for (row, vector) in rows.zip(vectors) {
                row[head * size..][..size].copy_from_slice(&vector[..size]);
            }
        }
        context
    }

    /// `[rows, inputs.width()]`: `q / √d`, `k` and `v` of every row.
    fn queries_keys_values(&self, hidden: &[f32], division: &Division) -> Vec<f32> {
        let (stride, width) = (self.stride(), self.inputs.width());
        let mut out = vec![0.0; hidden.len() / stride * width];
        division.for_blocks(&mut out, width, |first, out| {
            let values = &hidden[first * stride..];
            let rows = Rows { values, stride, count: out.len() / width };
            self.inputs.apply(rows, None, division, out);
        });
        out
    }

    /// `norm(x + output(context))` of rows `stride` long, in the place of `x`.
    pub(super) fn add_output(&self, hidden: &mut [f32], context: &[f32], division: &Division) {
        let stride = self.stride();
        let rows = Rows { values: context, stride, count: hidden.len() / stride };
        let mut output = vec![0.0; hidden.len()];
        self.output.apply(rows, None, division, &mut output);
        division.isa.add_and_norm(hidden, &output, stride, self.norm.as_norm());
    }
}

impl Head<'_> {
    /// `softmax(q kᵀ + mask) v`, `[tokens, size]` with rows filled up to whole panels.
    fn context(&self, mask: &[f32], isa: Isa) -> Vec<f32> {
        let (tokens, size) = (self.rows.count, self.size);
        let (keys, values) = (self.keys(), self.values());
        let no_bias = vec![[0.0; LANES]; tokens.div_ceil(LANES).max(size.div_ceil(LANES))];
        let width = size.next_multiple_of(LANES);
        let stride = tokens.next_multiple_of(LANES);
        let mut scores = vec![0.0; tokens.min(TOKENS_AT_ONCE) * stride];
        let mut context = vec![0.0; tokens * width];
        for (n, context) in context.chunks_mut(TOKENS_AT_ONCE * width).enumerate() {
            let count = context.len() / width;
            let queries = &self.rows.values[n * TOKENS_AT_ONCE * self.rows.stride..];
            let queries = Rows { values: queries, stride: self.rows.stride, count };
            let scores = &mut scores[..count * stride];
            let panels = Panels { lanes: &keys, inputs: size };
            isa.product(queries, panels, &no_bias[..stride / LANES], None, scores);
            for row in scores.chunks_exact_mut(stride) {
                isa.softmax(&mut row[..tokens], mask);
            }
            let weights = Rows { values: scores, stride, count };
            let panels = Panels { lanes: &values, inputs: tokens };
            isa.product(weights, panels, &no_bias[..width / LANES], None, context);
        }
        context
    }

    /// Panels of 16 tokens: their keys as columns.
    fn keys(&self) -> Vec<Lanes> {
        let (tokens, size) = (self.rows.count, self.size);
        let mut panels = vec![[0.0; LANES]; tokens.div_ceil(LANES) * size];
        for token in 0..tokens {
            let key = &self.rows.values[token * self.rows.stride + self.hidden..][..size];
            let panel = &mut panels[token / LANES * size..][..size];
            for (lanes, &value) in panel.iter_mut().zip(key) {
                lanes[token % LANES] = value;
            }
        }
        panels
    }

    /// Panels of 16 components of all tokens' values.
    fn values(&self) -> Vec<Lanes> {
        let (tokens, size) = (self.rows.count, self.size);
        let mut panels = vec![[0.0; LANES]; size.div_ceil(LANES) * tokens];
        for token in 0..tokens {
            let value = &self.rows.values[token * self.rows.stride + 2 * self.hidden..][..size];
            for (n, part) in value.chunks(LANES).enumerate() {
                panels[n * tokens + token][..part.len()].copy_from_slice(part);
            }
        }
        panels
    }
}
