//! Documents in memory, and inside the commits of an index.

use std::path::Path;

use jacolbert_documents::{
    DocumentBlock, DocumentBlockBuilder, DocumentChanges, Documents, Error, Join, StoredPassage,
    block_name, check_features,
};
use jacolbert_index::{EmbeddingsRef, Index, IndexBuilder, IndexWriter, PassageId};

use crate::TestResult;

/// A block of one document with one passage.
fn block(first_passage: usize, id: &str) -> Vec<u8> {
    let mut builder = DocumentBlockBuilder::new(first_passage);
    builder.add(id, "{\"n\":1}", [format!("{id}の文").as_str()]);
    builder.build()
}

#[test]
fn blocks_must_follow_each_other() -> TestResult {
    let mut documents = Documents::new();
    documents.push(Path::new("first"), block(0, "a"))?;
    let gap = documents.push(Path::new("second"), block(2, "b"));
    assert!(matches!(gap, Err(Error::Corrupt { path, .. }) if path == Path::new("second")));
    documents.push(Path::new("second"), block(1, "b"))?;
    assert_eq!((documents.num_documents(), documents.num_ids()), (2, 2));
    let expected = StoredPassage { text: "bの文", document_id: "b", metadata: "{\"n\":1}" };
    assert_eq!(documents.passage(PassageId(1))?, expected);
    assert_eq!(documents.metadata(PassageId(1))?, serde_json::json!({ "n": 1 }));
    let unknown = documents.passage(PassageId(2));
    assert!(matches!(unknown, Err(Error::UnknownPassage { num_passages: 2, .. })));
    Ok(())
}

#[test]
fn the_latest_passages_of_an_id_come_first() -> TestResult {
    let mut documents = Documents::new();
    for first in 0..3 {
        documents.push(Path::new("block"), block(first, "a"))?;
    }
    assert_eq!(documents.passages_of("a")?, [2, 1, 0].map(PassageId));
    assert!(documents.passages_of("b")?.is_empty());
    Ok(())
}

#[test]
fn metadata_that_is_not_json_is_damage() -> TestResult {
    let mut builder = DocumentBlockBuilder::new(0);
    builder.add("a", "{", ["文"]);
    let mut documents = Documents::new();
    documents.push(Path::new("block"), builder.build())?;
    assert!(matches!(documents.metadata(PassageId(0)), Err(Error::Corrupt { .. })));
    Ok(())
}

#[test]
fn a_block_of_an_unknown_version_is_refused() {
    let mut bytes = block(0, "a");
    bytes[8] = 3;
    let refused = DocumentBlock::new(Path::new("block"), bytes);
    assert!(matches!(refused, Err(Error::Version { .. })));
}

fn compaction() -> DocumentChanges<'static> {
    DocumentChanges { joins: Join::All, ..Default::default() }
}

/// An index in `folder` of two passages, with the blocks of `ids`.
fn index(folder: &Path, ids: [&str; 2]) -> Result<Index, jacolbert_index::Error> {
    let mut builder = IndexBuilder::create(folder, 2, Default::default())?;
    for (n, id) in ids.iter().enumerate() {
        builder.add(EmbeddingsRef::new(&[0.6, 0.8], 2)?)?;
        builder.attach(&block_name(n), &block(n, id));
    }
    builder.build()
}

#[test]
fn documents_of_an_index_are_read_in_place_and_erased_by_a_commit() -> TestResult {
    let folder = tempfile::tempdir()?;
    let before = Documents::from_index(folder.path(), &index(folder.path(), ["a", "b"])?)?;
    let mut writer = IndexWriter::open(folder.path())?;
    writer.delete(PassageId(0))?;
    let deleted = writer.commit()?.index;

    let mut writer = IndexWriter::open(folder.path())?;
    Documents::from_index(folder.path(), &deleted)?.write(&mut writer, &compaction())?;
    let after = Documents::from_index(folder.path(), &writer.commit()?.index)?;
    assert_eq!(before.passage(PassageId(0))?.document_id, "a", "an open map stays as it was");
    assert!(matches!(after.passage(PassageId(0)), Err(Error::UnknownPassage { .. })));
    assert_eq!(after.blocks().len(), 1, "the blocks are joined");
    assert_eq!(after.passage(PassageId(1))?.text, "bの文");
    Ok(())
}

#[test]
fn an_index_with_another_number_of_passages_is_damage() -> TestResult {
    let folder = tempfile::tempdir()?;
    index(folder.path(), ["a", "b"])?;
    let mut writer = IndexWriter::open(folder.path())?;
    writer.add(EmbeddingsRef::new(&[1.0, 0.0], 2)?)?;
    let opened = Documents::from_index(folder.path(), &writer.commit()?.index);
    assert!(matches!(opened, Err(Error::Corrupt { .. })));
    Ok(())
}

