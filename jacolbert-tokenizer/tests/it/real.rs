//! The real dictionary and vocabulary, for the tests that need them.

use std::path::PathBuf;

use jacolbert_testing::data::{dictionary, shared};
use jacolbert_tokenizer::JapaneseTokenizer;

/// The tokenizer of the JaColBERT family and the folder with its reference cases; `None`, which is printed, if the
/// dictionary or the folder is missing.
pub(super) fn tokenizer() -> Option<(JapaneseTokenizer, PathBuf)> {
    let data = shared("tokenizer")?;
    let tokenizer = JapaneseTokenizer::from_dir(&data, &dictionary()?).expect("the tokenizer");
    Some((tokenizer, data))
}
