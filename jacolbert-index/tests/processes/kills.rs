//! A writer that is killed at any moment, again and again.

use std::io::{Write, stdout};
use std::path::Path;
use std::time::{Duration, Instant};

use jacolbert_index::{Bits, BuildOptions, Embeddings, Error, Index, IndexBuilder, IndexWriter};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use crate::history::{Operation, Plain};
use crate::{Outcome, count, sample, start, whole_lines};

pub(crate) const WRITER: &str = "write-until-killed";

const BUILT: usize = 6;
/// So many kills hit one folder before the next is begun, so that segments do not pile up.
const KILLS_PER_FOLDER: usize = 8;

/// The child: builds, then adds, deletes, replaces and commits; each time it says what it tries and
/// that it is done.
pub(crate) fn write_until_killed(folder: &Path, seed: u64) -> Outcome {
    let sources = sample::passages(30, 41)?;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    if !Index::exists(folder) {
        build(folder, &sources)?;
    }
    // An end, should nobody kill it.
    for _ in 0..10_000 {
        let mut writer = IndexWriter::open(folder)?;
        let mut plain = Plain::attached(writer.index()).ok_or("no list")?;
        for _ in 0..rng.random_range(1..4) {
            let operation = operation(&plain, &mut rng);
            plain.apply(operation, &mut writer, &sources)?;
        }
        plain.attach(&mut writer);
        say(&format!("try {}", plain.to_text()))?;
        writer.commit()?;
        say("done")?;
    }
    Ok(())
}

fn build(folder: &Path, sources: &[Embeddings]) -> Outcome {
    let plain = Plain::built(BUILT);
    // So few that commits encode what others added, now and then; with so many bits that a token is
    // known again even where a codebook of few passages fits it badly.
    let options = BuildOptions { flat_tokens: 60, bits: Bits::Eight, ..Default::default() };
    let mut builder = IndexBuilder::create(folder, sample::DIM, options)?;
    sources[..BUILT].iter().try_for_each(|source| builder.add(source.as_ref()).map(|_| ()))?;
    builder.attach("list", plain.to_text().as_bytes());
    say(&format!("try {}", plain.to_text()))?;
    builder.build()?;
    say("done")
}

fn operation(plain: &Plain, rng: &mut ChaCha8Rng) -> Operation {
    let pick = rng.random_range(0..1000);
    let source = rng.random_range(0..1000);
    match rng.random_range(0..7) {
        6 => Operation::Compact,
        _ if plain.num_live() > 20 => Operation::Delete { pick },
        0 | 1 => Operation::Add { source },
        2 | 3 => Operation::Delete { pick },
        _ => Operation::Replace { pick, source },
    }
}

/// One write to the pipe, so that a line is there whole or not at all.
fn say(line: &str) -> Outcome {
    let mut out = stdout().lock();
    out.write_all(format!("{line}\n").as_bytes())?;
    Ok(out.flush()?)
}

/// Where the kills hit.
#[derive(Debug, Default)]
struct Hits {
    between_commits: usize,
    commit_not_there: usize,
    commit_there: usize,
}

pub(crate) fn law() -> Outcome {
    let num_kills = count("JACOLBERT_TEST_KILLS", 15)?;
    let sources = sample::passages(30, 41)?;
    let mut hits = Hits::default();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut folder = tempfile::tempdir()?;
    let mut acknowledged: Option<Plain> = None;
    for kill in 0..num_kills {
        if kill % KILLS_PER_FOLDER == 0 {
            (folder, acknowledged) = (tempfile::tempdir()?, None);
        }
        let index = folder.path().join("index");
        let tried = write_and_kill(&index, &mut acknowledged, &mut rng)?;
        let found = found(&index, &sources).map_err(|e| format!("kill {kill}: {e}"))?;
        let hit = match &tried {
            _ if found == acknowledged && tried.is_none() => &mut hits.between_commits,
            _ if found == acknowledged => &mut hits.commit_not_there,
            Some(_) if found == tried => &mut hits.commit_there,
            _ => return Err(format!("kill {kill}: {found:?} for {tried:?}").into()),
        };
        *hit += 1;
        acknowledged = found;
    }
    println!("{num_kills} kills: {hits:?}");
    Ok(())
}

/// Starts a writer, kills it at a random moment and returns what it was about to commit;
/// `acknowledged` becomes the last commit that it called done.
fn write_and_kill(
    folder: &Path,
    acknowledged: &mut Option<Plain>,
    rng: &mut ChaCha8Rng,
) -> Result<Option<Plain>, Box<dyn std::error::Error>> {
    let folder = folder.to_str().ok_or("folder name")?;
    let mut child = start(&[WRITER, folder, &rng.random_range(0..u64::MAX).to_string()])?;
    let mut lines = whole_lines(&mut child)?;
    let n_lines = rng.random_range(0..12);
    let spin = rng.random_range(0..25_000);
    let mut said: Vec<String> = lines.by_ref().take(n_lines).collect();
    let seen = Instant::now();
    let spin = Duration::from_micros(spin);
    while seen.elapsed() < spin {
        std::hint::spin_loop();
    }
    child.kill()?;
    said.extend(lines);
    let status = child.wait()?;
    if status.code().is_some() && cfg!(unix) {
        return Err(format!("the writer ended by itself: {status}").into());
    }
    let mut tried = None;
    for line in said {
        match line.strip_prefix("try ") {
            Some(list) => tried = Some(Plain::from_text(list).ok_or("a list that is none")?),
            None => *acknowledged = tried.take(),
        }
    }
    Ok(tried)
}

/// The state that a reader finds: vectors and attachment must agree.
fn found(
    folder: &Path,
    sources: &[Embeddings],
) -> Result<Option<Plain>, Box<dyn std::error::Error>> {
    let index = match Index::open(folder) {
        Err(Error::NotAnIndex { .. }) => return Ok(None),
        opened => opened?,
    };
    let list = Plain::attached(&index).ok_or("no list")?;
    list.compare(&index, sources)?;
    Ok(Some(list))
}
