//! What users of the crate may rely on, seen through its public surface.

mod bad_input;
mod bad_rows;
mod data;
mod gradient;
mod losses;
mod properties;
mod scratch;

type TestResult = Result<(), Box<dyn std::error::Error>>;
