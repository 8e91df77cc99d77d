//! Laws of search through an index.

use jacolbert_index::{
    Bits, BuildOptions, Embeddings, IndexBuilder, IndexWriter, PackedQuery, PassageId, Scorer,
};
use jacolbert_search::{
    Error, Hit, PassageSubset, SearchOptions, Searcher, exhaustive_search, maxsim,
};
use proptest::prelude::*;

use crate::sample::{DIM, index, numbered, options, passages, query};

fn largest_distance(a: &Embeddings, b: &Embeddings) -> f32 {
    let distance = |(a, b): (&[f32], &[f32])| {
        a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
    };
    a.as_ref().rows().zip(b.as_ref().rows()).map(distance).fold(0.0, f32::max)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn everything_probed_at_eight_bits_is_exhaustive_search(seed: u64, num_tokens in 1usize..40) {
        let passages = passages(40, seed)?;
        let query = query(num_tokens, seed)?;
        let index = index(&passages, Bits::Eight)?;
        let hits = Searcher::new(&index).search(query.as_ref(), &SearchOptions::exact(40))?;
        let exact = exhaustive_search(query.as_ref(), numbered(&passages), 40)?;
        prop_assert_eq!(hits.len(), exact.len());
        for (hit, exact) in hits.iter().zip(&exact) {
            let passage = &passages[hit.passage.index()];
            // Random directions leave residuals as long as the tokens: the hardest case there is.
            let distance = largest_distance(passage, &index.decode(hit.passage)?);
            prop_assert!(distance < 0.05, "a row is {} away from its original", distance);
            // Unit query rows: no dot product moves by more than the row does (Cauchy-Schwarz).
            let tolerance = num_tokens as f32 * distance + 1e-4;
            let score = maxsim(query.as_ref(), passage.as_ref())?;
            prop_assert!(score.is_some_and(|score| (hit.score - score).abs() < tolerance));
            prop_assert!((hit.score - exact.score).abs() < num_tokens as f32 * 0.05);
        }
    }

    #[test]
    fn everything_probed_is_exhaustive_search_of_the_decoded_passages(seed: u64, bits in 0usize..4) {
        let passages = passages(60, seed)?;
        let index = index(&passages, Bits::ALL[bits])?;
        let decoded: Vec<Embeddings> =
            index.passage_ids().map(|passage| index.decode(passage)).collect::<Result<_, _>>()?;
        let query = query(32, seed)?;
        let hits = Searcher::new(&index).search(query.as_ref(), &SearchOptions::exact(12))?;
        prop_assert_eq!(hits, exhaustive_search(query.as_ref(), numbered(&decoded), 12)?);
    }

    #[test]
    fn there_are_always_k_hits_if_there_are_k_passages(
        seed: u64,
        k in 0usize..60,
        n_probe in 0usize..4,
        n_rescored in 0usize..20,
        n_exact in 0usize..20,
    ) {
        let index = index(&passages(50, seed)?, Bits::Two)?;
        let options = SearchOptions {
            k,
            n_probe: Some(n_probe),
            n_rescored: Some(n_rescored),
            n_exact: Some(n_exact),
        };
        let hits = Searcher::new(&index).search(query(3, seed)?.as_ref(), &options)?;
        prop_assert_eq!(hits.len(), k.min(45), "five of 50 passages have no token");
        prop_assert!(hits.is_sorted_by(|a, b| a.score >= b.score));
    }

    #[test]
    fn a_subset_gives_the_hits_of_the_whole_that_are_in_it(
        seed: u64,
        subset in prop::collection::btree_set(0u32..60, 0..60),
        n_rescored in 0usize..60,
        k in 0usize..60,
    ) {
        let index = index(&passages(50, seed)?, Bits::Four)?;
        let searcher = Searcher::new(&index);
        let query = query(5, seed)?;
        let subset: PassageSubset = subset.into_iter().map(PassageId).collect();
        let all = SearchOptions::exact(50);
        let mut expected: Vec<Hit> = searcher.search(query.as_ref(), &all)?;
        expected.retain(|hit| subset.contains(hit.passage));
        let within = SearchOptions { n_rescored: Some(n_rescored), ..SearchOptions::exact(50) };
        prop_assert_eq!(&searcher.search_among(query.as_ref(), &subset, &within)?, &expected);
        let by_default = SearchOptions { k, ..Default::default() };
        expected.truncate(k);
        prop_assert_eq!(searcher.search_among(query.as_ref(), &subset, &by_default)?, expected);
    }
}

