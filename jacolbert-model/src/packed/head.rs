//! A head of attention in `f32`.

use super::kernels::{LANES, Lanes, Machine, Panels, Rows, RowsMut};
use super::scratch::{Buffer, HeadScratch};

/// The parts of a row.
pub(super) const QUERY: usize = 0;
pub(super) const KEY: usize = 1;
pub(super) const VALUE: usize = 2;

/// Tokens after which a row is needed that is asked for now: rows lie too far apart for the machine to see what
/// comes next.
pub(super) const AHEAD: usize = 8;

/// Tokens whose scores exist at the same time.
const TOKENS_AT_ONCE: usize = 48;

/// One head of one text.
pub(super) struct Head<'a> {
    /// The rows of the text, from the head's part of `q` on; those of `k` and `v` are `hidden` values
    /// further each.
    pub(super) rows: Rows<'a>,
    pub(super) hidden: usize,
    /// Length of a vector.
    pub(super) size: usize,
}

impl Head<'_> {
    /// `softmax(q kᵀ + mask) v`, whole panels of it, to the rows of `out`.
    pub(super) fn context(
        &self,
        mask: &[f32],
        machine: Machine,
        scratch: &mut HeadScratch,
        out: RowsMut<'_>,
    ) {
        let HeadScratch { keys, values, scores, .. } = scratch;
        let tokens = self.rows.count;
        let size = self.size;
        let keys = self.keys(machine, keys);
        let values = self.values(values);
        let panels = tokens.div_ceil(LANES).max(size.div_ceil(LANES));
        let no_bias = vec![[0.0; LANES]; panels];
        let stride = tokens.next_multiple_of(LANES);
        for first in (0..tokens).step_by(TOKENS_AT_ONCE) {
            let count = TOKENS_AT_ONCE.min(tokens - first);
            let queries = &self.rows.values[first * self.rows.stride..];
            let queries = Rows { values: queries, stride: self.rows.stride, count };
            let scores = scores.take(count * stride);
            let panels = Panels { lanes: keys, inputs: size };
            let buffer = RowsMut { values: scores, stride };
            machine.product(queries, panels, &no_bias[..stride / LANES], None, buffer);
            for row in scores.chunks_exact_mut(stride) {
                machine.softmax(&mut row[..tokens], mask);
            }
            let weights = Rows { values: scores, stride, count };
            let panels = Panels { lanes: values, inputs: tokens };
            let buffer = RowsMut { values: &mut out.values[first * out.stride..], ..out };
            machine.product(weights, panels, &no_bias[..size.div_ceil(LANES)], None, buffer);
        }
    }

    /// Panels of 16 tokens: their keys as columns.
    fn keys<'r>(&self, machine: Machine, buffer: &'r mut Buffer<Lanes>) -> &'r [Lanes] {
        let tokens = self.rows.count;
        let size = self.size;
        let panels = buffer.take(tokens.div_ceil(LANES) * size);
        for token in 0..tokens {
            for part in [QUERY, KEY, VALUE] {
                machine.prefetch(self.part(token + AHEAD, part));
            }
            let panel = &mut panels[token / LANES * size..][..size];
            for (lanes, &value) in panel.iter_mut().zip(self.part(token, KEY)) {
                lanes[token % LANES] = value;
            }
        }
        panels
    }

    /// Panels of 16 components of all tokens' values.
    fn values<'r>(&self, buffer: &'r mut Buffer<Lanes>) -> &'r [Lanes] {
        let tokens = self.rows.count;
        let size = self.size;
        let panels = buffer.take(size.div_ceil(LANES) * tokens);
        for token in 0..tokens {
            for (n, part) in self.part(token, VALUE).chunks(LANES).enumerate() {
                panels[n * tokens + token][..part.len()].copy_from_slice(part);
            }
        }
        panels
    }

    /// Query, key or value of a token; nothing beyond the last.
    fn part(&self, token: usize, part: usize) -> &[f32] {
        let row = self.rows.values.get(token * self.rows.stride..).unwrap_or_default();
        row.get(part * self.hidden..).and_then(|part| part.get(..self.size)).unwrap_or_default()
    }
}
