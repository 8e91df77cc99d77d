//! Histories of commits with documents beside a plain map of the documents that there must be.

use std::collections::BTreeMap;
use std::path::Path;

use jacolbert_documents::{
    Companions, DocumentBlockBuilder, DocumentChanges, Documents, Error, Filter, Join,
};
use jacolbert_index::{Attachment, EmbeddingsRef, Index, IndexBuilder, IndexWriter, PassageId};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use crate::TestResult;

/// A change of one document, or of the folder.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Operation {
    /// Adds the document `id`, or replaces it, with so many passages.
    Put {
        id: u8,
        num_passages: usize,
    },
    Delete {
        id: u8,
    },
    /// Gives the document `id`, if it is there, other metadata.
    Describe {
        id: u8,
        year: u16,
    },
    Compact,
}

/// Each document by its id.
pub(crate) type Plain = BTreeMap<String, PlainDocument>;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct PlainDocument {
    pub(crate) metadata: String,
    /// Ids and texts.
    pub(crate) passages: Vec<(u32, String)>,
}

pub(crate) fn build(folder: &Path) -> Result<(), Error> {
    let index = IndexBuilder::create(folder, 2, Default::default())?.build()?;
    assert_eq!(index.num_ids(), 0);
    Ok(())
}

pub(crate) fn open(folder: &Path) -> Result<(Index, Documents<Attachment>), Error> {
    let index = Index::open(folder)?;
    let documents = Documents::from_index(folder, &index)?;
    Ok((index, documents))
}

/// Prepares the change in a writer and in `plain`; the caller commits.
pub(crate) fn apply(
    folder: &Path,
    operation: Operation,
    plain: &mut Plain,
) -> Result<IndexWriter, Error> {
    let mut writer = IndexWriter::open(folder)?;
    let stored = Documents::from_index(folder, writer.index())?;
    if let Operation::Put { id, .. } | Operation::Delete { id } = operation
        && let Some(document) = plain.remove(&name(id))
    {
        document.passages.iter().try_for_each(|(id, _)| writer.delete(PassageId(*id)))?;
    }
    let mut added = None;
    let mut join = Join::Small;
    let mut described = None;
    match operation {
        Operation::Put { id, num_passages } => {
            let first = writer.index().num_ids();
            let texts: Vec<String> =
                (first..first + num_passages).map(|at| format!("文{id}の{at}")).collect();
            for _ in &texts {
                let row = EmbeddingsRef::new(&[0.6, 0.8], 2);
                writer.add(row.map_err(jacolbert_index::Error::from)?)?;
            }
            let mut builder = DocumentBlockBuilder::new(first);
            let metadata = metadata(u16::from(id));
            builder.add(&name(id), &metadata, texts.iter().map(String::as_str));
            added = Some(builder.build());
            let passages = (first as u32..).zip(texts).collect();
            plain.insert(name(id), PlainDocument { metadata, passages });
        }
        Operation::Delete { .. } => (),
        Operation::Describe { id, year } => {
            if let Some(document) = plain.get_mut(&name(id)) {
                document.metadata = metadata(year);
                described = Some((PassageId(document.passages[0].0), metadata(year)));
            }
        }
        Operation::Compact => {
            writer.compact();
            join = Join::All;
        }
    }
    let changes = DocumentChanges {
        added: added.as_deref(),
        joins: join,
        metadata: described.as_slice(),
        companions: companions(),
    };
    stored.write(&mut writer, &changes)?;
    Ok(writer)
}

fn metadata(year: u16) -> String {
    format!("{{\"tags\":[\"t{}\"],\"year\":{year}}}", year % 3)
}

/// The files beside each block that this build makes.
fn companions() -> Companions {
    let companions = Companions::default();
    #[cfg(feature = "words")]
    let companions = companions.words(jacolbert_documents::Analyser::Characters);
    companions
}

fn name(id: u8) -> String {
    format!("document {id}")
}

/// Checks that the folder has exactly the documents of `plain`.
pub(crate) fn compare(folder: &Path, plain: &Plain) -> TestResult {
    let (index, documents) = open(folder)?;
    index.verify()?;
    let expected: BTreeMap<u32, (&str, &str)> = plain
        .iter()
        .flat_map(|(id, document)| {
            document.passages.iter().map(|(at, text)| (*at, (id.as_str(), text.as_str())))
        })
        .collect();
    let live: Vec<u32> = index.passage_ids().map(|id| id.0).collect();
    assert_eq!(live, expected.keys().copied().collect::<Vec<_>>());
    assert_eq!(index.num_passages(), live.len());
    for (&at, &(id, text)) in &expected {
        let passage = documents.passage(PassageId(at))?;
        assert_eq!((passage.document_id, passage.text), (id, text));
        let found = documents.passages_of(id)?;
        let found = found.into_iter().filter(|&passage| index.contains(passage));
        assert_eq!(found.map(|id| id.0).collect::<Vec<_>>(), ids(&plain[id]));
        assert_eq!(passage.metadata, plain[id].metadata);
    }
    #[cfg(feature = "words")]
    words::compare(&index, &documents, &expected)?;
    compare_filters(&index, &documents, plain)
}

