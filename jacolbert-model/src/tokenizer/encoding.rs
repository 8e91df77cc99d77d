//! One text as the model reads it.

/// Token ids of one text, with markers and filling, and what the model does with each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoding {
    /// Token ids, `[tokens]`.
    pub ids: Vec<u32>,
    /// `[tokens]`: whether the other tokens see this one.
    pub attention: Vec<bool>,
    /// `[tokens]`: whether this token's embedding counts in MaxSim.
    pub keep: Vec<bool>,
    /// Tokens at the text's end for which there was no room.
    pub tokens_cut: usize,
}
