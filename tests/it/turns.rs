//! Laws of changes that cannot wait for each other: they fail at once, and nothing hangs.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use jacolbert::{Collection, Document, Error};
use rayon::prelude::*;

use crate::sample::{TestResult, documents, retriever};

/// Time after which something hangs. It is long, since machines can be busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// What `work` returns, unless it hangs.
fn within_patience<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, is_done) = channel();
    let thread = thread::spawn(move || done.send(work()));
    let result = is_done.recv_timeout(PATIENCE).expect("the work ends");
    thread.join().expect("no panic").expect("the result was awaited");
    result
}

fn document(n: usize) -> Document {
    Document::new(format!("新{n}"), format!("第{n}の文書。"))
}

fn is_busy<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Busy { .. }))
}

/// Adds documents one by one on `num_threads` threads of a pool; which of them were added.
fn add_in_parallel(collection: &Collection, num_threads: usize) -> Vec<bool> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(num_threads).build().expect("threads");
    let add = |n| match collection.add([document(n)]) {
        Ok(_) => true,
        Err(Error::Busy { .. }) => false,
        Err(other) => panic!("{other}"),
    };
    pool.install(|| (0..24).into_par_iter().map(add).collect())
}

#[test]
fn changes_on_the_threads_of_a_pool_never_hang_and_are_whole_or_busy() -> TestResult {
    for num_threads in [1, 4] {
        let folder = tempfile::tempdir()?;
        let collection = retriever().index(folder.path(), documents())?.collection;
        let (collection, added) = within_patience(move || {
            let added = add_in_parallel(&collection, num_threads);
            (collection, added)
        });
        assert!(added.iter().any(|added| *added));
        for (n, added) in added.iter().enumerate() {
            assert_eq!(collection.contains(document(n).id)?, *added);
        }
        let num_added = added.iter().filter(|added| **added).count();
        assert_eq!(collection.num_documents(), 5 + num_added);
        collection.index().verify()?;
    }
    Ok(())
}

#[test]
fn a_thread_of_a_pool_does_not_wait_for_a_change_and_another_thread_does() -> TestResult {
    let folder = tempfile::tempdir()?;
    let collection = retriever().index(folder.path(), documents())?.collection;
    within_patience(move || -> Result<(), Error> {
        let (started, is_started) = channel();
        let (go_on, may_go_on) = channel::<()>();
        let shared = &collection;
        thread::scope(|scope| {
            let adding = scope.spawn(move || {
                let wait = |progress: jacolbert::Progress| {
                    if progress.done == 0 {
                        started.send(()).expect("the test waits");
                        may_go_on.recv().expect("the test answers");
                    }
                    ControlFlow::Continue(())
                };
                shared.update().on_progress(wait).add([document(0)])
            });
            is_started.recv().expect("the change begins");
            let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
            let (deleted, reloaded, compacted) = pool
                .install(|| (collection.delete(["湖"]), collection.reload(), collection.compact()));
            assert!(is_busy(&deleted) && is_busy(&reloaded) && is_busy(&compacted));
            let waiting = scope.spawn(|| collection.delete(["湖"]));
            go_on.send(()).expect("the change waits");
            adding.join().expect("no panic")?;
            waiting.join().expect("no panic")
        })?;
        assert_eq!(collection.num_documents(), 5);
        Ok(())
    })?;
    Ok(())
}

#[test]
fn a_callback_that_changes_its_own_collection_gets_an_error() -> TestResult {
    let folder = tempfile::tempdir()?;
    let on_disk = retriever().index(folder.path(), documents())?.collection;
    let in_memory = retriever().in_memory();
    within_patience(move || -> Result<(), Error> {
        let mut is_called = false;
        let change = |_| {
            is_called = true;
            assert!(is_busy(&on_disk.add([document(1)])) && is_busy(&on_disk.reload()));
            assert!(is_busy(&on_disk.delete(["湖"])) && is_busy(&on_disk.compact()));
            ControlFlow::Continue(())
        };
        on_disk.update().on_progress(change).add([document(0)])?;
        let clear = |_| {
            assert!(is_busy(&in_memory.clear()));
            ControlFlow::Continue(())
        };
        in_memory.update().on_progress(clear).add([document(0)])?;
        assert!(is_called);
        assert_eq!((on_disk.num_documents(), in_memory.num_documents()), (6, 1));
        // The turn ends with the change.
        on_disk.add([document(1)])?;
        in_memory.clear()
    })?;
    Ok(())
}

#[test]
fn a_collection_keeps_its_folder_when_the_process_changes_its_own() -> TestResult {
    let folder = tempfile::tempdir()?;
    retriever().index(folder.path(), documents())?;
    let up = std::env::current_dir()?.components().skip(1).map(|_| "..").collect::<Vec<_>>();
    let relative = Path::new(&up.join("/")).join(folder.path().strip_prefix("/")?);
    assert!(relative.is_relative());
    assert!(retriever().open(&relative)?.folder().is_absolute());
    assert!(Collection::open(&relative)?.folder().is_absolute());
    let made = relative.join("made");
    assert!(retriever().index(&made, documents())?.collection.folder().is_absolute());
    Ok(())
}
