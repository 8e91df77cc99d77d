//! Laws of saving, opening, adding and deleting.

use std::error::Error as StdError;
use std::path::Path;

use jacolbert_index::{BuildConfig, Embeddings, Error, Index, IndexWriter, PassageId};
use proptest::prelude::*;

use crate::sample::{index, passages};

fn tokens(index: &Index) -> Result<Vec<Embeddings>, Error> {
    index.passage_ids().map(|passage| index.decode(passage)).collect()
}

fn saved(n: usize, folder: &Path) -> Result<Vec<Embeddings>, Error> {
    let passages = passages(n, 11)?;
    index(&passages, BuildConfig::default())?.save(folder)?;
    Ok(passages)
}

#[test]
fn an_opened_index_is_the_saved_one() -> Result<(), Box<dyn StdError>> {
    let folder = tempfile::tempdir()?;
    let built = index(&passages(50, 12)?, BuildConfig::default())?;
    built.save(folder.path())?;
    let opened = Index::open(folder.path())?;
    opened.verify()?;
    assert_eq!(tokens(&opened)?, tokens(&built)?);
    assert_eq!(opened.attachment("note").map(AsRef::as_ref), Some("覚え書き".as_bytes()));
    assert!(opened.attachment("other").is_none());
    Ok(())
}

#[test]
fn added_passages_follow_and_readers_see_what_they_opened() -> Result<(), Box<dyn StdError>> {
    let folder = tempfile::tempdir()?;
    let passages = saved(20, folder.path())?;
    let before = Index::open(folder.path())?;
    let mut writer = IndexWriter::open(folder.path())?;
    assert_eq!(writer.add(passages[7].as_ref())?, PassageId(20));
    writer.delete(PassageId(2))?;
    writer.attach("note", b"second");
    let after = writer.commit()?;
    after.verify()?;
    assert_eq!((before.num_passages(), after.num_passages()), (20, 20));
    assert!(before.contains(PassageId(2)) && !after.contains(PassageId(2)));
    assert_eq!(after.decode(PassageId(20))?, before.decode(PassageId(7))?);
    let note = |index: &Index| index.attachment("note").map(|note| note.as_ref().to_vec());
    assert_eq!(note(&before), Some("覚え書き".into()));
    assert_eq!(note(&after), Some("second".into()));
    Ok(())
}

#[test]
fn a_dropped_writer_changes_nothing() -> Result<(), Box<dyn StdError>> {
    let folder = tempfile::tempdir()?;
    let passages = saved(20, folder.path())?;
    let mut writer = IndexWriter::open(folder.path())?;
    writer.add(passages[0].as_ref())?;
    writer.delete(PassageId(1))?;
    drop(writer);
    assert_eq!(tokens(&Index::open(folder.path())?)?.len(), 20);
    Ok(())
}

#[test]
fn only_one_writer_at_a_time() -> Result<(), Box<dyn StdError>> {
    let folder = tempfile::tempdir()?;
    saved(5, folder.path())?;
    let writer = IndexWriter::open(folder.path())?;
    assert!(matches!(IndexWriter::open(folder.path()), Err(Error::Locked { .. })));
    drop(writer);
    IndexWriter::open(folder.path())?;
    Ok(())
}

#[test]
fn an_index_is_not_overwritten() -> Result<(), Box<dyn StdError>> {
    let folder = tempfile::tempdir()?;
    saved(5, folder.path())?;
    let error = index(&passages(5, 1)?, BuildConfig::default())?.save(folder.path());
    assert!(matches!(error, Err(Error::Exists { .. })));
    Ok(())
}

#[test]
fn files_of_a_commit_that_died_do_not_stop_the_next() -> Result<(), Box<dyn StdError>> {
    let folder = tempfile::tempdir()?;
    let passages = saved(5, folder.path())?;
    std::fs::write(folder.path().join("2-segment.jacolbert"), b"half a segment")?;
    let mut writer = IndexWriter::open(folder.path())?;
    writer.add(passages[0].as_ref())?;
    writer.commit()?.verify()?;
    Ok(())
}

#[test]
fn a_save_that_died_does_not_stop_the_next() -> Result<(), Box<dyn StdError>> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("1-codec.jacolbert"), b"half a codec")?;
    std::fs::write(folder.path().join("my-backup.jacolbert"), b"not ours")?;
    saved(5, folder.path())?;
    assert_eq!(Index::open(folder.path())?.num_passages(), 5);
    IndexWriter::open(folder.path())?;
    assert!(folder.path().join("my-backup.jacolbert").exists(), "files of others stay");
    Ok(())
}

#[test]
fn a_folder_is_claimed_before_the_work_begins() -> Result<(), Box<dyn StdError>> {
    let folder = tempfile::tempdir()?;
    saved(5, folder.path())?;
    let builder = jacolbert_index::IndexBuilder::new(2, BuildConfig::default())?;
    let error = builder.build_to(folder.path(), &mut |_| panic!("no work is done"));
    assert!(matches!(error, Err(Error::Exists { .. })));
    assert!(Index::exists(folder.path()) && !Index::exists(&folder.path().join("none")));
    Ok(())
}

#[test]
fn unknown_passages_cannot_be_deleted() -> Result<(), Box<dyn StdError>> {
    let folder = tempfile::tempdir()?;
    saved(5, folder.path())?;
    let error = IndexWriter::open(folder.path())?.delete(PassageId(5));
    assert!(matches!(error, Err(Error::UnknownPassage { num_ids: 5, .. })));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Histories of commits against a plain list of live ids.
    #[test]
    fn any_history_of_commits_gives_the_passages_of_a_plain_list(
        history in prop::collection::vec((0usize..4, prop::collection::vec(0u32..40, 0..4)), 1..6),
    ) {
        let folder = tempfile::tempdir()?;
        let passages = saved(8, folder.path())?;
        let mut live: Vec<(u32, usize)> = (0..8).map(|n| (n as u32, n)).collect();
        let mut next = 8u32;
        for (adds, deletes) in history {
            let mut writer = IndexWriter::open(folder.path())?;
            for _ in 0..adds {
                let source = next as usize % passages.len();
                prop_assert_eq!(writer.add(passages[source].as_ref())?, PassageId(next));
                live.push((next, source));
                next += 1;
            }
            for id in deletes.into_iter().filter(|&id| id < next) {
                writer.delete(PassageId(id))?;
                live.retain(|&(live, _)| live != id);
            }
            let index = writer.commit()?;
            index.verify()?;
            let ids: Vec<u32> = index.passage_ids().map(|passage| passage.0).collect();
            prop_assert_eq!(&ids, &live.iter().map(|&(id, _)| id).collect::<Vec<_>>());
            prop_assert_eq!(index.num_passages(), live.len());
            for &(id, source) in &live {
                let original = index.decode(PassageId(source as u32))?;
                prop_assert_eq!(index.decode(PassageId(id))?, original);
            }
        }
    }
}
