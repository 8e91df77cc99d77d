//! How the work of a pass is divided among threads.

use rayon::prelude::*;

use super::kernels::Isa;

/// Rows that go through a block of a layer together: enough that weights are seldom fetched, few
/// enough that what is computed in between stays in the caches.
const MOST_ROWS: usize = 96;

/// With fewer rows than this for each thread, the threads share the columns of each product instead.
const FEWEST_ROWS: usize = 24;

/// The division of a pass among the threads of the pool in which it runs.
///
/// It says who computes what, and never how: results have the same bits for any division.
#[derive(Debug, Clone, Copy)]
pub(super) struct Division {
    pub(super) isa: Isa,
    threads: usize,
    rows_of_a_block: usize,
    by_columns: bool,
}

impl Division {
    /// That of a pass over `num_rows` rows.
    pub(super) fn new(isa: Isa, num_rows: usize) -> Self {
        let threads = rayon::current_num_threads();
        let by_columns = threads > 1 && num_rows < threads * FEWEST_ROWS;
        let rounds = num_rows.div_ceil(threads * MOST_ROWS).max(1);
        let num_blocks = if by_columns { 1 } else { rounds * threads };
        Self { isa, threads, rows_of_a_block: num_rows.div_ceil(num_blocks).max(1), by_columns }
    }

    /// Calls `step` with every block of rows, each `stride` long, and the number of its first row.
    pub(super) fn for_blocks(
        &self,
        rows: &mut [f32],
        stride: usize,
        step: impl Fn(usize, &mut [f32]) + Sync,
    ) {
        let size = self.rows_of_a_block * stride;
        let step = |(n, block): (usize, &mut [f32])| step(n * self.rows_of_a_block, block);
        if self.threads == 1 || rows.len() <= size {
            rows.chunks_mut(size).enumerate().for_each(step);
        } else {
            rows.par_chunks_mut(size).enumerate().for_each(step);
        }
    }

    /// `value(n)` of every `n` below `count`, in order.
    pub(super) fn map<T: Send>(
        &self,
        count: usize,
        value: impl Fn(usize) -> T + Sync + Send,
    ) -> Vec<T> {
        if self.threads == 1 || count < 2 {
            (0..count).map(value).collect()
        } else {
            (0..count).into_par_iter().map(value).collect()
        }
    }

    /// In how many parts of about the same size `num_panels` panels of a product are computed.
    pub(super) fn num_parts(&self, num_panels: usize) -> usize {
        if self.by_columns { self.threads.min(num_panels) } else { 1 }
    }
}