/// Checks that filters find exactly the documents of `plain` that they should.
fn compare_filters(index: &Index, documents: &Documents<Attachment>, plain: &Plain) -> TestResult {
    let is_live = |passage| index.contains(passage);
    for text in
        ["year >= 6", "year = 3 OR NOT tags HAS 't1'", "missing IS NULL AND tags != '[\"t2\"]'"]
    {
        let filter: Filter = text.parse()?;
        let mut expected = Vec::new();
        let mut num_expected = 0;
        for document in plain.values() {
            if filter.passes(&document.metadata)? {
                expected.extend(ids(document));
                num_expected += 1;
            }
        }
        expected.sort_unstable();
        let matching = documents.matching(&filter, &is_live)?;
        let found = matching.passages(&is_live)?;
        assert_eq!(found.iter().map(|id| id.0).collect::<Vec<_>>(), expected, "{text}");
        assert_eq!(matching.num_documents(&is_live)?, num_expected, "{text}");
    }
    Ok(())
}

#[cfg(feature = "words")]
mod words {
    use std::collections::BTreeMap;
    use std::path::Path;

    use jacolbert_documents::{Analyser, Bm25Options, Documents, WordBlockBuilder, WordIndex};
    use jacolbert_index::{Attachment, Index, PassageId};

    use crate::TestResult;

    const QUERIES: [&str; 6] = ["文1の2", "の", "文", "文11の3の4、文7", "1 2 3", ""];

    /// Checks that BM25 scores have the bits of those of an index that has never had other passages than `expected`.
    pub(super) fn compare(
        index: &Index,
        documents: &Documents<Attachment>,
        expected: &BTreeMap<u32, (&str, &str)>,
    ) -> TestResult {
        for block in documents.blocks() {
            for file in super::companions().files_of(block.bytes().as_ref())? {
                if let Some(attached) = index.attachment(&file.name) {
                    assert!(attached.as_ref() == file.content, "{} is not of its block", file.name);
                }
            }
        }
        let Some(words) = documents.words(&Analyser::Characters)? else {
            let has_old = expected.values().any(|(id, _)| id.starts_with("old"));
            assert!(has_old, "only blocks of earlier versions have no words");
            return Ok(());
        };
        let mut builder = WordBlockBuilder::new(Analyser::Characters, 0)?;
        for (position, (_, text)) in (0..).zip(expected.values()) {
            builder.add(PassageId(position), text)?;
        }
        let mut fresh = WordIndex::new(Analyser::Characters);
        fresh.push(Path::new("fresh"), builder.build()?)?;
        let ids: Vec<u32> = expected.keys().copied().collect();
        let is_live = |passage: PassageId| index.contains(passage);
        let options = Bm25Options::default();
        for query in QUERIES {
            let fresh = fresh.scores(query, &options, ids.len(), &|_| true)?;
            let expected = fresh.best(ids.len(), &|_| true)?.into_iter();
            let expected: Vec<_> =
                expected.map(|hit| (ids[hit.passage.index()], hit.score.to_bits())).collect();
            let found = words.scores(query, &options, index.num_passages(), &is_live)?;
            let found = found.best(usize::MAX, &|_| true)?.into_iter();
            let found: Vec<_> = found.map(|hit| (hit.passage.0, hit.score.to_bits())).collect();
            assert_eq!(found, expected, "{query:?}");
        }
        Ok(())
    }
}

fn ids(document: &PlainDocument) -> Vec<u32> {
    document.passages.iter().map(|(id, _)| *id).collect()
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        6 => (0u8..12, 1usize..4).prop_map(|(id, num_passages)| Operation::Put { id, num_passages }),
        2 => (0u8..12).prop_map(|id| Operation::Delete { id }),
        3 => (0u8..12, 0u16..20).prop_map(|(id, year)| Operation::Describe { id, year }),
        1 => Just(Operation::Compact),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn any_history_of_commits_has_the_documents_of_the_plain_map(
        history in prop::collection::vec(operation(), 1..30),
    ) {
        let folder = tempfile::tempdir()?;
        build(folder.path())?;
        let mut plain = Plain::new();
        for operation in history {
            apply(folder.path(), operation, &mut plain)?.commit().map_err(Error::from)?;
            compare(folder.path(), &plain).map_err(|e| TestCaseError::fail(e.to_string()))?;
        }
    }
}

#[test]
fn many_small_commits_leave_few_blocks_and_compaction_one() -> TestResult {
    let folder = tempfile::tempdir()?;
    build(folder.path())?;
    let mut plain = Plain::new();
    for n in 0..300 {
        let id = if n % 3 == 0 { 255 } else { (n % 250) as u8 };
        let put = Operation::Put { id, num_passages: 1 + n % 2 };
        apply(folder.path(), put, &mut plain)?.commit()?;
        let blocks = open(folder.path())?.1.blocks().len();
        assert!(blocks <= 8, "{blocks} blocks after {n} commits");
    }
    compare(folder.path(), &plain)?;
    apply(folder.path(), Operation::Compact, &mut plain)?.commit()?;
    let (index, documents) = open(folder.path())?;
    assert_eq!((documents.blocks().len(), index.segments().len()), (1, 1));
    assert_eq!(documents.num_documents(), plain.len());
    compare(folder.path(), &plain)
}