#[test]
fn documents_in_memory_are_erased_and_joined_and_share_what_stays() -> TestResult {
    let mut large = DocumentBlockBuilder::new(0);
    large.add("large", "null", ["文".repeat(1_000).as_str()]);
    let mut documents: Documents<std::sync::Arc<[u8]>> = Documents::new();
    documents.push(Path::new("block"), large.build().into())?;
    for (n, id) in ["a", "b", "c"].iter().enumerate() {
        documents.push(Path::new("block"), block(n + 1, id).into())?;
    }
    let left = documents.changed(&Default::default(), &|passage| passage != PassageId(2))?;
    assert_eq!((documents.num_kept_documents()?, left.num_kept_documents()?), (4, 3));
    assert_eq!((left.num_documents(), left.num_ids(), left.blocks().len()), (3, 4, 2));
    let kept = [0, 1, 2, 3].map(|passage| left.is_kept(PassageId(passage)));
    assert!(matches!(kept, [Ok(true), Ok(true), Ok(false), Ok(true)]), "{kept:?}");
    let shared = left.blocks()[0].bytes().as_ptr();
    assert_eq!(shared, documents.blocks()[0].bytes().as_ptr(), "other blocks are not copied");
    Ok(())
}

#[test]
fn a_block_has_the_documented_layout() {
    let mut builder = DocumentBlockBuilder::new(7);
    builder.add("b", "null", ["一", "two"]);
    builder.skip(5);
    builder.add("a", "[1]", ["三"]);
    let words: [u64; 20] = [
        u64::from_le_bytes(*b"JaColDoc"),
        2,  // version
        7,  // first passage id
        15, // the id after the last
        2,  // documents
        3,  // passages
        // Id of the first passage of each document.
        7,
        14,
        // Number of passages before each document, then of all.
        0,
        2,
        3,
        // Documents in the order of their ids.
        1,
        0,
        // Ends of ids and metadata, then of passages.
        0,
        1,
        5,
        6,
        9,
        12,
        15,
    ];
    let mut expected: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    expected.extend(18u64.to_le_bytes());
    expected.extend("bnulla[1]一two三".as_bytes());
    assert_eq!(builder.build(), expected);
}

#[test]
fn a_block_of_version_1_is_read_and_joined() -> TestResult {
    // Passages 3 and 4 of `b`, 5 erased, 6 of `a`.
    let texts = ["b", "null", "", "null", "a", "[1]", "一", "two", "", "三"];
    let ends = texts.iter().scan(0, |end, text| {
        *end += text.len() as u64;
        Some(*end)
    });
    let header = [u64::from_le_bytes(*b"JaColDoc"), 1, 3, 3, 4, 0, 2, 3, 4, 1, 2, 0, 0];
    let words = header.into_iter().chain(ends);
    let mut bytes: Vec<u8> = words.flat_map(u64::to_le_bytes).collect();
    bytes.extend(texts.concat().as_bytes());
    let block = DocumentBlock::new(Path::new("old"), bytes.clone())?;
    assert_eq!((block.first_id(), block.end_id()), (3, 7));
    assert_eq!((block.num_documents(), block.num_kept_documents()?), (3, 2));

    let mut documents: Documents<Vec<u8>> = Documents::new();
    documents.push(Path::new("first"), {
        let mut first = DocumentBlockBuilder::new(0);
        first.add("c", "null", ["0", "1", "2"]);
        first.build()
    })?;
    documents.push(Path::new("old"), bytes)?;
    let joined = documents.changed(&Default::default(), &|_| true)?;
    for documents in [&documents, &joined] {
        let expected = StoredPassage { text: "三", document_id: "a", metadata: "[1]" };
        assert_eq!(documents.passage(PassageId(6))?, expected);
        assert_eq!(documents.passages_of("b")?, [3, 4].map(PassageId));
        assert!(!documents.is_kept(PassageId(5))?);
        assert!(matches!(documents.passage(PassageId(5)), Err(Error::UnknownPassage { .. })));
    }
    assert_eq!((joined.blocks().len(), joined.num_documents()), (1, 3));
    Ok(())
}

#[test]
fn a_program_without_a_feature_reads_its_documents_and_refuses_to_change_them() -> TestResult {
    let folder = tempfile::tempdir()?;
    let mut builder = IndexBuilder::create(folder.path(), 2, Default::default())?;
    builder.add(EmbeddingsRef::new(&[0.6, 0.8], 2)?)?;
    builder.attach(&block_name(0), &block(0, "a"));
    builder.attach("later-from-0", b"of a later version");
    let documents = Documents::from_index(folder.path(), &builder.build()?)?;
    assert_eq!(documents.passage(PassageId(0))?.document_id, "a");
    let mut writer = IndexWriter::open(folder.path())?;
    let refused = check_features(folder.path(), writer.index());
    let written = documents.write(&mut writer, &compaction());
    for refused in [refused, written] {
        let Err(Error::MissingFeature { path, feature }) = refused else {
            return Err(format!("{refused:?}").into());
        };
        assert_eq!((path.as_path(), feature.as_str()), (folder.path(), "later"));
    }
    Ok(())
}
