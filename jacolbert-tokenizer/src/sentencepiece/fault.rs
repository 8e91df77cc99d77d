//! What can be wrong with a SentencePiece model file.

/// Why a file cannot be used as a SentencePiece model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SentencePieceFault {
    /// A message ends inside one of its fields.
    #[error("`{message}` ends inside a field, at byte {at} of it")]
    Truncated {
        /// The message of SentencePiece's `sentencepiece_model.proto`.
        message: &'static str,
        /// Where the field begins in the message.
        at: usize,
    },
    /// A field has another type than the format gives it, or a number that no field has.
    #[error("field {field} of `{message}` has the wire type {found}")]
    WireType {
        /// The message.
        message: &'static str,
        /// The field's number.
        field: u64,
        /// The type in the file.
        found: u8,
    },
    /// A value of the model is not supported.
    #[error("`{field}` is {found}; it must be {expected}")]
    Value {
        /// The field.
        field: &'static str,
        /// Its value.
        found: String,
        /// The values that are supported.
        expected: &'static str,
    },
    /// A value of a piece is not supported.
    #[error("`{field}` of piece {piece} is {found}; it must be {expected}")]
    Piece {
        /// The piece's number, from 0.
        piece: usize,
        /// The field.
        field: &'static str,
        /// Its value.
        found: String,
        /// The values that are supported.
        expected: &'static str,
    },
    /// Two pieces are the same.
    #[error("piece {piece} is {text:?}, as an earlier one or a token of the class is")]
    Duplicate {
        /// The second piece's number, from 0.
        piece: usize,
        /// Both pieces.
        text: String,
    },
    /// The compiled normalizer is damaged.
    #[error("`precompiled_charsmap` is {what}")]
    Normalizer {
        /// What is wrong with it.
        what: String,
    },
    /// The settings give a token another id than the model.
    #[error(
        "the settings give the token {token:?} the id {found}; with this model it has {expected}"
    )]
    NamedToken {
        /// The token.
        token: String,
        /// The id in the settings.
        found: u32,
        /// The id that follows from the model.
        expected: usize,
    },
}
