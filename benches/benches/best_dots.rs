//! What do the kernels bring over plain Rust, for one query of 32 tokens against 4,096 rows?
//!
//!     cargo bench -p jacolbert-benches --bench best_dots

use criterion::{Criterion, Throughput};
use jacolbert_index::{EmbeddingsRef, Error, Panels};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

const DIM: usize = 128;
const QUERY_TOKENS: usize = 32;
const ROWS: usize = 4_096;

fn main() -> Result<(), Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut rows =
        |n: usize| -> Vec<f32> { (0..n * DIM).map(|_| rng.random::<f32>() - 0.5).collect() };
    let query = rows(QUERY_TOKENS);
    let rows = rows(ROWS);
    let panels = Panels::new(EmbeddingsRef::new(&query, DIM)?);
    for (kernel, plain) in best_dots(&panels, &rows).iter().zip(plain_best_dots(&query, &rows)) {
        assert!((kernel - plain).abs() < 1e-3, "{kernel} is not {plain}");
    }

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("best_dots");
    group.throughput(Throughput::Elements((QUERY_TOKENS * ROWS * DIM) as u64));
    group.bench_function("kernels", |bench| bench.iter(|| best_dots(&panels, &rows)));
    group.bench_function("plain", |bench| bench.iter(|| plain_best_dots(&query, &rows)));
    group.finish();
    criterion.final_summary();
    Ok(())
}

fn best_dots(panels: &Panels, rows: &[f32]) -> Vec<f32> {
    let mut best = vec![f32::NEG_INFINITY; QUERY_TOKENS];
    panels.best_dots(rows, &mut best);
    best
}

fn plain_best_dots(query: &[f32], rows: &[f32]) -> Vec<f32> {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let best = |q: &[f32]| rows.chunks_exact(DIM).map(|row| dot(q, row)).fold(f32::MIN, f32::max);
    query.chunks_exact(DIM).map(best).collect()
}
