//! A passage of a foreign index, as that index keeps it.

/// Codes of one passage: a centroid a token, and a level a component.
///
/// A passage that was deleted has no token.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlaidPassage {
    /// Number of each token's centroid, `[tokens]`.
    pub codes: Vec<u32>,
    /// Number of each component's bucket weight, `[tokens, dim]`, row-major.
    pub levels: Vec<u8>,
}

impl PlaidPassage {
    /// Number of tokens.
    pub fn num_tokens(&self) -> usize {
        self.codes.len()
    }
}
