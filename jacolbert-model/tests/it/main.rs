//! What users of the crate may rely on, seen through its public surface.

mod damage;
mod encoding;
mod japanese;
mod layouts;
mod reference;
mod scores;
mod settings;
mod text;
mod tiny;

type TestResult = Result<(), Box<dyn std::error::Error>>;
