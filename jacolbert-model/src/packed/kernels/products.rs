//! Products of rows with panels of weights.

use super::kernel_set::KernelSet;
use super::machine::{Machine, dispatch_kernel};
use super::matrices::{
    self, Bf16Panels, Bf16Rows, BytePanels, ByteRows, LANES, Lanes, Panels, Results, Rows, RowsMut,
};
use super::multiply_add::{Fused, Separate};
use super::scalar;
use super::tasks::{Bf16Task, ByteTask, Task};
use crate::Activation;

/// Inputs that a product goes through at once: with 16 columns 48 KiB of weights, with 32 twice that, which
/// stay in the cache while row after row meets them. Longer rows are split, so that their weights stay there, too.
pub(super) const DEPTH: usize = 768;

impl Machine {
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
                self.multiply(Task {
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

    fn panels_together(self) -> usize {
        dispatch_kernel!(self, panels_together())
    }

    /// See [`product`](Self::product), which checks that there is room for all of it.
    fn multiply(self, task: Task<'_>) {
        dispatch_kernel!(self, multiply(task));
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
        if let Some(amx) = self.amx(quads) {
            return amx.byte_product(rows, panels, bias, activation, out);
        }
        let mut room = Vec::new();
        for n in 0..bias.len() {
            let panel = &lanes[n * quads..][..quads];
            let scales = &scales[n];
            let bias = &bias[n];
            let ahead = &lanes[(n + 1) * quads..];
            self.put_panel(&mut out, n, rows.num_rows(), &mut room, |out, stride| {
                let task = ByteTask { panel, scales, bias, rows, activation, out, stride, ahead };
                dispatch_kernel!(self, multiply_bytes(task));
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
        if let Some(amx) = self.amx(pairs) {
            return amx.bf16_product(rows, panels, bias, activation, out);
        }
        let mut room = Vec::new();
        for n in 0..bias.len() {
            let panel = &lanes[n * pairs..][..pairs];
            let bias = &bias[n];
            let ahead = &lanes[(n + 1) * pairs..];
            self.put_panel(&mut out, n, rows.count, &mut room, |out, stride| {
                let task = Bf16Task { panel, bias, rows, activation, out, stride, ahead };
                dispatch_kernel!(self, multiply_bf16(task));
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
            if self.is_fused {
                row.iter_mut().for_each(|lanes| scalar::activate::<Fused>(activation, lanes));
            } else {
                row.iter_mut().for_each(|lanes| scalar::activate::<Separate>(activation, lanes));
            }
        }
    }
}
