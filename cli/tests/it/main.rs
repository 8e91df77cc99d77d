//! Laws of the program `jacolbert`, which these tests run as users do.

mod bad_input;
mod changes;
mod collections;
mod formats;
mod imports;
mod interruption;
mod measuring;
mod program;
mod searching;
mod serving;

type TestResult = Result<(), Box<dyn std::error::Error>>;
