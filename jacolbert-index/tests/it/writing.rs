//! Laws of saving, opening, adding and deleting.

use std::error::Error as StdError;
use std::path::Path;

use jacolbert_index::{
    Bits, BuildOptions, Embeddings, Error, Index, IndexBuilder, IndexWriter, PassageId,
};
use proptest::prelude::*;

use crate::forms::every_form;
use crate::history::{Operation, Plain, is_alike};
use crate::sample::{index, options, passages};

fn tokens(index: &Index) -> Result<Vec<Embeddings>, Error> {
    index.passage_ids().map(|passage| index.decode(passage)).collect()
}

fn saved(n: usize, folder: &Path) -> Result<Vec<Embeddings>, Error> {
    let passages = passages(n, 11)?;
    index(&passages, BuildOptions::default())?.save(folder)?;
    Ok(passages)
}

#[test]
fn an_opened_index_is_the_saved_one() -> Result<(), Box<dyn StdError>> {
    let folder = tempfile::tempdir()?;
    let built = index(&passages(50, 12)?, BuildOptions::default())?;
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
    let after = writer.commit()?.index;
    after.verify()?;
    assert_eq!((before.num_passages(), after.num_passages()), (20, 20));
    assert!(before.contains(PassageId(2)) && !after.contains(PassageId(2)));
    assert!(is_alike(&after.decode(PassageId(20))?, &passages[7]));
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
    let error = index(&passages(5, 1)?, BuildOptions::default())?.save(folder.path());
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
    writer.commit()?.index.verify()?;
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
    let error = index(&passages(5, 1)?, BuildOptions::default())?.save(folder.path());
    assert!(matches!(error, Err(Error::Io { path, .. }) if path == manifest));
    assert!(file.exists(), "nothing is removed");
    Ok(())
}

