//! Public behaviour of the crate.

#![allow(missing_docs)]

#[cfg(feature = "json")]
mod architectures;
mod cases;
mod corrupt_dictionary;
mod dictionary_kinds;
mod files_of_people;
mod fuzz;
mod ignorable;
#[cfg(feature = "json")]
mod json;
mod offsets;
mod real;
mod reference_cases;
#[cfg(feature = "json")]
mod sentencepiece;
mod small_dictionary;
mod text_tokenizer;
mod tokenizer_files;

type TestResult = Result<(), Box<dyn std::error::Error>>;
