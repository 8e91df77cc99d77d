//! The public API of jacolbert-baselines.

use std::io::Write;

mod bad_input;
mod beir;
mod figures;
mod oracle;
mod tantivy_scores;

type TestResult = Result<(), Box<dyn std::error::Error>>;

/// Says on the terminal itself, which the test harness does not capture, what could not be tested.
fn skipped(path: &str, consequence: &str) {
    let _ = writeln!(std::io::stderr(), "SKIPPED: {path} {consequence}");
}