#[test]
fn a_folder_is_claimed_before_the_work_begins() -> Result<(), Box<dyn StdError>> {
    let folder = tempfile::tempdir()?;
    saved(5, folder.path())?;
    let error = IndexBuilder::create(folder.path(), 2, BuildOptions::default());
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
        form in 0usize..3,
        history in prop::collection::vec((prop::collection::vec(operation(), 0..9), 0..4), 1..7),
    ) {
        let folder = tempfile::tempdir()?;
        let sources = passages(20, 11)?;
        index(&sources[..8], every_form()[form].clone())?.save(folder.path())?;
        let mut plain = Plain::built(8);
        for (operations, ending) in history {
            let mut changed = plain.clone();
            let mut writer = IndexWriter::open(folder.path())?;
            for operation in operations {
                changed.apply(operation, &mut writer, &sources)?;
            }
            changed.attach(&mut writer);
            if ending > 0 {
                let committed = writer.commit()?.index;
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
        Just(Operation::Compact),
    ]
}

#[test]
fn many_small_commits_leave_few_segments() -> Result<(), Box<dyn StdError>> {
    for options in every_form() {
        let folder = tempfile::tempdir()?;
        let passages = passages(20, 11)?;
        index(&passages, options)?.save(folder.path())?;
        for n in 0..100 {
            let mut writer = IndexWriter::open(folder.path())?;
            writer.add(passages[n % 20].as_ref())?;
            let index = writer.commit()?.index;
            assert!(index.segments().len() <= 10, "{} segments", index.segments().len());
        }
    }
    Ok(())
}

#[test]
fn compaction_gives_back_the_room_of_deleted_passages() -> Result<(), Box<dyn StdError>> {
    for options in every_form() {
        let folder = tempfile::tempdir()?;
        let passages = passages(200, 11)?;
        index(&passages, options)?.save(folder.path())?;
        let mut writer = IndexWriter::open(folder.path())?;
        (0..150).try_for_each(|id| writer.delete(PassageId(id)))?;
        let before = writer.commit()?.index;
        let mut writer = IndexWriter::open(folder.path())?;
        writer.compact();
        let after = writer.commit()?.index;
        after.verify()?;
        assert!(after.num_tokens() < before.num_tokens() / 3);
        assert!(matches!(after.decode(PassageId(3)), Err(Error::DeletedPassage { .. })));
        assert_eq!(tokens(&after)?, tokens(&before)?, "no passage is encoded again");
        assert_eq!(before.decode(PassageId(3))?.num_tokens(), 0);
    }
    Ok(())
}

#[test]
fn tokens_that_fit_badly_get_centroids_of_their_own() -> Result<(), Box<dyn StdError>> {
    let folder = tempfile::tempdir()?;
    let options = BuildOptions { num_centroids: Some(64), ..options(Bits::Two) };
    index(&passages(300, 1)?, options)?.save(folder.path())?;
    let mut writer = IndexWriter::open(folder.path())?;
    // Other topics, which no centroid is near to.
    let others = passages(300, 2)?;
    others.iter().try_for_each(|passage| writer.add(passage.as_ref()).map(|_| ()))?;
    let committed = writer.commit()?;
    committed.index.verify()?;
    let fit = committed.fit.expect("tokens were encoded");
    assert!(fit.before < fit.expected - 0.2, "{fit:?}");
    assert!(fit.after > fit.expected - 0.1 && fit.num_centroids_added > 0, "{fit:?}");
    let num_centroids = committed.index.codec().map(|codec| codec.num_centroids());
    assert_eq!(num_centroids, Some(64 + fit.num_centroids_added));
    Ok(())
}

#[test]
fn added_passages_that_wait_in_files_are_those_that_wait_in_memory() -> Result<(), Box<dyn StdError>>
{
    let added = passages(500, 17)?;
    let mut found = Vec::new();
    let small = 1 << 16;
    let large = BuildOptions::default().memory;
    for (memory, flat_tokens) in [(large, 100), (small, 100), (large, 1 << 20), (small, 1 << 20)] {
        let folder = tempfile::tempdir()?;
        let num_centroids = Some(8);
        let options = BuildOptions { memory, flat_tokens, num_centroids, ..options(Bits::Eight) };
        let mut builder = IndexBuilder::create(folder.path(), added[0].dim(), options)?;
        builder.add(added[0].as_ref())?;
        builder.build()?;
        let mut writer = IndexWriter::open(folder.path())?;
        added.iter().try_for_each(|passage| writer.add(passage.as_ref()).map(|_| ()))?;
        let waiting = std::fs::read_dir(folder.path())?.count();
        writer.delete(PassageId(1))?;
        writer.delete(PassageId(500))?;
        assert!(!writer.contains(PassageId(1)) && writer.contains(PassageId(499)));
        let index = writer.commit()?.index;
        index.verify()?;
        assert_eq!((index.num_ids(), index.num_passages()), (501, 499));
        let left = std::fs::read_dir(folder.path())?.count();
        // Manifest, lock, codec and deletions.
        assert!(left <= index.segments().len() + 4, "{left} files after the commit");
        found.push((waiting, tokens(&index)?));
    }
    assert_eq!(found[0].1, found[1].1, "encoded");
    assert_eq!(found[2].1, found[3].1, "exact");
    assert!(found[1].0 > found[0].0 && found[3].0 > found[2].0, "files while the writer waits");
    Ok(())
}

#[test]
fn marks_of_deleted_passages_go_with_the_segment_that_held_them() -> Result<(), Box<dyn StdError>> {
    let folder = tempfile::tempdir()?;
    let sources = saved(3, folder.path())?;
    let mut last = PassageId(2);
    for n in 0..200 {
        let mut writer = IndexWriter::open(folder.path())?;
        last = writer.replace(last, sources[n % 3].as_ref())?;
        let index = writer.commit()?.index;
        index.verify()?;
        assert_eq!((index.num_passages(), index.num_ids()), (3, 4 + n));
        assert!(!index.contains(PassageId(last.0 - 1)));
        let removed = index.locate(PassageId(last.0 - 1));
        assert!(matches!(removed, Ok(_) | Err(Error::DeletedPassage { .. })), "{removed:?}");
    }
    let files = std::fs::read_dir(folder.path())?.count();
    assert!(files <= 8, "{files} files");
    let mut writer = IndexWriter::open(folder.path())?;
    writer.delete(PassageId(7))?;
    writer.compact();
    let index = writer.commit()?.index;
    assert_eq!((index.num_passages(), index.has_deleted()), (3, false));
    assert_eq!(index.passage_ids().collect::<Vec<_>>(), [PassageId(0), PassageId(1), last]);
    Ok(())
}
