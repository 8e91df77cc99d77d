//! Inverted lists: for each centroid, the passages that have a token in its cell.

use crate::codec::Codes;
use crate::storage::{Array, SectionFile};
use crate::{CentroidId, Error};

/// Positions of passages by centroid, each list ascending and without repetition.
///
/// A list stores, for each position, how many positions were skipped since the previous one, in LEB128:
/// seven bits per byte, the lowest first; the top bit says that another byte follows.
#[derive(Debug, Clone)]
pub(super) struct InvertedLists {
    starts: Array<u32>,
    bytes: Array<u8>,
}

impl InvertedLists {
    pub(super) fn open(
        file: &SectionFile,
        num_centroids: usize,
        num_bytes: usize,
    ) -> Result<Self, Error> {
        let starts = file.array("starts", file.checked_size(num_centroids, 1, 1)?)?;
        Ok(Self { starts, bytes: file.array("lists", num_bytes)? })
    }

    /// Positions, within the segment, of the passages in a cell; `None` if the list is out of bounds. A
    /// damaged list may end early or name positions that no passage has. The list of a centroid that was
    /// added after the segment is empty.
    pub(super) fn cell(&self, centroid: CentroidId) -> Option<Positions<'_>> {
        let starts = self.starts.as_slice();
        let Some(&[start, end]) = starts.get(centroid.index()..).and_then(|s| s.first_chunk())
        else {
            return Some(Positions { bytes: &[], next: 0 });
        };
        let bytes = self.bytes.as_slice().get(start as usize..end as usize)?;
        Some(Positions { bytes, next: 0 })
    }
}

/// The positions of one list.
#[derive(Debug, Clone)]
pub(super) struct Positions<'a> {
    bytes: &'a [u8],
    next: u32,
}

impl Iterator for Positions<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let mut gap = 0u32;
        let mut shift = 0;
        loop {
            let (&byte, rest) = self.bytes.split_first()?;
            self.bytes = rest;
            gap |= u32::from(byte & 0x7f).checked_shl(shift)?;
            if byte < 0x80 {
                break;
            }
            shift += 7;
        }
        let position = self.next.checked_add(gap)?;
        self.next = position.checked_add(1)?;
        Some(position)
    }
}

fn encoded_len(gap: u32) -> u32 {
    (32 - (gap | 1).leading_zeros()).div_ceil(7)
}

fn encode(mut gap: u32, bytes: &mut [u8]) {
    let last = bytes.len() - 1;
    for byte in &mut bytes[..last] {
        *byte = gap as u8 | 0x80;
        gap >>= 7;
    }
    bytes[last] = gap as u8;
}

/// The sections `starts` and `lists` for tokens with the given codes; passage p has the tokens
/// `offsets[p]..offsets[p + 1]`.
pub(super) fn list_sections(
    codes: &Codes,
    offsets: &[u64],
    num_centroids: usize,
) -> (Vec<u32>, Vec<u8>) {
    let mut starts = vec![0u32; num_centroids + 1];
    for_each_gap(codes, offsets, num_centroids, |centroid, gap| {
        starts[centroid + 1] += encoded_len(gap);
    });
    (0..num_centroids).for_each(|centroid| starts[centroid + 1] += starts[centroid]);
    let mut next = starts.clone();
    let mut bytes = vec![0; starts.last().copied().unwrap_or_default() as usize];
    for_each_gap(codes, offsets, num_centroids, |centroid, gap| {
        let at = next[centroid] as usize;
        let len = encoded_len(gap);
        encode(gap, &mut bytes[at..at + len as usize]);
        next[centroid] += len;
    });
    (starts, bytes)
}

/// Calls `each` with every entry of every list: its centroid, and the gap before it.
fn for_each_gap(
    codes: &Codes,
    offsets: &[u64],
    num_centroids: usize,
    mut each: impl FnMut(usize, u32),
) {
    let mut next = vec![0u32; num_centroids];
    for (position, pair) in offsets.windows(2).enumerate() {
        let position = position as u32;
        for &centroid in &codes.centroids[pair[0] as usize..pair[1] as usize] {
            let next = &mut next[centroid as usize];
            if *next <= position {
                each(centroid as usize, position - *next);
                *next = position + 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn positions_come_back(gaps in prop::collection::vec(prop_oneof![0u32..300, 0u32..1 << 27], 0..20)) {
            let mut bytes = Vec::new();
            let mut expected = Vec::new();
            let mut next = 0u32;
            for gap in gaps {
                let start = bytes.len();
                bytes.resize(start + encoded_len(gap) as usize, 0);
                encode(gap, &mut bytes[start..]);
                expected.push(next + gap);
                next += gap + 1;
            }
            let positions: Vec<u32> = Positions { bytes: &bytes, next: 0 }.collect();
            prop_assert_eq!(positions, expected);
        }

        #[test]
        fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let positions: Vec<u32> = Positions { bytes: &bytes, next: 0 }.collect();
            prop_assert!(positions.is_sorted_by(|a, b| a < b));
        }
    }
}
