//! Laws of the public surface of jacolbert-documents.

#[cfg(feature = "filter")]
mod columns;
mod fields;
mod filters;
mod growth;
mod quotes;
mod ragatouille;
mod readers;
mod reading;
mod store;
#[cfg(feature = "words")]
mod words;

type TestResult = Result<(), Box<dyn std::error::Error>>;
