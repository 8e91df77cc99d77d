//! Why a model cannot take an encoding.

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
    /// There is no token, or more tokens than positions of the model.
    #[error("has {tokens} tokens; the model takes from 1 to {positions}")]
    Tokens {
        /// Number of tokens.
        tokens: usize,
        /// Number of positions of the model.
        positions: usize,
    },
    /// The model has no embedding for a token.
    #[error("has id {id} at token {token}, the model has {vocab_size} embeddings")]
    Id {
        /// Position of the token, from 0.
        token: usize,
        /// Its id.
        id: u32,
        /// Number of tokens with an embedding.
        vocab_size: usize,
    },
}
