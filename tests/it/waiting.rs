//! Laws of writers that wait for the lock of a folder.

use std::ops::ControlFlow;
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use jacolbert::index::Error as IndexError;
use jacolbert::{Collection, Document, Error};

use crate::sample::{TestResult, documents, retriever};

fn is_locked<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Index(IndexError::Locked { .. })))
}

/// Two handles of one folder. While the first adds a document, `meanwhile` gets the second, and a call
/// after which the first goes on.
fn while_locked(
    meanwhile: impl FnOnce(&Collection, &dyn Fn()) -> Result<(), Error> + Send,
) -> Result<usize, Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let first = retriever().index(folder.path(), documents())?.collection;
    let second = retriever().open(folder.path())?;
    let (started, is_started) = channel();
    let (go_on, may_go_on) = channel::<()>();
    thread::scope(|scope| -> Result<(), Error> {
        let first = &first;
        let adding = scope.spawn(move || {
            let wait = |progress: jacolbert::Progress| {
                if progress.done == 0 {
                    started.send(()).expect("the test waits");
                    may_go_on.recv().expect("the test answers");
                }
                ControlFlow::Continue(())
            };
            first.update().on_progress(wait).add([Document::new("川", "信濃川は長い。")])
        });
        is_started.recv().expect("the change begins");
        let go_on = || go_on.send(()).expect("the change waits");
        let result = meanwhile(&second, &go_on);
        adding.join().expect("no panic")?;
        result
    })?;
    Ok(retriever().open(folder.path())?.num_documents())
}

#[test]
fn a_writer_that_does_not_wait_fails_at_once_and_one_that_waits_after_its_time() -> TestResult {
    let num_documents = while_locked(|second, go_on| {
        assert!(is_locked(&second.delete(["湖"])));
        let start = Instant::now();
        let wait = Duration::from_millis(30);
        assert!(is_locked(&second.update().wait(wait).delete(["湖"])));
        assert!(start.elapsed() >= wait);
        assert!(is_locked(&second.update().wait(wait).compact()));
        assert!(is_locked(&second.update().wait(wait).upsert([Document::new("湖", "湖。")])));
        go_on();
        Ok(())
    })?;
    assert_eq!(num_documents, 6);
    Ok(())
}

#[test]
fn a_writer_that_waits_makes_its_change_on_the_commit_before() -> TestResult {
    let num_documents = while_locked(|second, go_on| {
        thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                let update = second.update().wait(Duration::from_secs(60));
                update.delete(["湖", "茶"])
            });
            go_on();
            waiting.join().expect("no panic")
        })?;
        assert!(second.contains("川")? && !second.contains("湖")?);
        Ok(())
    })?;
    assert_eq!(num_documents, 4);
    Ok(())
}

#[test]
fn a_collection_in_memory_has_nothing_to_wait_for() -> TestResult {
    let memory = retriever().in_memory();
    memory.update().wait(Duration::MAX).add(documents())?;
    memory.update().wait(Duration::MAX).delete(["湖"])?;
    assert_eq!(memory.num_documents(), 4);
    Ok(())
}
