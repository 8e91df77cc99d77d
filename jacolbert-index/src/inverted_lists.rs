//! Inverted lists: for each centroid, the passages that have a token in its cell.

use crate::storage::{Array, SectionFile};
use crate::{CentroidId, Error};

/// Passages of a segment by centroid, each list ascending and without repetition.
#[derive(Debug, Clone)]
pub(crate) struct InvertedLists {
    starts: Array<u64>,
    passages: Array<u32>,
}

impl InvertedLists {
    pub(crate) fn open(
        file: &SectionFile,
        num_centroids: usize,
        num_entries: usize,
    ) -> Result<Self, Error> {
        let starts = file.array("starts", file.checked_size(num_centroids, 1, 1)?)?;
        Ok(Self { starts, passages: file.array("lists", num_entries)? })
    }

    /// Positions within the segment of the passages in a cell; `None` if the list is not whole.
    pub(crate) fn cell(&self, centroid: CentroidId) -> Option<&[u32]> {
        let starts = self.starts.as_slice();
        let start = usize::try_from(*starts.get(centroid.index())?).ok()?;
        let end = usize::try_from(*starts.get(centroid.index() + 1)?).ok()?;
        self.passages.as_slice().get(start..end)
    }
}

/// The two sections of the lists of passages whose tokens have the given centroids.
pub(crate) fn list_sections(
    centroids: &[u32],
    offsets: &[u64],
    num_centroids: usize,
) -> (Vec<u64>, Vec<u32>) {
    let cells: Vec<Vec<u32>> = offsets
        .windows(2)
        .map(|pair| {
            let mut cells = centroids[pair[0] as usize..pair[1] as usize].to_vec();
            cells.sort_unstable();
            cells.dedup();
            cells
        })
        .collect();
    let mut starts = vec![0u64; num_centroids + 1];
    cells.iter().flatten().for_each(|&centroid| starts[centroid as usize + 1] += 1);
    (0..num_centroids).for_each(|centroid| starts[centroid + 1] += starts[centroid]);
    let mut next = starts.clone();
    let mut passages = vec![0; cells.iter().map(Vec::len).sum()];
    for (passage, cells) in cells.iter().enumerate() {
        for &centroid in cells {
            let at = &mut next[centroid as usize];
            passages[*at as usize] = passage as u32;
            *at += 1;
        }
    }
    (starts, passages)
}
