//! What a token of an encoded text is, and where it lies in the text.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// What a token of a query or of a passage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TokenRole {
    /// `[CLS]`, before every text.
    Class,
    /// The marker that says whether a text is a query or a passage.
    Marker,
    /// A token of the text.
    Text,
    /// `[SEP]`, after every text.
    Separator,
    /// `[MASK]`, which fills a query to its length.
    Mask,
}

/// What a token of an encoded text is, and where it lies in the text. See
/// [`Tokenizer::token_places`](crate::Tokenizer::token_places).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenPlace {
    /// What the token is.
    pub role: TokenRole,
    /// The bytes of the text; none for tokens that are not of the text, and for those without a place of their own,
    /// such as a part of a character.
    pub range: Option<Range<usize>>,
}

impl TokenPlace {
    /// A token that is not of the text.
    pub(super) fn outside(role: TokenRole) -> Self {
        Self { role, range: None }
    }
}
