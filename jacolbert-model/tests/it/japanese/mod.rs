//! `JapaneseTokenizer`, seen through its public items.

mod checkpoint;
mod corrupt_dictionary;
mod fuzz;
mod real;
mod reference_cases;
mod reference_encodings;
pub(crate) mod small_dictionary;
mod tokenizer_files;
