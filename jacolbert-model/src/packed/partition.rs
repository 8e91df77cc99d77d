//! How the work of a pass is split among threads.

use rayon::prelude::*;

use super::kernels::Machine;
use super::scratch::Scratch;

/// Rows that go through a block of a layer together: enough that weights are seldom fetched, few
/// enough that what is computed in between stays in the caches.
const MOST_ROWS: usize = 96;

/// The same in tiles, which are done with weights so soon that they are to be fetched less often.
const MOST_ROWS_IN_TILES: usize = 128;

/// With fewer rows than this for each thread, the threads share the columns of each product instead.
const FEWEST_ROWS: usize = 24;

/// How a pass is split among the threads of the pool in which it runs.
///
/// Results have the same bits for any partition.
#[derive(Debug, Clone, Copy)]
pub(super) struct Partition {
    pub(super) machine: Machine,
    threads: usize,
    rows_of_a_block: usize,
    by_columns: bool,
}

impl Partition {
    /// That of a pass over `num_rows` rows.
    pub(super) fn new(machine: Machine, num_rows: usize) -> Self {
        let threads = rayon::current_num_threads();
        let by_columns = threads > 1 && num_rows < threads * FEWEST_ROWS;
        let most_rows = if machine.has_amx() { MOST_ROWS_IN_TILES } else { MOST_ROWS };
        let rounds = num_rows.div_ceil(threads * most_rows).max(1);
        let num_blocks = if by_columns { 1 } else { rounds * threads };
        Self { machine, threads, rows_of_a_block: num_rows.div_ceil(num_blocks).max(1), by_columns }
    }

    /// Calls `step` with the number of the first row of every block, its rows, each `stride` long, and
    /// scratch for it.
    pub(super) fn for_blocks<T: Send>(
        &self,
        rows: &mut [T],
        stride: usize,
        step: impl Fn(usize, &mut [T], &mut Scratch) + Sync,
    ) {
        let size = self.rows_of_a_block * stride;
        let step = |scratch: &mut Scratch, (n, block): (usize, &mut [T])| {
            step(n * self.rows_of_a_block, block, scratch);
        };
        if self.threads == 1 || rows.len() <= size {
            let mut scratch = Scratch::default();
            rows.chunks_mut(size).enumerate().for_each(|block| step(&mut scratch, block));
        } else {
            rows.par_chunks_mut(size).enumerate().for_each_init(Scratch::default, step);
        }
    }

    /// Whether each thread gets some of `count` pieces of work.
    pub(super) fn is_enough(&self, count: usize) -> bool {
        count >= self.threads
    }

    /// Calls `step` with every one of `pieces`, its number, and scratch for it.
    pub(super) fn for_each<R: Default, T: Send>(
        &self,
        pieces: Vec<T>,
        step: impl Fn(&mut R, (usize, T)) + Sync + Send,
    ) {
        if self.threads == 1 || pieces.len() < 2 {
            let mut scratch = R::default();
            pieces.into_iter().enumerate().for_each(|piece| step(&mut scratch, piece));
        } else {
            pieces.into_par_iter().enumerate().for_each_init(R::default, step);
        }
    }

    /// `value(n)` of every `n` below `count`, in order, with scratch for it.
    pub(super) fn map<R: Default, T: Send>(
        &self,
        count: usize,
        value: impl Fn(&mut R, usize) -> T + Sync + Send,
    ) -> Vec<T> {
        if self.threads == 1 || count < 2 {
            let mut scratch = R::default();
            (0..count).map(|n| value(&mut scratch, n)).collect()
        } else {
            (0..count).into_par_iter().map_init(R::default, value).collect()
        }
    }

    /// In how many parts of about the same size `num_panels` panels of a product are computed.
    pub(super) fn num_parts(&self, num_panels: usize) -> usize {
        if self.by_columns { self.threads.min(num_panels) } else { 1 }
    }
}
