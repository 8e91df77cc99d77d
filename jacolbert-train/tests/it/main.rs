//! What users of the crate may rely on, seen through its public surface.

mod averaging;
mod bad_input;
mod bad_rows;
mod checkpoints;
mod curve;
mod data;
mod gradient;
mod losses;
mod prepare;
mod prolonging;
mod properties;
mod readers;
mod resuming;
mod scratch;
mod settings;
mod starting;
mod tiny;
mod training;

type TestResult = Result<(), Box<dyn std::error::Error>>;
