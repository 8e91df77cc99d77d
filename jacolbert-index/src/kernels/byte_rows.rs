//! Rows as bytes: 7 bits and a sign per component, and one scale per row.

/// The byte that stands for 0.
pub(crate) const ZERO: u8 = 128;

/// The largest distance of a byte from [`ZERO`], in either direction.
const LARGEST: f32 = 127.0;

/// Bytes of a row of `dim` components: the next multiple of 8, so that packed residuals of every bit
/// width fill whole bytes. The bytes past `dim` are [`ZERO`].
pub(crate) fn row_len(dim: usize) -> usize {
    dim.next_multiple_of(8)
}

/// Writes `row` as bytes `u` with `row ≈ scale * (u - 128)`, and returns the scale. The component with the
/// largest absolute value becomes 127 steps.
pub(crate) fn to_bytes(row: &[f32], bytes: &mut [u8]) -> f32 {
    let largest = row.iter().fold(0.0f32, |largest, value| largest.max(value.abs()));
    bytes.fill(ZERO);
    let scale = largest / LARGEST;
    let inverse = LARGEST / largest;
    if !(scale > 0.0 && inverse.is_finite()) {
        return 0.0;
    }
    for (byte, value) in bytes.iter_mut().zip(row) {
        *byte = (value * inverse + f32::from(ZERO) + ROUND).to_bits() as u8;
    }
    scale
}

/// Rows `[n, dim]` as bytes, `[n, row length]`, and the scale of each.
pub(crate) fn rows_to_bytes(rows: &[f32], dim: usize) -> (Vec<u8>, Vec<f32>) {
    let mut bytes = vec![0; rows.len() / dim * row_len(dim)];
    let scales = rows
        .chunks_exact(dim)
        .zip(bytes.chunks_exact_mut(row_len(dim)))
        .map(|(row, bytes)| to_bytes(row, bytes))
        .collect();
    (bytes, scales)
}

/// Adding this to a number from 0 to 255 leaves its nearest integer in the lowest byte.
const ROUND: f32 = 8_388_608.0;

/// The row that `bytes` stand for, as many components as `row` takes.
pub(crate) fn from_bytes(scale: f32, bytes: &[u8], row: &mut [f32]) {
    for (value, &byte) in row.iter_mut().zip(bytes) {
        *value = scale * signed(byte);
    }
}

/// The distance of a byte from [`ZERO`].
#[inline(always)]
pub(crate) fn signed(byte: u8) -> f32 {
    f32::from(i16::from(byte) - i16::from(ZERO))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bytes_are_within_half_a_step(row in prop::collection::vec(-1e15f32..1e15, 1..40)) {
            let mut bytes = vec![7; row_len(row.len())];
            let scale = to_bytes(&row, &mut bytes);
            let mut decoded = vec![0.0; row.len()];
            from_bytes(scale, &bytes, &mut decoded);
            for (value, decoded) in row.iter().zip(&decoded) {
                prop_assert!((value - decoded).abs() <= scale * 0.5001);
            }
            prop_assert!(bytes.iter().all(|&byte| byte > 0));
            prop_assert!(bytes[row.len()..].iter().all(|&byte| byte == ZERO));
        }
    }

    #[test]
    fn rows_too_short_for_a_scale_are_zero() {
        for row in [[0.0, -0.0], [1e-45, 0.0]] {
            let mut bytes = [7; 8];
            assert_eq!(to_bytes(&row, &mut bytes), 0.0);
            assert_eq!(bytes, [ZERO; 8]);
        }
    }
}
