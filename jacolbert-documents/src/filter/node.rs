//! The parts of a filter.

use std::cmp::Ordering;
use std::fmt;

use super::field_path::FieldPath;
use super::like_pattern::LikePattern;
use super::value::FilterValue;

/// A condition, or what combines the conditions before it. The nodes of a filter are in postfix order, so that
/// nothing that works on them is recursive.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Condition(Condition),
    /// Not what the one before says.
    Not,
    /// All of so many before it; none of them ends with `All`.
    All(usize),
    /// Any of so many before it; none of them ends with `Any`.
    Any(usize),
}

/// What a filter says about one field.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Condition {
    pub(crate) field: FieldPath,
    pub(crate) test: Test,
}

/// How the conditions of a list are combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Combination {
    All,
    Any,
}

impl Combination {
    pub(super) fn of(self, count: usize) -> Node {
        match self {
            Self::All => Node::All(count),
            Self::Any => Node::Any(count),
        }
    }

    /// Takes the last node off if it combines in this way, and says how many expressions are then on the stack.
    pub(super) fn unwrap_last(self, nodes: &mut Vec<Node>) -> usize {
        let count = match (self, nodes.last()) {
            (Self::All, Some(Node::All(count))) | (Self::Any, Some(Node::Any(count))) => *count,
            _ => return 1,
        };
        nodes.pop();
        count
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Test {
    Compare(Comparison, FilterValue),
    In(Vec<FilterValue>),
    Like(LikePattern),
    IsNull,
    Has(FilterValue),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Condition {
    pub(super) fn new(field: FieldPath, test: Test) -> Self {
        Self { field, test }
    }
}

impl Comparison {
    /// Whether it holds for a field that compares with the value in this way.
    pub(crate) fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }

    /// The comparison of `b` with `a` that says what this says of `a` with `b`.
    pub(super) fn flipped(self) -> Self {
        match self {
            Self::Equal | Self::NotEqual => self,
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

/// As it is written in a filter.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = &self.field;
        match &self.test {
            Test::Compare(comparison, value) => write!(f, "{field} {} {value}", comparison.sign()),
            Test::In(values) => {
                write!(f, "{field} IN (")?;
                for (number, value) in values.iter().enumerate() {
                    write!(f, "{}{value}", if number > 0 { ", " } else { "" })?;
                }
                f.write_str(")")
            }
            Test::Like(pattern) => write!(f, "{field} LIKE {pattern}"),
            Test::IsNull => write!(f, "{field} IS NULL"),
            Test::Has(value) => write!(f, "{field} HAS {value}"),
        }
    }
}
