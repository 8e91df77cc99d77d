//! A head of attention in bf16: queries, keys, values and softmax, each rounded; scores and sums in `f32`.

use half::bf16;

use super::head::{AHEAD, KEY, QUERY, VALUE};
use super::kernels::{
    Bf16Pairs, Bf16Panels, Bf16Rows, LANES, LINE, Machine, Results, RowsMut, line_stride,
    side_by_side,
};
use super::scratch::{Bf16HeadScratch, Buffer, HeadScratch};

/// Tokens whose scores exist at the same time.
const TOKENS_AT_ONCE: usize = 64;

/// One head of one text.
pub(super) struct Bf16Head<'a> {
    /// The rows of the text, `stride` pairs each, from the head's part of `q` on; those of `k` and `v` are
    /// `hidden` pairs further each.
    pub(super) rows: &'a [[bf16; 2]],
    pub(super) stride: usize,
    pub(super) tokens: usize,
    pub(super) hidden: usize,
    /// Pairs of a vector: whole lines.
    pub(super) size: usize,
}

impl Bf16Head<'_> {
    /// `softmax(q kᵀ + mask) v` to the rows of `out`, which are of the format that it has.
    pub(super) fn context(
        &self,
        mask: &[f32],
        machine: Machine,
        scratch: &mut HeadScratch,
        out: &mut Results<'_>,
    ) {
        let HeadScratch { scores, bf16: Bf16HeadScratch { keys, values, weights }, .. } = scratch;
        let tokens = self.tokens;
        let size = self.size;
        if tokens == 0 {
            return;
        }
        let token_pairs = tokens.div_ceil(2).next_multiple_of(LINE);
        let keys = self.keys(machine, keys);
        let values = self.values(token_pairs, values);
        let keys = Bf16Panels { lanes: keys, pairs: size };
        let values = Bf16Panels { lanes: values, pairs: token_pairs };
        let no_bias = vec![[0.0; LANES]; tokens.div_ceil(LANES).max(2 * size / LANES)];
        let stride = tokens.next_multiple_of(LANES);
        let weight_stride = line_stride(token_pairs);
        for first in (0..tokens).step_by(TOKENS_AT_ONCE) {
            let count = TOKENS_AT_ONCE.min(tokens - first);
            let scores = scores.take(count * stride);
            let queries = &self.rows[first * self.stride..];
            let queries = Bf16Rows { values: queries, pairs: size, stride: self.stride, count };
            let buffer = Results::F32(RowsMut { values: scores, stride });
            machine.bf16_product(queries, keys, &no_bias[..stride / LANES], None, buffer);
            let weights = weights.take(count * weight_stride);
            let rows = weights.chunks_exact_mut(weight_stride);
            for (row, weights) in scores.chunks_exact_mut(stride).zip(rows) {
                let weights = weights.as_flattened_mut();
                machine.softmax_in_bf16(&mut row[..tokens], mask, weights);
                weights[tokens..2 * token_pairs].fill(bf16::ZERO);
            }
            let weights =
                Bf16Rows { values: weights, pairs: token_pairs, stride: weight_stride, count };
            let bias = &no_bias[..2 * size / LANES];
            machine.bf16_product(weights, values, bias, None, out.rows_from(first));
        }
    }

    /// Panels of 16 tokens: their keys as columns.
    fn keys<'r>(&self, machine: Machine, buffer: &'r mut Buffer<Bf16Pairs>) -> &'r [Bf16Pairs] {
        let panels = buffer.take(self.tokens.div_ceil(LANES) * self.size);
        for token in 0..self.tokens {
            for part in [QUERY, KEY, VALUE] {
                machine.prefetch(self.part(token + AHEAD, part));
            }
            let panel = &mut panels[token / LANES * self.size..][..self.size];
            for (lanes, &pair) in panel.iter_mut().zip(self.part(token, KEY)) {
                lanes.as_chunks_mut().0[token % LANES] = pair;
            }
        }
        panels
    }

    /// Panels of 16 components of all tokens' values, those of two tokens side by side; zeros for what is
    /// beyond the last token.
    fn values<'r>(&self, token_pairs: usize, buffer: &'r mut Buffer<Bf16Pairs>) -> &'r [Bf16Pairs] {
        let panels = buffer.take(2 * self.size / LANES * token_pairs);
        let zeros = vec![[bf16::ZERO; 2]; self.size];
        for pair in 0..token_pairs {
            let [first, second] = [2 * pair, 2 * pair + 1].map(|token| {
                let value = if token < self.tokens { self.part(token, VALUE) } else { &zeros };
                value.as_flattened().as_chunks().0
            });
            for (n, (first, second)) in first.iter().zip(second).enumerate() {
                panels[n * token_pairs + pair] = side_by_side(first, second);
            }
        }
        panels
    }

    /// Query, key or value of a token; nothing beyond the last.
    fn part(&self, token: usize, part: usize) -> &[[bf16; 2]] {
        let row = self.rows.get(token * self.stride..).unwrap_or_default();
        row.get(part * self.hidden..).and_then(|part| part.get(..self.size)).unwrap_or_default()
    }
}
