//! The public API of jacolbert-reproduction, on small collections in the real formats.

mod bad_input;
mod collections;
mod dense;
mod experiments;
mod folder;
mod python_random;
mod readers;

type TestResult = Result<(), Box<dyn std::error::Error>>;
