//! Columns of weights in bf16.

use std::ops::Range;

use half::bf16;

use super::kernels::{Bf16Pairs, Bf16Panels, LANES, LINE, Lanes};

/// The columns of panels in bf16; see [`Bf16Panels`].
#[derive(Debug)]
pub(super) struct Bf16Weights {
    lanes: Vec<Bf16Pairs>,
    pub(super) pairs: usize,
}

impl Bf16Weights {
    /// The nearest to panels `[num_inputs][LANES]`.
    pub(super) fn nearest(panels: &[Lanes], num_inputs: usize) -> Self {
        let depth = num_inputs.div_ceil(2).next_multiple_of(LINE);
        let mut lanes = Vec::with_capacity(panels.len() / num_inputs.max(1) * depth);
        for panel in panels.chunks_exact(num_inputs.max(1)) {
            let end = lanes.len() + depth;
            lanes.extend(panel.chunks(2).map(pairs));
            lanes.resize(end, [bf16::ZERO; 2 * LANES]);
        }
        Self { lanes, pairs: depth }
    }

    /// Those of some panels.
    pub(super) fn panels(&self, range: Range<usize>) -> Bf16Panels<'_> {
        let lanes = &self.lanes[range.start * self.pairs..range.end * self.pairs];
        Bf16Panels { lanes, pairs: self.pairs }
    }
}

/// One or two inputs of each column; what is not there is 0.
fn pairs(inputs: &[Lanes]) -> Bf16Pairs {
    let mut pairs = [bf16::ZERO; 2 * LANES];
    for (n, lanes) in inputs.iter().enumerate() {
        for (lane, &weight) in lanes.iter().enumerate() {
            pairs[2 * lane + n] = bf16::from_f32(weight);
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_the_nearest_and_stand_in_pairs() {
        for num_inputs in 1..=9 {
            let weight = |i: usize, lane: usize| (i * 31 + lane * 17) as f32 / 23.0 - 11.0;
            let panels: Vec<Lanes> =
                (0..2 * num_inputs).map(|i| std::array::from_fn(|lane| weight(i, lane))).collect();
            let found = Bf16Weights::nearest(&panels, num_inputs);
            for (n, panel) in panels.chunks(num_inputs).enumerate() {
                let pairs = found.panels(n..n + 1).lanes;
                assert_eq!(pairs.len(), found.pairs);
                for (i, lanes) in panel.iter().enumerate() {
                    for (lane, &weight) in lanes.iter().enumerate() {
                        assert_eq!(pairs[i / 2][2 * lane + i % 2], bf16::from_f32(weight));
                    }
                }
            }
        }
    }
}