#[test]
fn deleted_passages_are_no_hits() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    index(&passages(30, 7)?, Bits::Two)?.save(folder.path())?;
    let mut writer = IndexWriter::open(folder.path())?;
    writer.delete(PassageId(4))?;
    writer.add(passages(3, 8)?[2].as_ref())?;
    let index = writer.commit()?.index;
    let hits = Searcher::new(&index).search(query(9, 7)?.as_ref(), &SearchOptions::exact(100))?;
    assert_eq!(hits.len(), 27, "30 and one more, less three without tokens and one deleted");
    assert!(hits.iter().all(|hit| hit.passage != PassageId(4)));
    assert!(hits.iter().any(|hit| hit.passage == PassageId(30)));
    let given = [4, 3, 2, 2].map(PassageId);
    let reranked = Searcher::new(&index).rerank(query(9, 7)?.as_ref(), &given, 9)?;
    let mut ids: Vec<u32> = reranked.iter().map(|hit| hit.passage.0).collect();
    ids.sort_unstable();
    assert_eq!(ids, [2, 3], "the deleted one is no hit, and none is one twice");
    Ok(())
}

#[test]
fn a_batch_gives_what_each_query_gives() -> Result<(), Error> {
    let index = index(&passages(50, 9)?, Bits::Two)?;
    let queries: Vec<Embeddings> = (0..9).map(|seed| query(8, seed)).collect::<Result<_, _>>()?;
    let searcher = Searcher::new(&index);
    let options = SearchOptions::default();
    let batch = searcher.search_batch(&queries, &options)?;
    for (query, hits) in queries.iter().zip(batch) {
        assert_eq!(searcher.search(query.as_ref(), &options)?, hits);
    }
    Ok(())
}

#[test]
fn the_first_bad_query_of_a_batch_is_the_error() -> Result<(), Error> {
    let index = index(&passages(5, 9)?, Bits::Two)?;
    let mut queries = vec![query(4, 1)?; 200];
    queries[90] = Embeddings::empty(DIM)?;
    queries[100] = Embeddings::new(vec![1.0], 1)?;
    for _ in 0..20 {
        let error = Searcher::new(&index).search_batch(&queries, &SearchOptions::default());
        assert!(matches!(error, Err(Error::EmptyQuery)));
    }
    Ok(())
}

#[test]
fn reranking_orders_the_given_passages() -> Result<(), Error> {
    let index = index(&passages(50, 10)?, Bits::Two)?;
    let searcher = Searcher::new(&index);
    let query = query(8, 10)?;
    let given = [PassageId(3), PassageId(9), PassageId(1)];
    let hits = searcher.rerank(query.as_ref(), &given, 10)?;
    let mut ids: Vec<u32> = hits.iter().map(|hit| hit.passage.0).collect();
    ids.sort_unstable();
    assert_eq!(ids, [1, 3], "passage 9 has no token");
    assert!(matches!(
        searcher.rerank(query.as_ref(), &[PassageId(50)], 1),
        Err(Error::Index(jacolbert_index::Error::UnknownPassage { .. }))
    ));
    Ok(())
}

#[test]
fn queries_that_cannot_be_searched_are_named() -> Result<(), Error> {
    let index = index(&passages(5, 11)?, Bits::Two)?;
    let search = |query: &Embeddings| {
        Searcher::new(&index).search(query.as_ref(), &SearchOptions::default())
    };
    assert!(matches!(search(&Embeddings::empty(DIM)?), Err(Error::EmptyQuery)));
    let wrong = Embeddings::new(vec![1.0; 3], 3)?;
    assert!(matches!(search(&wrong), Err(Error::Dim { query: 3, passages: DIM })));
    Ok(())
}

/// Rows of length 1 in all directions.
fn rows(n: usize, dim: usize, seed: u64) -> Result<Embeddings, jacolbert_index::Error> {
    let mut state = seed | 1;
    let mut next = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    let mut values: Vec<f32> = (0..n * dim).map(|_| next()).collect();
    for row in values.chunks_exact_mut(dim) {
        let norm = row.iter().map(|value| value * value).sum::<f32>().sqrt();
        row.iter_mut().for_each(|value| *value /= norm);
    }
    Ok(Embeddings::new(values, dim)?)
}

#[test]
fn any_dim_and_any_number_of_query_tokens_is_searched() -> Result<(), Box<dyn std::error::Error>> {
    for (dim, query_tokens) in
        [(3, 1), (8, 33), (24, 64), (96, 70), (128, 32), (768, 5), (1024, 40)]
    {
        for flat_tokens in [0, usize::MAX] {
            let options = BuildOptions { flat_tokens, ..options(Bits::Four) };
            let mut builder = IndexBuilder::new(dim, options)?;
            for seed in 0..40 {
                builder.add(rows(1 + seed as usize % 30, dim, seed)?.as_ref())?;
            }
            let index = builder.build()?;
            let decoded = index.passage_ids().map(|passage| index.decode(passage));
            let decoded = decoded.collect::<Result<Vec<_>, _>>()?;
            let query = rows(query_tokens, dim, 99)?;
            let exact = exhaustive_search(query.as_ref(), numbered(&decoded), 5)?;
            let options = SearchOptions { k: 5, n_rescored: Some(40), ..Default::default() };
            let hits = Searcher::new(&index).search(query.as_ref(), &options)?;
            assert_eq!(hits, exact, "dim {dim}, {query_tokens} query tokens");
        }
    }
    Ok(())
}

