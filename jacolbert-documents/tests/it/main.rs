//! Laws of the public surface of jacolbert-documents.

mod reading;
mod store;

type TestResult = Result<(), Box<dyn std::error::Error>>;
