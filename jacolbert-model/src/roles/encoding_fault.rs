//! Why a model cannot take the tokens that it was given.

/// Why a model cannot take an [`Encoding`](crate::Encoding).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodingFault {
    /// The three lists differ in length.
    #[error(
        "has {ids} ids, {attention} attention flags and {keep} keep flags; the numbers must be equal"
    )]
    Lengths {
        /// Length of [`Encoding::ids`](crate::Encoding::ids).
        ids: usize,
        /// Length of [`Encoding::attention`](crate::Encoding::attention).
        attention: usize,
        /// Length of [`Encoding::keep`](crate::Encoding::keep).
        keep: usize,
    },
    /// There is no token, or there are more than the model has positions.
    #[error("has {tokens} tokens; the model takes from 1 to {positions}")]
    Tokens {
        /// Its tokens.
        tokens: usize,
        /// Positions of the model.
        positions: usize,
    },
    /// A token that the model has no embedding for.
    #[error("has id {id} at token {token}, the model has {vocab_size} embeddings")]
    Id {
        /// The token's place, from 0.
        token: usize,
        /// Its id.
        id: u32,
        /// Tokens that the model knows.
        vocab_size: usize,
    },
}
