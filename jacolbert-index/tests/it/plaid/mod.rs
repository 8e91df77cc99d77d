//! Indexes that colbert-ai and fast-plaid wrote, beside the rows that they decode of them: see
//! `make_fixtures.py` and `make_fast_fixtures.py`.

mod damage;
mod npy_damage;

use std::error::Error as StdError;
use std::fs;
use std::path::{Path, PathBuf};

use jacolbert_index::{
    BuildOptions, Error, Index, IndexWriter, PassageId, PlaidFolder, PlaidPassage,
};

const FOLDERS: [&str; 7] =
    ["bits_1", "bits_2", "bits_4", "bits_8", "updated", "fast_chunks", "fast_merged"];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/plaid").join(name)
}

fn passages(folder: &PlaidFolder) -> Result<Vec<PlaidPassage>, Error> {
    folder.passages().collect()
}

/// The values of an NPY file of f32.
fn npy(path: &Path) -> Result<Vec<f32>, Box<dyn StdError>> {
    let bytes = fs::read(path)?;
    let header = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    assert!(bytes[..header].windows(5).any(|part| part == b"'<f4'"), "rows are f32");
    Ok(bytes[header..].as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect())
}

#[test]
fn decoded_rows_are_those_of_who_wrote_the_index() -> Result<(), Box<dyn StdError>> {
    for name in FOLDERS {
        let folder = PlaidFolder::open(&fixture(name))?;
        let mut rows = Vec::new();
        for passage in folder.passages() {
            rows.extend(folder.codec().decode(&passage?)?.into_values());
        }
        let expected = npy(&fixture(name).join("rows.npy"))?;
        assert_eq!(rows.len(), expected.len(), "{name}");
        // fast-plaid computes in f16; the closest two of its weights here are 0.018 apart.
        let tolerance = if name.starts_with("fast") { 1e-3 } else { 1e-6 };
        let farthest = rows.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(farthest < tolerance, "{name}: {farthest}");
    }
    Ok(())
}

#[test]
fn counts_and_codes_are_those_of_the_folder() -> Result<(), Box<dyn StdError>> {
    for (name, bits) in FOLDERS.into_iter().zip([1, 2, 4, 8, 2, 4, 4]) {
        let folder = PlaidFolder::open(&fixture(name))?;
        let codec = folder.codec();
        let passages = passages(&folder)?;
        assert_eq!((codec.bits().get(), codec.bucket_weights().len()), (bits, 1 << bits));
        assert_eq!(codec.centroids().len(), codec.num_centroids() * codec.dim());
        assert_eq!(passages.len(), folder.num_passages());
        let num_tokens: usize = passages.iter().map(PlaidPassage::num_tokens).sum();
        assert_eq!(num_tokens, folder.num_tokens());
        let lengths: Vec<usize> = passages.iter().map(PlaidPassage::num_tokens).collect();
        assert_eq!(folder.passage_lengths()?, lengths);
        for passage in passages {
            assert_eq!(passage.levels.len(), passage.num_tokens() * codec.dim());
            assert!(passage.codes.iter().all(|&code| (code as usize) < codec.num_centroids()));
            assert!(passage.levels.iter().all(|&level| usize::from(level) < 1 << bits));
        }
    }
    Ok(())
}

#[test]
fn deleted_passages_keep_their_place() -> Result<(), Box<dyn StdError>> {
    let lengths = |name| -> Result<Vec<usize>, Error> {
        let passages = passages(&PlaidFolder::open(&fixture(name))?)?;
        Ok(passages.iter().map(PlaidPassage::num_tokens).collect())
    };
    let before = lengths("bits_2")?;
    let after = lengths("updated")?;
    assert!(after.len() > before.len(), "passages were added");
    for (passage, &length) in before.iter().enumerate() {
        let expected = if [0, 7, 10].contains(&passage) { 0 } else { length };
        assert_eq!(after[passage], expected, "passage {passage}");
    }
    Ok(())
}

#[test]
fn foreign_passages_are_not_decoded() -> Result<(), Box<dyn StdError>> {
    let folder = PlaidFolder::open(&fixture("bits_2"))?;
    let codec = folder.codec();
    let levels = vec![0; codec.dim()];
    let beyond = PlaidPassage { codes: vec![1 << 20], levels: levels.clone() };
    assert!(matches!(codec.decode(&beyond), Err(Error::UnknownCentroid { .. })));
    let uneven = PlaidPassage { codes: vec![0, 1], levels };
    assert!(matches!(
        codec.decode(&uneven),
        Err(Error::Embeddings(jacolbert_core::Error::Shape { .. }))
    ));
    Ok(())
}

#[test]
fn an_imported_index_has_the_rows_of_the_foreign_one() -> Result<(), Box<dyn StdError>> {
    for name in FOLDERS {
        let foreign = PlaidFolder::open(&fixture(name))?;
        let folder = tempfile::tempdir()?;
        let attachments: [(&str, &[u8]); 1] = [("texts", b"those of the passages")];
        foreign.import(folder.path(), &BuildOptions::default(), &attachments)?;
        let index = Index::open(folder.path())?;
        index.verify()?;
        assert_eq!(index.attachment("texts").map(AsRef::as_ref), Some(attachments[0].1));
        assert_eq!(
            (index.num_ids(), index.num_tokens()),
            (foreign.num_passages(), foreign.num_tokens())
        );
        for (id, passage) in (0..).map(PassageId).zip(foreign.passages()) {
            let passage = passage?;
            assert_eq!(index.contains(id), passage.num_tokens() > 0);
            let ours = index.decode(id)?;
            let theirs = foreign.codec().decode(&passage)?;
            for (ours, theirs) in ours.as_ref().rows().zip(theirs.as_ref().rows()) {
                let cosine: f32 = ours.iter().zip(theirs).map(|(a, b)| a * b).sum();
                assert!(cosine > 0.999, "{name}, passage {}: {cosine}", id.0);
            }
        }
    }
    Ok(())
}

#[test]
fn an_imported_index_goes_on_as_any_other() -> Result<(), Box<dyn StdError>> {
    let foreign = PlaidFolder::open(&fixture("bits_2"))?;
    let folder = tempfile::tempdir()?;
    foreign.import(folder.path(), &BuildOptions { flat_tokens: 0, ..Default::default() }, &[])?;
    let mut writer = IndexWriter::open(folder.path())?;
    let passage = writer.index().decode(PassageId(1))?;
    let added = writer.add(passage.as_ref())?;
    writer.delete(PassageId(0))?;
    writer.compact();
    let index = writer.commit()?.index;
    index.verify()?;
    assert_eq!(index.decode(added)?.num_tokens(), passage.num_tokens());
    let again = foreign.import(folder.path(), &BuildOptions::default(), &[]);
    assert!(matches!(again, Err(Error::Exists { .. })));
    Ok(())
}
