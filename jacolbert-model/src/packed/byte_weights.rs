//! Columns of weights in bytes.

use std::ops::Range;

use super::kernels::{
    BytePanels, ByteQuads, LANES, LARGEST_WEIGHT, LINE, Lanes, WEIGHT_OFFSET, nearest_byte,
};

/// The columns of panels as bytes, each column with what a byte of it stands for; see
/// [`BytePanels`].
#[derive(Debug)]
pub(super) struct ByteWeights {
    lanes: Vec<ByteQuads>,
    scales: Vec<Lanes>,
    pub(super) quads: usize,
}

impl ByteWeights {
    /// The nearest bytes to panels `[num_inputs][LANES]`, by scales of which the largest weight of a
    /// column is [`LARGEST_WEIGHT`]. A column with a weight that is no number has a scale that is none.
    pub(super) fn nearest(panels: &[Lanes], num_inputs: usize) -> Self {
        let quads = num_inputs.div_ceil(4).next_multiple_of(LINE);
        let lanes = Vec::with_capacity(panels.len() / num_inputs.max(1) * quads);
        let mut nearest = Self { lanes, scales: Vec::new(), quads };
        for panel in panels.chunks_exact(num_inputs.max(1)) {
            let scales = std::array::from_fn(|lane| scale(panel, lane));
            let end = nearest.lanes.len() + quads;
            nearest.lanes.extend(panel.chunks(4).map(|inputs| bytes(inputs, &scales)));
            nearest.lanes.resize(end, [WEIGHT_OFFSET; 4 * LANES]);
            nearest.scales.push(scales);
        }
        nearest
    }

    /// Those of some panels.
    pub(super) fn panels(&self, range: Range<usize>) -> BytePanels<'_> {
        BytePanels {
            lanes: &self.lanes[range.start * self.quads..range.end * self.quads],
            quads: self.quads,
            scales: &self.scales[range],
        }
    }
}

fn scale(panel: &[Lanes], lane: usize) -> f32 {
    let largest = panel.iter().map(|lanes| lanes[lane].abs()).fold(0.0, f32::max);
    // Zero, or no number if any weight is none or infinite.
    let fault = panel.iter().map(|lanes| lanes[lane] * 0.0).sum::<f32>();
    largest / f32::from(LARGEST_WEIGHT) + fault
}

/// Up to four inputs of each column; what is not there is 0.
fn bytes(inputs: &[Lanes], scales: &Lanes) -> ByteQuads {
    let mut bytes = [WEIGHT_OFFSET; 4 * LANES];
    for (n, lanes) in inputs.iter().enumerate() {
        for (lane, (&weight, &scale)) in lanes.iter().zip(scales).enumerate() {
            // A zero by a scale of zero is no number, which is the byte 0.
            let byte = nearest_byte(weight / scale);
            bytes[4 * lane + n] = byte.cast_unsigned().wrapping_add(WEIGHT_OFFSET);
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_within_half_a_step_of_the_weights() {
        for num_inputs in 1..=9 {
            let weight = |i: usize, lane: usize| ((i * 31 + lane * 17) % 23) as f32 - 11.0;
            let panel: Vec<Lanes> =
                (0..num_inputs).map(|i| std::array::from_fn(|lane| weight(i, lane))).collect();
            let found = ByteWeights::nearest(&panel, num_inputs);
            assert_eq!(found.lanes.len(), found.quads);
            for (i, lanes) in panel.iter().enumerate() {
                for (lane, &weight) in lanes.iter().enumerate() {
                    let (byte, scale) =
                        (found.lanes[i / 4][4 * lane + i % 4], found.scales[0][lane]);
                    let byte = f32::from(byte) - f32::from(WEIGHT_OFFSET);
                    assert!((byte * scale - weight).abs() <= 0.501 * scale);
                }
            }
        }
    }

    #[test]
    fn a_weight_that_is_no_number_spoils_its_column_only() {
        for fault in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut panel = vec![[1.0; LANES]; 3];
            panel[1][4] = fault;
            let scales = ByteWeights::nearest(&panel, 3).scales[0];
            let faulty: Vec<usize> = (0..LANES).filter(|&lane| scales[lane].is_nan()).collect();
            assert_eq!(faulty, [4]);
        }
    }
}
