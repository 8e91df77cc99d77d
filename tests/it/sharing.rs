//! Laws of a collection that several threads, handles or processes use at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;

use jacolbert::index::{Error as IndexError, IndexWriter};
use jacolbert::{Collection, Document, Error, Hit, Hits};

use crate::sample::{TestResult, documents, retriever};

const QUERY: &str = "日本で一番高い山は？";

/// Two documents of one commit.
fn pair(n: usize) -> [Document; 2] {
    ["左", "右"].map(|side| Document::new(format!("{side}{n}"), format!("第{n}の文書。")))
}

/// Whether the hits are those of a whole commit: both documents of a pair, or none.
fn is_whole(hits: &Hits, num_pairs: usize) -> bool {
    let has = |id: String| hits.iter().any(|hit: &Hit| hit.document_id == id);
    (0..num_pairs).all(|n| has(format!("左{n}")) == has(format!("右{n}")))
}

#[test]
fn every_search_sees_one_whole_state_while_another_thread_adds() -> TestResult {
    let num_pairs = 6;
    let folder = tempfile::tempdir()?;
    let collection = Arc::new(retriever().index(folder.path(), documents())?.collection);
    let done = Arc::new(AtomicBool::new(false));
    let search = move |collection: Arc<Collection>, done: Arc<AtomicBool>| {
        let mut num_searches = 0;
        let mut last = 0;
        while !done.load(Ordering::Acquire) || num_searches == 0 {
            let hits = collection.search(QUERY, 100)?;
            assert!(is_whole(&hits, num_pairs), "{hits:?}");
            assert!(hits.len() >= last, "a handle never goes back to an older state");
            last = hits.len();
            num_searches += 1;
        }
        Ok::<usize, Error>(num_searches)
    };
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let collection = collection.clone();
            let done = done.clone();
            thread::spawn(move || search(collection, done))
        })
        .collect();
    for n in 0..num_pairs {
        collection.add(pair(n))?;
    }
    collection.compact()?;
    done.store(true, Ordering::Release);
    for thread in threads {
        assert!(thread.join().expect("no panic")? > 0);
    }
    assert_eq!(collection.search(QUERY, 100)?.len(), 5 + 2 * num_pairs);
    collection.index().verify()?;
    Ok(())
}

#[test]
fn threads_that_change_one_handle_take_turns() -> TestResult {
    let folder = tempfile::tempdir()?;
    let on_disk = retriever().index(folder.path(), documents())?.collection;
    let in_memory = retriever().in_memory();
    thread::scope(|scope| {
        let disk = (0..4).map(|n| {
            scope.spawn({
                let c = &on_disk;
                move || c.add(pair(n))
            })
        });
        let disk: Vec<_> = disk.collect();
        let memory = (0..4).map(|n| {
            scope.spawn({
                let c = &in_memory;
                move || c.add(pair(n))
            })
        });
        let memory: Vec<_> = memory.collect();
        let mut all = disk.into_iter().chain(memory);
        all.try_for_each(|thread| thread.join().expect("no panic").map(|_| ()))
    })?;
    assert_eq!((on_disk.num_documents(), in_memory.num_documents()), (13, 8));
    Ok(())
}

#[test]
fn a_search_keeps_the_state_that_it_began_with() -> TestResult {
    let folder = tempfile::tempdir()?;
    let collection = retriever().index(folder.path(), documents())?.collection;
    // A run goes through the queries in rounds. The collection changes between two of them.
    let queries: Vec<_> = (0..200).map(|n| jacolbert::Query::new(n.to_string(), QUERY)).collect();
    let mut changed = false;
    let runner = collection.runner(&queries).k(100).on_progress(|_| {
        if !std::mem::replace(&mut changed, true) {
            collection.delete(["湖"]).expect("a deletion");
            collection.compact().expect("a compaction");
        }
        std::ops::ControlFlow::Continue(())
    });
    let run = runner.run("mini")?.run;
    let num_results = |query| run.ranking(query).map(|ranking| ranking.len());
    assert_eq!((num_results("0"), num_results("199")), (Some(5), Some(5)));
    assert_eq!(collection.search(QUERY, 100)?.len(), 4);
    Ok(())
}

#[test]
fn a_handle_sees_its_own_commits_at_once_and_others_after_reload() -> TestResult {
    let folder = tempfile::tempdir()?;
    let ours = retriever().index(folder.path(), documents())?.collection;
    let theirs = Collection::open(folder.path())?;
    ours.add(pair(0))?;
    assert_eq!((ours.num_documents(), theirs.num_documents()), (7, 5));
    assert!(!theirs.contains("左0")?);
    assert_eq!(theirs.search(QUERY, 100)?.len(), 5);
    theirs.reload()?;
    assert_eq!((theirs.num_documents(), theirs.search(QUERY, 100)?.len()), (7, 7));

    // A change starts from the latest commit, whoever made it.
    theirs.delete(["左0"])?;
    ours.add(pair(1))?;
    assert_eq!(ours.num_documents(), 8);
    assert!(!ours.contains("左0")?);
    Ok(())
}

#[test]
fn a_change_that_fails_leaves_the_handle_at_its_state() -> TestResult {
    let folder = tempfile::tempdir()?;
    let ours = retriever().index(folder.path(), documents())?.collection;
    let theirs = retriever().open(folder.path())?;
    theirs.add(pair(0))?;
    assert!(matches!(ours.delete(["知らない"]), Err(Error::UnknownId { .. })));
    assert_eq!(ours.num_documents(), 5);
    Ok(())
}

#[test]
fn a_second_writer_of_a_folder_is_locked_out() -> TestResult {
    let folder = tempfile::tempdir()?;
    let collection = retriever().index(folder.path(), documents())?.collection;
    let writer = IndexWriter::open(folder.path())?;
    let added = collection.add(pair(0));
    assert!(matches!(added, Err(Error::Index(IndexError::Locked { .. }))), "{added:?}");
    assert_eq!(collection.search(QUERY, 100)?.len(), 5, "searches do not need the lock");
    drop(writer);

    // Two handles: the second one tries while the first one is adding.
    let second = retriever().open(folder.path())?;
    let (started, is_started) = channel();
    let (go_on, may_go_on) = channel();
    thread::scope(|scope| -> TestResult {
        let collection = &collection;
        let adding = scope.spawn(move || {
            let wait = |progress: jacolbert::Progress| {
                if progress.done == 0 {
                    started.send(()).expect("the test waits");
                    may_go_on.recv().expect("the test answers");
                }
                std::ops::ControlFlow::Continue(())
            };
            collection.update().on_progress(wait).add(pair(0))
        });
        is_started.recv()?;
        let locked = second.delete(["湖"]);
        go_on.send(())?;
        assert!(matches!(locked, Err(Error::Index(IndexError::Locked { .. }))), "{locked:?}");
        adding.join().expect("no panic")?;
        Ok(())
    })?;
    second.delete(["湖"])?;
    assert_eq!(second.num_documents(), 6);
    Ok(())
}

#[test]
fn a_panic_in_a_callback_leaves_the_collection_usable() -> TestResult {
    let collection = retriever().in_memory();
    let panicked = thread::scope(|scope| {
        let add = || collection.update().on_progress(|_| panic!("of a callback")).add(pair(0));
        scope.spawn(add).join().is_err()
    });
    assert!(panicked);
    assert_eq!(collection.num_documents(), 0);
    collection.add(pair(1))?;
    assert_eq!(collection.num_documents(), 2);
    Ok(())
}