#[test]
fn one_document_replaced_again_and_again_takes_no_more_room() -> TestResult {
    let folder = tempfile::tempdir()?;
    build(folder.path())?;
    let mut plain = Plain::new();
    let mut bytes = Vec::new();
    for n in 0..200 {
        let put = Operation::Put { id: 7, num_passages: 2 };
        apply(folder.path(), put, &mut plain)?.commit()?;
        if n % 50 == 49 {
            let (index, documents) = open(folder.path())?;
            let texts: usize =
                documents.blocks().iter().map(|block| block.bytes().as_ref().len()).sum();
            bytes.push((index.num_bytes() + texts) / 64);
            assert!(documents.num_documents() <= 8, "{} documents", documents.num_documents());
        }
    }
    assert!(bytes.iter().max() <= bytes.iter().min().map(|least| least * 2).as_ref(), "{bytes:?}");
    compare(folder.path(), &plain)
}

#[test]
fn blocks_with_the_names_of_earlier_versions_are_joined_by_the_next_commit() -> TestResult {
    let folder = tempfile::tempdir()?;
    let mut plain = Plain::new();
    let mut builder = IndexBuilder::create(folder.path(), 2, Default::default())?;
    for n in 0..200usize {
        builder.add(EmbeddingsRef::new(&[0.6, 0.8], 2)?)?;
        let mut block = DocumentBlockBuilder::new(n);
        let text = "文".repeat(n % 13);
        block.add(&format!("old {n}"), "null", [text.as_str()]);
        builder.attach(&format!("documents-{n}"), &block.build());
        let document = PlainDocument { metadata: "null".into(), passages: vec![(n as u32, text)] };
        plain.insert(format!("old {n}"), document);
    }
    builder.build()?;
    compare(folder.path(), &plain)?;
    assert_eq!(open(folder.path())?.1.blocks().len(), 200);
    apply(folder.path(), Operation::Put { id: 1, num_passages: 1 }, &mut plain)?.commit()?;
    assert_eq!(open(folder.path())?.1.blocks().len(), 1);
    compare(folder.path(), &plain)?;
    let files = std::fs::read_dir(folder.path())?.count();
    let num_derived = usize::from(cfg!(feature = "filter")) + usize::from(cfg!(feature = "words"));
    assert!(files <= 5 + num_derived, "{files} files");
    Ok(())
}

#[test]
fn changed_metadata_are_written_beside_their_block_until_they_are_many() -> TestResult {
    let folder = tempfile::tempdir()?;
    build(folder.path())?;
    let mut plain = Plain::new();
    for id in 0..3 {
        apply(folder.path(), Operation::Put { id, num_passages: 1 }, &mut plain)?.commit()?;
    }
    apply(folder.path(), Operation::Compact, &mut plain)?.commit()?;
    let block = |folder: &Path| {
        let (_, documents) = open(folder)?;
        Ok::<_, Error>(documents.blocks()[0].path().to_owned())
    };
    let written = block(folder.path())?;
    apply(folder.path(), Operation::Describe { id: 1, year: 7 }, &mut plain)?.commit()?;
    assert_eq!(block(folder.path())?, written, "the block stays");
    compare(folder.path(), &plain)?;

    let long = format!("{{\"year\":9,\"long\":{:?}}}", "長".repeat(100_000));
    let document = plain.get_mut(&name(2)).ok_or("document 2")?;
    document.metadata.clone_from(&long);
    let metadata = [(PassageId(document.passages[0].0), long)];
    let mut writer = IndexWriter::open(folder.path())?;
    let companions = companions();
    let changes = DocumentChanges { metadata: &metadata, companions, ..Default::default() };
    open(folder.path())?.1.write(&mut writer, &changes)?;
    let index = writer.commit()?.index;
    assert_ne!(block(folder.path())?, written, "the block is written anew");
    assert!(index.attachments().all(|(name, _)| !name.starts_with("metadata-")));
    compare(folder.path(), &plain)
}

#[test]
fn compaction_leaves_nothing_of_metadata_that_were_changed() -> TestResult {
    let folder = tempfile::tempdir()?;
    build(folder.path())?;
    let mut plain = Plain::new();
    for operation in [
        Operation::Put { id: 250, num_passages: 1 },
        Operation::Describe { id: 250, year: 4444 },
        Operation::Describe { id: 250, year: 5555 },
        Operation::Compact,
    ] {
        apply(folder.path(), operation, &mut plain)?.commit()?;
    }
    compare(folder.path(), &plain)?;
    for entry in std::fs::read_dir(folder.path())? {
        let bytes = std::fs::read(entry?.path())?;
        let holds = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
        assert!(!holds(b":250}") && !holds(b":4444}"));
    }
    Ok(())
}
