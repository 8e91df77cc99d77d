//! What does a query of 32 tokens cost against 5,000 passages of 60 tokens: exhaustively, and through
//! an index of 2 and of 4 bits?
//!
//! The passages are made up: tokens around 500 directions. Their recall says nothing about text, so
//! only the first hit is checked, which is the passage that the query was taken from.
//!
//!     cargo bench -p jacolbert-benches --bench search

use std::error::Error;

use criterion::Criterion;
use jacolbert_index::{Bits, BuildOptions, Embeddings, IndexBuilder, PassageId};
use jacolbert_search::{SearchOptions, Searcher, exhaustive_search};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

const DIM: usize = 128;
const PASSAGES: usize = 5_000;
const TOKENS: usize = 60;
const WANTED: usize = 1_234;

fn main() -> Result<(), Box<dyn Error>> {
    let passages = passages()?;
    let query = Embeddings::new(passages[WANTED].values()[..32 * DIM].to_vec(), DIM)?;
    let mut criterion = Criterion::default().configure_from_args().sample_size(20);
    let mut group = criterion.benchmark_group("search");

    assert_eq!(
        exhaustive_search(
            query.as_ref(),
            (0..).map(PassageId).zip(passages.iter().map(Embeddings::as_ref)),
            10
        )?[0]
            .passage
            .index(),
        WANTED
    );
    group.bench_function("exhaustive, all cores", |bench| {
        bench.iter(|| {
            exhaustive_search(
                query.as_ref(),
                (0..).map(PassageId).zip(passages.iter().map(Embeddings::as_ref)),
                10,
            )
        });
    });
    for bits in [Bits::Two, Bits::Four] {
        let mut builder = IndexBuilder::new(DIM, BuildOptions { bits, ..Default::default() })?;
        for passage in &passages {
            builder.add(passage.as_ref())?;
        }
        let index = builder.build()?;
        let searcher = Searcher::new(&index);
        let params = SearchOptions::default();
        assert_eq!(searcher.search(query.as_ref(), &params)?[0].passage.index(), WANTED);
        group.bench_function(format!("index of {} bits, one core", bits.get()), |bench| {
            bench.iter(|| searcher.search(query.as_ref(), &params));
        });
    }
    group.finish();
    criterion.final_summary();
    Ok(())
}

fn passages() -> Result<Vec<Embeddings>, Box<dyn Error>> {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let topics: Vec<Vec<f32>> = (0..500).map(|_| direction(&mut rng)).collect();
    let mut token = || {
        let topic = &topics[rng.random_range(0..topics.len())];
        let noise = direction(&mut rng);
        unit(topic.iter().zip(noise).map(|(t, n)| t + 0.7 * n).collect())
    };
    let mut passage = || Embeddings::new((0..TOKENS).flat_map(|_| token()).collect(), DIM);
    Ok((0..PASSAGES).map(|_| passage()).collect::<Result<_, _>>()?)
}

fn direction(rng: &mut ChaCha8Rng) -> Vec<f32> {
    unit((0..DIM).map(|_| rng.random::<f32>() - 0.5).collect())
}

fn unit(row: Vec<f32>) -> Vec<f32> {
    let norm = row.iter().map(|value| value * value).sum::<f32>().sqrt();
    row.into_iter().map(|value| value / norm).collect()
}
