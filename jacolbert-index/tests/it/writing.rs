//! Laws of saving, opening, adding and deleting.

use std::error::Error as StdError;
use std::path::Path;

use jacolbert_index::{BuildConfig, Embeddings, Error, Index, IndexWriter, PassageId};
use proptest::prelude::*;

use crate::history::{Operation, Plain};
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

#[cfg(unix)]
#[test]
fn a_manifest_that_cannot_be_seen_is_not_taken_for_missing() -> Result<(), Box<dyn StdError>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("1-codec.jacolbert");
    std::fs::write(&file, b"maybe of an index")?;
    let manifest = folder.path().join("manifest.json");
    std::os::unix::fs::symlink(&manifest, &manifest)?;
    let error = index(&passages(5, 1)?, BuildConfig::default())?.save(folder.path());
    assert!(matches!(error, Err(Error::Io { path, .. }) if path == manifest));
    assert!(file.exists(), "nothing is removed");
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

    /// Histories of commits, some of them given up, against a plain list.
    #[test]
    fn any_history_gives_the_passages_of_a_plain_list(
        history in prop::collection::vec((prop::collection::vec(operation(), 0..5), 0..4), 1..7),
    ) {
        let folder = tempfile::tempdir()?;
        let sources = passages(20, 11)?;
        index(&sources[..8], BuildConfig::default())?.save(folder.path())?;
        let mut plain = Plain::built(8);
        for (operations, ending) in history {
            let mut changed = plain.clone();
            let mut writer = IndexWriter::open(folder.path())?;
            for operation in operations {
                changed.apply(operation, &mut writer, &sources)?;
            }
            changed.attach(&mut writer);
            if ending > 0 {
                let committed = writer.commit()?;
                prop_assert_eq!(changed.compare(&committed, &sources), Ok(()));
                plain = changed;
            }
            let reopened = Index::open(folder.path())?;
            prop_assert_eq!(plain.compare(&reopened, &sources), Ok(()));
            prop_assert_eq!(plain.num_live(), reopened.num_passages());
            let attached = Plain::attached(&reopened).unwrap_or_else(|| Plain::built(8));
            prop_assert_eq!(attached, plain.clone(), "attachments are of the same commit");
        }
    }
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        (0usize..20).prop_map(|source| Operation::Add { source }),
        (0usize..40).prop_map(|pick| Operation::Delete { pick }),
        (0usize..40, 0usize..20).prop_map(|(pick, source)| Operation::Replace { pick, source }),
    ]
}
