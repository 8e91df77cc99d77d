//! Interruptions and kills, at which nothing is lost and nothing half-written remains.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Stdio};
use std::time::{Duration, Instant};

use crate::TestResult;
use crate::program::{DOCUMENTS, Ended, Place, model};

const NEW: &str = "{\"id\": \"川\", \"text\": \"信濃川は日本で最も長い川である。\"}\n";

/// A run that waits for more of its input, and catches interruptions.
struct Waiting {
    child: Child,
    stdin: ChildStdin,
}

impl Waiting {
    fn start(
        place: &Place,
        args: &[&str],
        input: &str,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let mut child = place.command(args).stdin(Stdio::piped()).spawn()?;
        let mut stdin = child.stdin.take().ok_or("no standard input")?;
        stdin.write_all(input.as_bytes())?;
        let deadline = Instant::now() + Duration::from_secs(60);
        while !catches_interruptions(child.id())? {
            assert!(Instant::now() < deadline, "the program does not start");
            std::thread::yield_now();
        }
        Ok(Self { child, stdin })
    }

    fn interrupt(&self) -> TestResult {
        send_interruption(&self.child)
    }

    /// Waits until the program has noticed the interruption.
    fn wait_until_noticed(&mut self) -> TestResult {
        let stderr = self.child.stderr.as_mut().ok_or("no standard error")?;
        let mut stderr = BufReader::new(stderr).lines();
        let noticed =
            stderr.find_map(|line| line.ok().filter(|line| line.contains("Ctrl-C again")));
        assert!(noticed.is_some());
        Ok(())
    }

    /// Ends the input and waits for the end of the program.
    fn end(self) -> std::io::Result<Ended> {
        drop(self.stdin);
        Ended::of(self.child)
    }
}

/// Sends SIGINT to a child, as Ctrl-C does.
pub(crate) fn send_interruption(child: &Child) -> TestResult {
    let id = i32::try_from(child.id())?;
    // SAFETY: `kill` has no precondition; nobody has waited for the child, so that its id is its own.
    #[expect(unsafe_code, reason = "the standard library sends no signal")]
    let sent = unsafe { libc::kill(id, libc::SIGINT) };
    assert_eq!(sent, 0);
    Ok(())
}

/// Whether the process has a handler for SIGINT.
fn catches_interruptions(process: u32) -> Result<bool, Box<dyn std::error::Error>> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let caught = u64::from_str_radix(caught.ok_or("no signals")?.trim(), 16)?;
    Ok(caught & (1 << (libc::SIGINT - 1)) != 0)
}

#[test]
fn an_interrupted_index_leaves_no_collection_and_can_be_repeated() -> TestResult {
    let place = Place::new()?;
    let args = ["index", "-m", &model(), "-"];
    let mut waiting = Waiting::start(&place, &args, DOCUMENTS)?;
    waiting.interrupt()?;
    waiting.wait_until_noticed()?;
    waiting.end()?.check(130);
    place.run(["search", "山"])?.check_error(3, "there is no collection");
    place.run_with_input(args, DOCUMENTS)?.check(0);
    place.run(["verify"])?.check(0);
    Ok(())
}

#[test]
fn an_interrupted_add_changes_nothing() -> TestResult {
    let place = Place::with_collection()?;
    let mut waiting = Waiting::start(&place, &["add", "-"], NEW)?;
    waiting.interrupt()?;
    waiting.wait_until_noticed()?;
    waiting.end()?.check(130);
    check_unchanged(&place)
}

#[test]
fn a_second_interruption_ends_at_once_and_changes_nothing() -> TestResult {
    let place = Place::with_collection()?;
    let mut waiting = Waiting::start(&place, &["add", "-"], NEW)?;
    waiting.interrupt()?;
    waiting.wait_until_noticed()?;
    waiting.interrupt()?;
    // The input is still open.
    assert_eq!(waiting.child.wait()?.code(), Some(130));
    check_unchanged(&place)
}

#[test]
fn a_killed_add_changes_nothing_and_keeps_what_was_acknowledged() -> TestResult {
    let place = Place::with_collection()?;
    place.run_with_input(["add", "-"], NEW)?.check(0);
    let mut waiting = Waiting::start(&place, &["add", "-"], &NEW.replace('川', "河"))?;
    waiting.child.kill()?;
    waiting.child.wait()?;
    assert_eq!(place.info()?["num_documents"], 4);
    place.run(["verify"])?.check(0);
    place.run_with_input(["add", "-"], &NEW.replace('川', "河"))?.check(0);
    Ok(())
}

/// The collection has its documents, is undamaged, and takes new ones.
fn check_unchanged(place: &Place) -> TestResult {
    assert_eq!(place.info()?["num_documents"], 3);
    place.run(["verify"])?.check(0);
    place.run(["search", "山"])?.check(0);
    place.run_with_input(["add", "-"], NEW)?.check(0);
    assert_eq!(place.info()?["num_documents"], 4);
    Ok(())
}
