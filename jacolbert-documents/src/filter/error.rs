//! What can be wrong with the text of a filter.

use std::convert::Infallible;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A place in the text of a filter.
///
/// ```
/// use jacolbert_documents::Filter;
///
/// let error = "年 >= 2020 AND".parse::<Filter>().unwrap_err();
/// assert_eq!((error.position.byte, error.position.column), (15, 14));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilterPosition {
    /// Bytes before it.
    pub byte: usize,
    /// Its character, from 1.
    pub column: usize,
}

/// Why a text is no filter, and where.
///
/// ```
/// use jacolbert_documents::Filter;
///
/// let error = "year >=".parse::<Filter>().unwrap_err();
/// assert_eq!(error.to_string(), "column 8 of the filter: expected a value, found the end");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {} of the filter: {fault}", position.column)]
#[non_exhaustive]
pub struct FilterError {
    /// Where it is.
    pub position: FilterPosition,
    /// What it is.
    pub fault: FilterFault,
}

/// A filter that is built has no error.
impl From<Infallible> for FilterError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// What is wrong with the text of a filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FilterFault {
    /// Something else should stand here.
    #[error("expected {expected}, found {found}")]
    Unexpected {
        /// What should stand here.
        expected: Expected,
        /// What stands here; a long text is cut.
        found: String,
    },
    /// No part of a filter begins with this character.
    #[error("unexpected character {0:?}")]
    Character(char),
    /// A text in single quotes, or a name in double quotes, has no end.
    #[error("the {0} has no end")]
    Unclosed(Quoted),
    /// Digits are followed by what makes them no number.
    #[error("{0:?} is not a number")]
    Number(String),
    /// ESCAPE takes a text of one character.
    #[error("ESCAPE takes one character")]
    Escape,
    /// The text is too long.
    #[error("the filter is longer than {max} bytes")]
    TooLong {
        /// Bytes that a filter may have.
        max: usize,
    },
    /// Parentheses and NOTs are nested too deeply, or a field has too many keys.
    #[error("the filter is nested more than {max} levels deep")]
    TooDeep {
        /// Levels that a filter may have.
        max: usize,
    },
}

/// What a filter should have at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expected {
    /// A condition such as `year >= 2020`.
    Condition,
    /// A comparison, LIKE, IN, BETWEEN, IS or HAS.
    Operator,
    /// A field.
    Field,
    /// A text, number, TRUE, FALSE or NULL.
    Value,
    /// A text in single quotes.
    Text,
    /// The name of a key.
    Key,
    /// The number of an element.
    Element,
    /// A certain word or sign.
    Word(&'static str),
    /// AND, OR or the end.
    End,
}

/// What stands in quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Quoted {
    /// A text, in single quotes.
    Text,
    /// A name, in double quotes.
    Name,
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Condition => "a condition",
            Self::Operator => "a comparison, LIKE, IN, BETWEEN, IS or HAS",
            Self::Field => "a field",
            Self::Value => "a value",
            Self::Text => "a text in single quotes",
            Self::Key => "a key",
            Self::Element => "the number of an element",
            Self::Word(word) => word,
            Self::End => "AND, OR or the end",
        })
    }
}

impl fmt::Display for Quoted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text in single quotes",
            Self::Name => "name in double quotes",
        })
    }
}
