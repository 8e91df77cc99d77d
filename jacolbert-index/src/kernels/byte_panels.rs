//! Rows laid out for the byte kernels: panels of 32 rows, with five bits and a sign per component.

use jacolbert_core::simd::Isa;

use super::byte_rows::{ZERO, row_len};
use super::lanes::{ByteDots, ByteLanes, LANES, LARGEST_BYTE, Lanes};

/// Rows `[n, dim]` as bytes in panels of 32, padded with zero rows.
///
/// A byte dot product `d` with a row of [`byte_rows`](super::byte_rows) stands for `scale * (d - offset)`,
/// times the scale of the other row.
#[derive(Debug, Clone)]
pub(crate) struct BytePanels {
    panels: Vec<Panel>,
}

/// 32 rows.
#[derive(Debug, Clone)]
pub(crate) struct Panel {
    /// `[row length / 4][32][4]`.
    lanes: Vec<ByteLanes>,
    /// The scale of each row: what a component of 1 stands for.
    pub(crate) scales: Lanes,
    /// The product of each row with a row of zeros, each of which is the byte [`ZERO`].
    pub(crate) offsets: ByteDots,
}

impl BytePanels {
    /// Lays out `rows`, `[n, dim]` row-major, known to be whole.
    pub(crate) fn of_rows(rows: &[f32], dim: usize) -> Self {
        Self { panels: rows.chunks(LANES * dim).map(|rows| Panel::of_rows(rows, dim)).collect() }
    }

    /// The panels, each with the rows 32 n to 32 n + 31.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &Panel> {
        self.panels.iter()
    }
}

impl Panel {
    fn of_rows(rows: &[f32], dim: usize) -> Self {
        let mut lanes = vec![[0; 4 * LANES]; row_len(dim) / 4];
        let mut scales = [0.0; LANES];
        let mut offsets = [0; LANES];
        for (lane, row) in rows.chunks_exact(dim).enumerate() {
            let largest = row.iter().fold(0.0f32, |largest, value| largest.max(value.abs()));
            let inverse = f32::from(LARGEST_BYTE) / largest;
            if !inverse.is_finite() {
                continue;
            }
            scales[lane] = largest / f32::from(LARGEST_BYTE);
            for (d, value) in row.iter().enumerate() {
                let byte = (value * inverse).round_ties_even() as i8;
                lanes[d / 4][4 * lane + d % 4] = byte;
                offsets[lane] += i32::from(byte) * i32::from(ZERO);
            }
        }
        Self { lanes, scales, offsets }
    }

    /// `dots[r][l]`: the byte product of row r of `rows`, `[dots.len(), row length]`, with row l.
    pub(crate) fn dots(&self, isa: Isa, rows: &[u8], dots: &mut [ByteDots]) {
        super::byte_dots(isa, &self.lanes, rows, dots);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernels::to_bytes;

    proptest! {
        #[test]
        fn products_are_those_of_the_rows_within_rounding(
            held in prop::collection::vec(-1.0f32..1.0, 40 * 13), row in prop::collection::vec(-1.0f32..1.0, 13),
        ) {
            let panels = BytePanels::of_rows(&held, 13);
            let mut bytes = vec![0; row_len(13)];
            let scale = to_bytes(&row, &mut bytes);
            for (p, panel) in panels.iter().enumerate() {
                let mut dots = [[0; LANES]];
                panel.dots(Isa::detected(), &bytes, &mut dots);
                for (lane, held) in held.chunks_exact(13).skip(p * LANES).take(LANES).enumerate() {
                    let exact: f32 = row.iter().zip(held).map(|(a, b)| a * b).sum();
                    let found =
                        scale * panel.scales[lane] * (dots[0][lane] - panel.offsets[lane]) as f32;
                    prop_assert!((exact - found).abs() < 13.0 * (0.5 / 31.0 + 0.5 / 127.0) + 1e-4);
                }
            }
        }
    }
}
