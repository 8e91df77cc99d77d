//! A writer of documents that is killed at any moment, again and again.
//!
//! This program starts itself again as the writer. Every commit of the writer adds, replaces or deletes a
//! document and joins small blocks. After each kill the folder must have exactly the documents of the last
//! commit that the writer called done, or of the one that it was making.

use std::error::Error as StdError;
use std::io::{self, BufRead, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

#[path = "../it/growth.rs"]
#[expect(dead_code, reason = "its tests are those of the program `it`")]
mod growth;

use growth::{Operation, Plain};

type TestResult = Result<(), Box<dyn StdError>>;

const WRITER: &str = "write-until-killed";
const LAW: &str = "a_killed_writer_loses_no_document_and_doubles_none";

fn main() -> TestResult {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [WRITER, folder, seed] => write_until_killed(Path::new(folder), seed.parse()?),
        _ if arguments.iter().any(|argument| argument == "--list") => {
            println!("{LAW}: test");
            Ok(())
        }
        _ => {
            let picks = arguments.iter().filter(|argument| !argument.starts_with('-'));
            if picks.into_iter().all(|pick| LAW.contains(pick.as_str())) {
                law()?;
                println!("test {LAW} ... ok");
            }
            Ok(())
        }
    }
}

fn write_until_killed(folder: &Path, seed: u64) -> TestResult {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut plain = read(folder)?;
    // An end, should nobody kill it.
    for _ in 0..10_000 {
        let operation = match rng.random_range(0..12) {
            0 => Operation::Compact,
            9.. => {
                Operation::Describe { id: rng.random_range(0..30), year: rng.random_range(0..20) }
            }
            1 | 2 => Operation::Delete { id: rng.random_range(0..30) },
            _ => {
                Operation::Put { id: rng.random_range(0..30), num_passages: rng.random_range(1..4) }
            }
        };
        let writer = growth::apply(folder, operation, &mut plain)?;
        say(&format!("try {}", serde_json::to_string(&plain)?))?;
        writer.commit()?;
        say("done")?;
    }
    Ok(())
}

/// One write to the pipe, so that a line is there whole or not at all.
fn say(line: &str) -> TestResult {
    let mut out = io::stdout().lock();
    out.write_all(format!("{line}\n").as_bytes())?;
    Ok(out.flush()?)
}

/// The documents that the folder has.
fn read(folder: &Path) -> Result<Plain, Box<dyn StdError>> {
    let (index, documents) = growth::open(folder)?;
    let mut plain = Plain::new();
    for id in index.passage_ids() {
        let passage = documents.passage(id)?;
        let document = plain.entry(passage.document_id.to_owned()).or_default();
        passage.metadata.clone_into(&mut document.metadata);
        document.passages.push((id.0, passage.text.to_owned()));
    }
    Ok(plain)
}

fn law() -> TestResult {
    let num_kills: usize =
        std::env::var("JACOLBERT_TEST_KILLS").map_or(Ok(12), |count| count.parse())?;
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let folder = tempfile::tempdir()?;
    growth::build(folder.path())?;
    let mut acknowledged = Plain::new();
    let mut num_unfinished = 0;
    for kill in 0..num_kills {
        let tried = write_and_kill(folder.path(), &mut acknowledged, &mut rng)?;
        let found = read(folder.path())?;
        growth::compare(folder.path(), &found)?;
        if found != acknowledged && Some(&found) != tried.as_ref() {
            return Err(format!("kill {kill}: {found:?}, not {acknowledged:?} or {tried:?}").into());
        }
        num_unfinished += usize::from(tried.is_some());
        acknowledged = found;
        let num_blocks = growth::open(folder.path())?.1.blocks().len();
        assert!(num_blocks <= 8, "{num_blocks} blocks");
    }
    println!("{num_kills} kills, {num_unfinished} of them within a commit");
    Ok(())
}

/// Starts a writer, kills it at a random moment and returns what it was about to commit; `acknowledged`
/// becomes the last commit that it called done.
fn write_and_kill(
    folder: &Path,
    acknowledged: &mut Plain,
    rng: &mut ChaCha8Rng,
) -> Result<Option<Plain>, Box<dyn StdError>> {
    let folder = folder.to_str().ok_or("folder name")?;
    let seed = rng.random_range(0..u64::MAX).to_string();
    let mut command = Command::new(std::env::current_exe()?);
    let mut child = command.args([WRITER, folder, &seed]).stdout(Stdio::piped()).spawn()?;
    let mut output = io::BufReader::new(child.stdout.take().ok_or("no pipe")?);
    let mut lines = std::iter::from_fn(move || {
        let mut line = String::new();
        let read = output.read_line(&mut line).ok()?;
        // A line that was cut short by the kill is left out.
        (read > 0 && line.ends_with('\n')).then(|| line.trim_end().to_string())
    });
    let num_lines = rng.random_range(0..30);
    let mut said: Vec<String> = lines.by_ref().take(num_lines).collect();
    let seen = Instant::now();
    let spin = Duration::from_micros(rng.random_range(0..15_000));
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
            Some(plain) => tried = Some(serde_json::from_str(plain)?),
            None => *acknowledged = tried.take().ok_or("done before anything was tried")?,
        }
    }
    Ok(tried)
}
