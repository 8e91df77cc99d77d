//! Multi-head self-attention with its output projection, residual and norm.

use super::Packing;
use super::division::Division;
use super::kernels::{Isa, LANES, Lanes, Panels, Rows, RowsMut};
use super::linear::PackedLinear;
use super::norm::PackedNorm;
use super::ragged::Ragged;
use super::rooms::{HeadRooms, PassRooms, Room, Rooms};
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
        self.output.stride()
    }

    /// `softmax(q kᵀ / √d + mask) v` of all heads, `[rows, stride]`.
    pub(super) fn context<'r>(
        &self,
        hidden: &[f32],
        batch: &Ragged<'_>,
        division: &Division,
        rooms: &'r mut PassRooms,
    ) -> &'r [f32] {
        let PassRooms { queries_keys_values, context } = rooms;
        let inputs = self.queries_keys_values(hidden, division, queries_keys_values);
        let context = context.of(hidden.len());
        if self.size().is_multiple_of(LANES) && division.is_enough(batch.num_texts()) {
            self.text_by_text(inputs, batch, division, context);
        } else {
            self.head_by_head(inputs, batch, division, context);
        }
        context
    }

    /// Length of a head's vectors.
    fn size(&self) -> usize {
        self.hidden / self.num_heads
    }

    /// The heads of a text put their vectors where they belong.
    fn text_by_text(
        &self,
        inputs: &[f32],
        batch: &Ragged<'_>,
        division: &Division,
        context: &mut [f32],
    ) {
        let stride = self.stride();
        division.for_each(batch.texts_of(context, stride), |rooms, (text, context)| {
            for head in 0..self.num_heads {
                let values = context.get_mut(head * self.size()..).unwrap_or_default();
                let out = RowsMut { values, stride };
                let head = self.head(inputs, batch, text, head);
                head.context(batch.mask(text), division.isa, rooms, out);
            }
        });
    }

    /// For fewer texts than threads, or for vectors that are no whole panels.
    fn head_by_head(
        &self,
        inputs: &[f32],
        batch: &Ragged<'_>,
        division: &Division,
        context: &mut [f32],
    ) {
        let (size, stride) = (self.size(), self.size().next_multiple_of(LANES));
        let heads = division.map(batch.num_texts() * self.num_heads, |rooms, n| {
            let (text, head) = (n / self.num_heads, n % self.num_heads);
            let mut vectors = vec![0.0; batch.rows(text).len() * stride];
            let out = RowsMut { values: &mut vectors, stride };
            let mask = batch.mask(text);
            self.head(inputs, batch, text, head).context(mask, division.isa, rooms, out);
            vectors
        });
        for (n, vectors) in heads.iter().enumerate() {
            let (text, head) = (n / self.num_heads, n % self.num_heads);
            let rows = context.chunks_exact_mut(self.stride()).skip(batch.rows(text).start);
            for (row, vector) in rows.zip(vectors.chunks_exact(stride)) {
                row[head * size..][..size].copy_from_slice(&vector[..size]);
            }
        }
    }

    fn head<'a>(
        &self,
        inputs: &'a [f32],
        batch: &Ragged<'_>,
        text: usize,
        head: usize,
    ) -> Head<'a> {
        let (range, stride) = (batch.rows(text), self.inputs.stride());
        let values = &inputs[range.start * stride..range.end * stride];
        let values = values.get(head * self.size()..).unwrap_or_default();
        let rows = Rows { values, stride, count: range.len() };
        Head { rows, hidden: self.hidden, size: self.size() }
    }

    /// `[rows, inputs.stride()]`: `q / √d`, `k` and `v` of every row.
    fn queries_keys_values<'r>(
        &self,
        hidden: &[f32],
        division: &Division,
        room: &'r mut Room<f32>,
    ) -> &'r [f32] {
        let (stride, width) = (self.stride(), self.inputs.stride());
        let out = room.of(hidden.len() / stride * width);
        division.for_blocks(out, width, |first, out, rooms| {
            let values = &hidden[first * stride..];
            let rows = Rows { values, stride, count: out.len() / width };
            self.inputs.apply(rows, None, division, &mut rooms.rounded, out);
        });
        out
    }

    /// `norm(x + output(context))` of rows `stride` long, in the place of `x`.
    pub(super) fn add_output(
        &self,
        hidden: &mut [f32],
        context: &[f32],
        division: &Division,
        rooms: &mut Rooms,
    ) {
        let stride = self.stride();
        let rows = Rows { values: context, stride, count: hidden.len() / stride };
        let output = rooms.first.of(hidden.len());
        self.output.apply(rows, None, division, &mut rooms.rounded, output);
        division.isa.add_and_norm(hidden, output, stride, self.norm.as_norm());
    }
}

impl Head<'_> {
    /// `softmax(q kᵀ + mask) v`, whole panels of it, to the rows of `out`.
    fn context(&self, mask: &[f32], isa: Isa, rooms: &mut HeadRooms, out: RowsMut<'_>) {
        let HeadRooms { keys, values, scores } = rooms;
        let (tokens, size) = (self.rows.count, self.size);
        let (keys, values) = (self.keys(keys), self.values(values));
        let panels = tokens.div_ceil(LANES).max(size.div_ceil(LANES));
        let no_bias = vec![[0.0; LANES]; panels];
        let stride = tokens.next_multiple_of(LANES);
        for first in (0..tokens).step_by(TOKENS_AT_ONCE) {
            let count = TOKENS_AT_ONCE.min(tokens - first);
            let queries = &self.rows.values[first * self.rows.stride..];
            let queries = Rows { values: queries, stride: self.rows.stride, count };
            let scores = scores.of(count * stride);
            let panels = Panels { lanes: keys, inputs: size };
            let room = RowsMut { values: scores, stride };
            isa.product(queries, panels, &no_bias[..stride / LANES], None, room);
            for row in scores.chunks_exact_mut(stride) {
                isa.softmax(&mut row[..tokens], mask);
            }
            let weights = Rows { values: scores, stride, count };
            let panels = Panels { lanes: values, inputs: tokens };
            let room = RowsMut { values: &mut out.values[first * out.stride..], ..out };
            isa.product(weights, panels, &no_bias[..size.div_ceil(LANES)], None, room);
        }
    }

    /// Panels of 16 tokens: their keys as columns.
    fn keys<'r>(&self, room: &'r mut Room<Lanes>) -> &'r [Lanes] {
        let (tokens, size) = (self.rows.count, self.size);
        let panels = room.of(tokens.div_ceil(LANES) * size);
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
    fn values<'r>(&self, room: &'r mut Room<Lanes>) -> &'r [Lanes] {
        let (tokens, size) = (self.rows.count, self.size);
        let panels = room.of(size.div_ceil(LANES) * tokens);
        for token in 0..tokens {
            let value = &self.rows.values[token * self.rows.stride + 2 * self.hidden..][..size];
            for (n, part) in value.chunks(LANES).enumerate() {
                panels[n * tokens + token][..part.len()].copy_from_slice(part);
            }
        }
        panels
    }
}
