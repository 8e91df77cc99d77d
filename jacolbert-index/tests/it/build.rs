//! Laws of building and decoding.

use jacolbert_index::{Bits, BuildConfig, Embeddings, Error, IndexBuilder, PassageId};

use crate::sample::{DIM, config, index, passages};

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

fn mean_cosine(bits: Bits) -> Result<f32, Error> {
    let passages = passages(300, 1)?;
    let index = index(&passages, config(bits))?;
    let mut cosines = Vec::new();
    for (id, passage) in passages.iter().enumerate() {
        let decoded = index.decode(PassageId(id as u32))?;
        assert_eq!(decoded.num_tokens(), passage.num_tokens());
        cosines.extend(
            passage.as_ref().rows().zip(decoded.as_ref().rows()).map(|(a, b)| cosine(a, b)),
        );
    }
    Ok(cosines.iter().sum::<f32>() / cosines.len() as f32)
}

#[test]
fn decode_of_encode_is_closer_with_every_bit() -> Result<(), Error> {
    let lower_bounds = [0.95, 0.98, 0.998, 0.9999];
    for (bits, bound) in Bits::ALL.into_iter().zip(lower_bounds) {
        let cosine = mean_cosine(bits)?;
        assert!(cosine > bound, "{bits:?}: {cosine}");
    }
    Ok(())
}

#[test]
fn lengths_of_rows_are_kept() -> Result<(), Error> {
    let mut builder = IndexBuilder::new(DIM, config(Bits::Two))?;
    let lengths = [0.001f32, 0.5, 1.0, 7.0, 30_000.0, 0.0];
    for (passage, length) in passages(7, 2)?[4..5].iter().cycle().zip(lengths) {
        let rows = passage.values().iter().map(|value| value * length).collect();
        builder.add(Embeddings::new(rows, DIM)?.as_ref())?;
    }
    let index = builder.build()?;
    for (id, length) in lengths.into_iter().enumerate() {
        let decoded = index.decode(PassageId(id as u32))?;
        for row in decoded.as_ref().rows() {
            let norm = row.iter().map(|value| value * value).sum::<f32>().sqrt();
            assert!((norm - length).abs() <= length * 2e-3, "{norm} for {length}");
        }
    }
    Ok(())
}

#[test]
fn empty_passages_keep_their_ids() -> Result<(), Error> {
    let passages = passages(10, 3)?;
    let index = index(&passages, BuildConfig::default())?;
    assert_eq!((index.num_passages(), passages[3].num_tokens()), (10, 0));
    for (id, passage) in passages.iter().enumerate() {
        assert_eq!(index.codes(PassageId(id as u32))?.num_tokens(), passage.num_tokens());
    }
    Ok(())
}

#[test]
fn cells_hold_every_passage_of_their_tokens() -> Result<(), Error> {
    let index = index(&passages(60, 4)?, BuildConfig::default())?;
    let mut expected = vec![Vec::new(); index.codec().num_centroids()];
    for passage in index.passage_ids() {
        for centroid in index.codes(passage)?.centroids() {
            let cell: &mut Vec<PassageId> = &mut expected[centroid];
            if cell.last() != Some(&passage) {
                cell.push(passage);
            }
        }
    }
    for (centroid, expected) in expected.iter().enumerate() {
        let mut cell = Vec::new();
        index.for_each_in_cell(jacolbert_index::CentroidId(centroid as u32), |p| cell.push(p))?;
        assert_eq!(&cell, expected);
    }
    Ok(())
}

#[test]
fn same_input_gives_the_same_bytes_on_any_number_of_threads()
-> Result<(), Box<dyn std::error::Error>> {
    let passages = passages(400, 5)?;
    let files = |threads: usize| -> Result<Vec<Vec<u8>>, Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
        pool.install(|| index(&passages, BuildConfig::default()))?.save(folder.path())?;
        let mut paths: Vec<_> = std::fs::read_dir(folder.path())?
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<_, std::io::Error>>()?;
        paths.sort();
        Ok(paths.iter().map(std::fs::read).collect::<Result<_, _>>()?)
    };
    assert_eq!(files(1)?, files(3)?);
    Ok(())
}

#[test]
fn inputs_that_cannot_be_indexed_are_named() -> Result<(), Error> {
    let mut builder = IndexBuilder::new(2, BuildConfig::default())?;
    assert!(matches!(
        builder.add(Embeddings::empty(3)?.as_ref()),
        Err(Error::Dim { expected: 2, found: 3 })
    ));
    builder.add(Embeddings::empty(2)?.as_ref())?;
    assert!(matches!(builder.build(), Err(Error::NoTokens)));

    let mut builder = IndexBuilder::new(2, BuildConfig::default())?;
    builder.add(Embeddings::new(vec![1.0, 0.0, 1e6, 1e6], 2)?.as_ref())?;
    assert!(matches!(builder.build(), Err(Error::Norm { token: 1, .. })));

    assert!(matches!(
        IndexBuilder::new(0, BuildConfig::default()),
        Err(Error::Shape { dim: 0, .. })
    ));
    assert!(matches!(Bits::try_from(3), Err(Error::Bits(3))));
    Ok(())
}

#[test]
fn unknown_passages_are_named() -> Result<(), Error> {
    let index = index(&passages(5, 6)?, BuildConfig::default())?;
    let cell = index.for_each_in_cell(jacolbert_index::CentroidId(1 << 30), |_| ());
    assert!(matches!(cell, Err(Error::UnknownCentroid { .. })));
    let error = index.decode(PassageId(5));
    assert!(matches!(error, Err(Error::UnknownPassage { passage: PassageId(5), num_ids: 5 })));
    Ok(())
}

#[test]
fn a_small_first_build_serves_later_additions() -> Result<(), Box<dyn std::error::Error>> {
    let later = passages(30, 8)?;
    for first in [1, 2, 3, 5, 20] {
        let folder = tempfile::tempdir()?;
        index(&passages(first, 7)?, config(Bits::Four))?.save(folder.path())?;
        let mut writer = jacolbert_index::IndexWriter::open(folder.path())?;
        let added = later.iter().map(|passage| writer.add(passage.as_ref()));
        let added = added.collect::<Result<Vec<_>, _>>()?;
        let index = writer.commit()?;
        let mut cosines = Vec::new();
        for (passage, id) in later.iter().zip(added) {
            let decoded = index.decode(id)?;
            let rows = passage.as_ref().rows().zip(decoded.as_ref().rows());
            cosines.extend(rows.map(|(a, b)| cosine(a, b)));
        }
        let mean = cosines.iter().sum::<f32>() / cosines.len() as f32;
        assert!(mean > 0.97, "{mean} after a first build of {first} passages");
    }
    Ok(())
}
