//! Where in the metadata a value lies.

use std::fmt;
use std::hash::{Hash, Hasher};

use super::error::FilterPosition;
use super::token::{is_bare_name, is_keyword};

/// A step from a value to one within it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Step {
    /// The value of a key of an object.
    Key(String),
    /// An element of an array, from 0.
    Element(usize),
}

/// The steps from the metadata of a document to a value; the first is a key.
#[derive(Debug, Clone)]
pub(crate) struct FieldPath {
    pub(crate) steps: Vec<Step>,
    /// Where it stands in the text of the filter, if it was parsed.
    pub(crate) position: Option<FilterPosition>,
}

impl FieldPath {
    pub(crate) fn new(steps: Vec<Step>) -> Self {
        Self { steps, position: None }
    }
}

/// Paths with the same steps are equal, wherever they stand.
impl PartialEq for FieldPath {
    fn eq(&self, other: &Self) -> bool {
        self.steps == other.steps
    }
}

impl Eq for FieldPath {}

impl Hash for FieldPath {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.steps.hash(state);
    }
}

/// As it is written in a filter.
impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.steps.iter().enumerate() {
            match step {
                Step::Key(key) => {
                    f.write_str(if number > 0 { "." } else { "" })?;
                    if is_bare_name(key) && !is_keyword(key) {
                        f.write_str(key)?;
                    } else {
                        write!(f, "\"{}\"", key.replace('"', "\"\""))?;
                    }
                }
                Step::Element(element) => write!(f, "[{element}]")?,
            }
        }
        Ok(())
    }
}
