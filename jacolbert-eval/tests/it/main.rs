//! The public API of jacolbert-eval.

use std::io::Write;

mod bad_input;
mod comparison;
mod formats;
mod jqara;
mod oracle;
mod plot;
mod policies;
mod readers;

type TestResult = Result<(), Box<dyn std::error::Error>>;

/// Says on the terminal itself, which the test harness does not capture, what could not be tested.
fn skipped(path: &str, consequence: &str) {
    let _ = writeln!(std::io::stderr(), "SKIPPED: {path} {consequence}");
}
