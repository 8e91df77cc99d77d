//! Laws of building and decoding.

use jacolbert_index::{Bits, BuildOptions, Embeddings, Error, Index, IndexBuilder, PassageId};

use crate::forms::{every_form, flat};
use crate::sample::{DIM, index, options, passages};

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

fn mean_cosine(options: BuildOptions) -> Result<f32, Error> {
    let passages = passages(300, 1)?;
    let index = index(&passages, options)?;
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
        let cosine = mean_cosine(options(bits))?;
        assert!(cosine > bound, "{bits:?}: {cosine}");
    }
    assert!(mean_cosine(flat())? > 0.9999);
    Ok(())
}

#[test]
fn lengths_of_rows_are_kept() -> Result<(), Error> {
    for options in every_form() {
        let mut builder = IndexBuilder::new(DIM, options)?;
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
                assert!((norm - length).abs() <= length * 5e-3, "{norm} for {length}");
            }
        }
    }
    Ok(())
}

#[test]
fn empty_passages_keep_their_ids() -> Result<(), Error> {
    let passages = passages(10, 3)?;
    for options in every_form() {
        let index = index(&passages, options)?;
        assert_eq!((index.num_passages(), passages[3].num_tokens()), (10, 0));
        for (id, passage) in passages.iter().enumerate() {
            assert_eq!(index.decode(PassageId(id as u32))?.num_tokens(), passage.num_tokens());
        }
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
        pool.install(|| index(&passages, options(Bits::Two)))?.save(folder.path())?;
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
fn a_build_in_a_folder_is_the_build_in_memory() -> Result<(), Box<dyn std::error::Error>> {
    let passages = passages(400, 5)?;
    for options in every_form() {
        // So little memory that there are many segments.
        let options = BuildOptions { memory: 1 << 14, ..options };
        let folder = tempfile::tempdir()?;
        let mut builder = IndexBuilder::create(folder.path(), DIM, options.clone())?;
        passages.iter().try_for_each(|passage| builder.add(passage.as_ref()).map(|_| ()))?;
        builder.attach("note", "覚え書き".as_bytes());
        let stored = builder.build()?;
        let built = index(&passages, options)?;
        stored.verify()?;
        assert!(stored.segments().len() > 1);
        for id in built.passage_ids() {
            assert_eq!(stored.decode(id)?, built.decode(id)?);
        }
        let files = std::fs::read_dir(folder.path())?.count();
        let expected = stored.segments().len() + usize::from(stored.codec().is_some()) + 3;
        assert_eq!(files, expected, "with attachment, lock and manifest, and without a spool");
    }
    Ok(())
}

#[test]
fn a_cancelled_build_leaves_nothing() -> Result<(), Box<dyn std::error::Error>> {
    for steps in 1..6 {
        let folder = tempfile::tempdir()?;
        let mut builder = IndexBuilder::create(folder.path(), DIM, options(Bits::Two))?;
        passages(50, 5)?.iter().try_for_each(|p| builder.add(p.as_ref()).map(|_| ()))?;
        let mut left = steps;
        let built = builder.build_reporting(&mut |_| {
            left -= 1;
            if left == 0 {
                std::ops::ControlFlow::Break(())
            } else {
                std::ops::ControlFlow::Continue(())
            }
        });
        assert!(matches!(built, Err(Error::Cancelled)), "after {steps} steps");
        let files = std::fs::read_dir(folder.path())?.count();
        assert_eq!(files, 1, "the lock");
    }
    Ok(())
}

#[test]
fn an_index_may_begin_without_a_passage() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    IndexBuilder::create(folder.path(), DIM, options(Bits::Four))?.build()?.verify()?;
    let mut writer = jacolbert_index::IndexWriter::open(folder.path())?;
    let passages = passages(20, 9)?;
    passages.iter().try_for_each(|passage| writer.add(passage.as_ref()).map(|_| ()))?;
    let index = writer.commit()?.index;
    index.verify()?;
    assert_eq!((index.num_passages(), index.codec().is_some()), (20, true));
    Ok(())
}

#[test]
fn inputs_that_cannot_be_indexed_are_named() -> Result<(), Error> {
    let mut builder = IndexBuilder::new(2, BuildOptions::default())?;
    assert!(matches!(
        builder.add(Embeddings::empty(3)?.as_ref()),
        Err(Error::Dim { expected: 2, found: 3 })
    ));
    let too_long = Embeddings::new(vec![1.0, 0.0, 1e6, 1e6], 2)?;
    assert!(matches!(builder.add(too_long.as_ref()), Err(Error::Norm { token: 1, .. })));
    assert_eq!(builder.build()?.num_passages(), 0);

    assert!(matches!(
        IndexBuilder::new(0, BuildOptions::default()),
        Err(Error::Embeddings(jacolbert_core::Error::Shape { dim: 0, .. }))
    ));
    assert!(matches!(Bits::try_from(3), Err(Error::Bits(3))));
    Ok(())
}

#[test]
fn unknown_passages_are_named() -> Result<(), Error> {
    let index = index(&passages(5, 6)?, BuildOptions::default())?;
    let error = index.decode(PassageId(5));
    assert!(matches!(error, Err(Error::UnknownPassage { passage: PassageId(5), num_ids: 5 })));
    Ok(())
}

#[test]
fn a_small_first_build_serves_later_additions() -> Result<(), Box<dyn std::error::Error>> {
    let later = passages(30, 8)?;
    for first in [1, 2, 3, 5, 20] {
        let folder = tempfile::tempdir()?;
        index(&passages(first, 7)?, options(Bits::Four))?.save(folder.path())?;
        let mut writer = jacolbert_index::IndexWriter::open(folder.path())?;
        let added = later.iter().map(|passage| writer.add(passage.as_ref()));
        let added = added.collect::<Result<Vec<_>, _>>()?;
        let index = writer.commit()?.index;
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

#[test]
fn attachments_written_early_are_those_of_the_index() -> Result<(), Box<dyn std::error::Error>> {
    let check = |builder: IndexBuilder| -> Result<Index, Box<dyn std::error::Error>> {
        let mut builder = builder;
        builder.attach_written("early", b"replaced")?;
        builder.attach_written("early", b"early")?;
        builder.attach("late", b"replaced");
        builder.attach_written("late", b"written after all")?;
        builder.attach_written("waiting", b"replaced")?;
        builder.attach("waiting", b"waiting");
        passages(9, 5)?.iter().try_for_each(|p| builder.add(p.as_ref()).map(|_| ()))?;
        let index = builder.build()?;
        let attached = |name: &str| index.attachment(name).map(|a| a.as_ref().to_vec());
        assert_eq!(attached("early"), Some(b"early".to_vec()));
        assert_eq!(attached("late"), Some(b"written after all".to_vec()));
        assert_eq!(attached("waiting"), Some(b"waiting".to_vec()));
        index.verify()?;
        Ok(index)
    };
    let folder = tempfile::tempdir()?;
    check(IndexBuilder::new(DIM, options(Bits::Two))?)?;
    let stored = check(IndexBuilder::create(folder.path(), DIM, options(Bits::Two))?)?;
    let names = || std::fs::read_dir(folder.path()).map(|files| files.count());
    let expected = stored.segments().len() + usize::from(stored.codec().is_some()) + 3 + 2;
    assert_eq!(names()?, expected, "three attachments, lock and manifest");
    Ok(())
}

#[test]
fn attachments_written_early_go_with_a_dropped_builder() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let mut builder = IndexBuilder::create(folder.path(), DIM, options(Bits::Two))?;
    builder.attach_written("early", b"early")?;
    assert!(folder.path().join("1-attachment-0.jacolbert").exists());
    drop(builder);
    assert_eq!(std::fs::read_dir(folder.path())?.count(), 1, "the lock");
    Ok(())
}

#[test]
fn missing_settings_take_their_defaults_and_numbers_stay_numbers() -> serde_json::Result<()> {
    let options: BuildOptions = serde_json::from_str(r#"{ "bits": 4 }"#)?;
    assert_eq!(options, BuildOptions { bits: Bits::Four, ..Default::default() });
    assert_eq!(serde_json::to_string(&PassageId(7))?, "7");
    assert_eq!(serde_json::to_string(&Bits::Eight)?, "8");
    Ok(())
}
