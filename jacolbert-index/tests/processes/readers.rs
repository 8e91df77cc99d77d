//! Readers in many threads and in a second process, beside a writer.

use std::io::{Read, Write, stdin};
use std::path::Path;
use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use jacolbert_index::{Bits, CentroidId, Embeddings, Index, IndexWriter, PassageId};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use crate::history::{Operation, Plain};
use crate::{Outcome, count, sample, start, whole_lines};

pub(crate) const READER: &str = "read-until-told";

const BUILT: usize = 20;

/// The child: opens the index again and again until its input ends, and prints how often.
pub(crate) fn read_until_told(folder: &Path) -> Outcome {
    let sources = sample::passages(30, 43)?;
    let told = AtomicBool::new(false);
    let num_opened = thread::scope(|scope| {
        scope.spawn(|| {
            let _until_it_ends = stdin().read_to_end(&mut Vec::new());
            told.store(true, Ordering::Relaxed);
        });
        open_until(&told, folder, &sources)
    })?;
    println!("{num_opened}");
    Ok(())
}

/// Opens the index until `told` and checks that vectors and attachment agree each time.
fn open_until(told: &AtomicBool, folder: &Path, sources: &[Embeddings]) -> Result<usize, String> {
    let mut num_opened = 0;
    while num_opened == 0 || !told.load(Ordering::Relaxed) {
        let index = Index::open(folder).map_err(|error| format!("{error:?}"))?;
        let list = Plain::attached(&index).unwrap_or_else(|| Plain::built(BUILT));
        list.compare(&index, sources)?;
        num_opened += 1;
    }
    Ok(num_opened)
}

/// All that a reader can get out of an index.
#[derive(Debug, PartialEq)]
struct Answers {
    passages: Vec<(PassageId, Embeddings)>,
    cells: Vec<PassageId>,
    list: Option<Plain>,
}

fn answers(index: &Index) -> Result<Answers, jacolbert_index::Error> {
    let mut cells = Vec::new();
    let num_centroids = index.codec().map_or(0, |codec| codec.num_centroids());
    for segment in index.segments() {
        for centroid in (0..num_centroids as u32).map(CentroidId) {
            cells.extend(segment.cell(centroid)?.map(|position| segment.passage_id(position)));
        }
    }
    let passages = index
        .passage_ids()
        .map(|passage| Ok::<_, jacolbert_index::Error>((passage, index.decode(passage)?)));
    Ok(Answers {
        passages: passages.collect::<Result<_, _>>()?,
        cells,
        list: Plain::attached(index),
    })
}

fn answer_until(told: &AtomicBool, index: &Index, expected: &Answers) -> Result<usize, String> {
    let mut num_asked = 0;
    while num_asked == 0 || !told.load(Ordering::Relaxed) {
        let found = answers(index).map_err(|error| format!("{error:?}"))?;
        if found != *expected {
            return Err(format!("an open index changed: {found:?}"));
        }
        num_asked += 1;
    }
    Ok(num_asked)
}

pub(crate) fn law() -> Outcome {
    let num_changes = count("JACOLBERT_TEST_CHANGES", 40)?;
    let sources = sample::passages(30, 43)?;
    let folder = tempfile::tempdir()?;
    sample::index(&sources[..BUILT], sample::options(Bits::Eight))?.save(folder.path())?;
    let before = Index::open(folder.path())?;
    let expected = answers(&before)?;
    let mut other_process = start(&[READER, folder.path().to_str().ok_or("folder name")?])?;
    let told = AtomicBool::new(false);
    let plain = thread::scope(|scope| {
        let askers: Vec<_> =
            (0..3).map(|_| scope.spawn(|| answer_until(&told, &before, &expected))).collect();
        let openers: Vec<_> =
            (0..3).map(|_| scope.spawn(|| open_until(&told, folder.path(), &sources))).collect();
        let plain = change(num_changes, folder.path(), &sources);
        told.store(true, Ordering::Relaxed);
        for reader in askers.into_iter().chain(openers) {
            reader.join().map_err(|_| "a reader panicked")??;
        }
        plain
    })?;
    let num_opened = end(&mut other_process)?;
    assert_eq!(answers(&before)?, expected, "opened before all changes");
    plain.compare(&Index::open(folder.path())?, &sources)?;
    println!("{num_changes} changes, opened {num_opened} times by another process meanwhile");
    Ok(())
}

/// Adds and deletes, each in a commit of its own.
fn change(
    num_changes: usize,
    folder: &Path,
    sources: &[Embeddings],
) -> Result<Plain, Box<dyn std::error::Error>> {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let mut plain = Plain::built(BUILT);
    for n in 0..num_changes {
        let mut writer = IndexWriter::open(folder)?;
        let any = rng.random_range(0..1000);
        let operation = match n % 2 {
            0 => Operation::Add { source: any },
            _ => Operation::Delete { pick: any },
        };
        plain.apply(operation, &mut writer, sources)?;
        plain.attach(&mut writer);
        writer.commit()?;
    }
    Ok(plain)
}

/// Ends the reader's input and returns how often it opened the index.
fn end(reader: &mut Child) -> Result<usize, Box<dyn std::error::Error>> {
    reader.stdin.take().ok_or("no pipe")?.flush()?;
    let line = whole_lines(reader)?.next().ok_or("the other process read nothing")?;
    if !reader.wait()?.success() {
        return Err("the other process failed".into());
    }
    Ok(line.parse()?)
}