#[test]
fn byte_scores_are_close_to_exact_ones() -> Result<(), Box<dyn std::error::Error>> {
    for (bits, flat_tokens) in
        Bits::ALL.map(|bits| (bits, 0)).into_iter().chain([(Bits::Two, 1 << 20)])
    {
        let passages = passages(60, 5)?;
        let mut builder = IndexBuilder::new(DIM, BuildOptions { flat_tokens, ..options(bits) })?;
        for passage in &passages {
            builder.add(passage.as_ref())?;
        }
        let index = builder.build()?;
        let query = query(40, 6)?;
        let packed = PackedQuery::new(query.as_ref());
        let mut scorer = Scorer::new(&index, &packed);
        for passage in index.passage_ids() {
            let (segment, position) = index.locate(passage)?;
            let byte = scorer.byte_score(&index.segments()[segment], position)?;
            let exact = maxsim(query.as_ref(), index.decode(passage)?.as_ref())?;
            assert_eq!(byte.is_some(), exact.is_some());
            let distance = byte.zip(exact).map_or(0.0, |(byte, exact)| (byte - exact).abs());
            assert!(distance < 40.0 * 0.01, "{bits:?}: {distance} away");
        }
    }
    Ok(())
}

/// Candidates are given up where no further one is likely to be a hit. Tokens in all directions are the
/// hardest case: there are no topics by which centroids tell passages apart.
#[test]
fn a_search_that_stops_early_finds_most_of_what_one_of_everything_finds()
-> Result<(), Box<dyn std::error::Error>> {
    let passages = passages(1500, 21)?;
    let index = index(&passages, Bits::Four)?;
    let searcher = Searcher::new(&index);
    let mut found = 0;
    let mut wanted = 0;
    for (at, passage) in passages.iter().step_by(31).enumerate().filter(|(_, p)| p.num_tokens() > 4)
    {
        let noise = query(passage.num_tokens(), at as u64)?;
        let mixed = passage.values().iter().zip(noise.values()).map(|(row, noise)| row + noise);
        let query = Embeddings::new(mixed.collect(), DIM)?;
        let exact = searcher.search(query.as_ref(), &SearchOptions::exact(10))?;
        let hits = searcher.search(query.as_ref(), &SearchOptions::default())?;
        assert_eq!(hits[0], exact[0]);
        found += hits.iter().filter(|hit| exact.contains(hit)).count();
        wanted += exact.len();
    }
    assert!(found * 100 >= wanted * 80, "{found} of {wanted}");
    Ok(())
}

#[test]
fn matches_name_the_tokens_that_make_the_score() -> Result<(), Box<dyn std::error::Error>> {
    let index = index(&passages(30, 12)?, Bits::Two)?;
    let searcher = Searcher::new(&index);
    let query = query(8, 12)?;
    for hit in searcher.search(query.as_ref(), &SearchOptions::exact(30))? {
        let decoded = index.decode(hit.passage)?;
        let matches = searcher.explain(query.as_ref(), hit.passage)?;
        let sum: f32 = matches.iter().map(|found| found.score).sum();
        assert!((sum - hit.score).abs() < 1e-5);
        for (found, row) in matches.iter().zip(query.as_ref().rows()) {
            let dot = |token: &[f32]| row.iter().zip(token).map(|(a, b)| a * b).sum::<f32>();
            let best = decoded.as_ref().rows().map(dot).fold(f32::MIN, f32::max);
            assert!((found.score - best).abs() < 1e-5);
            assert!((dot(decoded.row(found.passage_token)) - best).abs() < 1e-5);
        }
    }
    assert!(searcher.explain(query.as_ref(), PassageId(9))?.is_empty(), "it has no token");
    Ok(())
}

#[test]
fn missing_settings_take_their_defaults() -> serde_json::Result<()> {
    let options: SearchOptions = serde_json::from_str(r#"{ "k": 3 }"#)?;
    assert_eq!(options, SearchOptions { k: 3, ..Default::default() });
    assert_eq!(serde_json::from_str::<SearchOptions>(&serde_json::to_string(&options)?)?, options);
    Ok(())
}
