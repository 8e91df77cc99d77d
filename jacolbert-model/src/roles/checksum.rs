//! The checksum of what decides which ids a text gets.

use jacolbert_core::Checksum;
use jacolbert_tokenizer::{Error, TextTokenizer};

use crate::reference_texts::{PASSAGES, QUERIES};

/// Adds every token with its id, in the order of the ids.
pub(super) fn add_tokens(checksum: &mut Checksum, tokenizer: &TextTokenizer) {
    let mut tokens = tokenizer.tokens();
    tokens.sort_unstable();
    for (id, token) in &tokens {
        checksum.ids(&[*id]);
        checksum.text(token);
    }
}

/// Adds the ids of some texts, which stand for the rules between text and tokens.
pub(super) fn add_reference_ids(
    checksum: &mut Checksum,
    tokenizer: &TextTokenizer,
) -> Result<(), Error> {
    for text in QUERIES.iter().chain(&PASSAGES) {
        checksum.ids(&tokenizer.encode(text)?);
    }
    Ok(())
}
