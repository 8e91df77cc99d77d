//! A filter made ready to be evaluated for many documents.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::expression::{Filter, UnknownFields};
use super::field_path::FieldPath;
use super::json_fields::{FieldValue, WantedFields, elements};
use super::like_pattern::LikePattern;
use super::node::{Comparison, Node, Test};
use super::truth::Truth;
use super::value::Scalar;

/// A filter whose fields are numbered and whose lists are sets.
#[derive(Debug)]
pub(crate) struct Program<'f> {
    /// The fields of the filter, each once.
    pub(crate) fields: Vec<&'f FieldPath>,
    pub(crate) steps: Vec<ProgramStep<'f>>,
    unknown_fields: UnknownFields,
    wanted: WantedFields<'f>,
}

/// A node of the filter, in postfix order.
#[derive(Debug)]
pub(crate) enum ProgramStep<'f> {
    /// Tests the field with this number.
    Test(usize, ReadyTest<'f>),
    Not,
    All(usize),
    Any(usize),
}

/// What a condition says about the value of its field.
#[derive(Debug)]
pub(crate) enum ReadyTest<'f> {
    Compare(Comparison, Scalar<'f>),
    In(ValueSet<'f>),
    Like(&'f LikePattern),
    IsNull,
    Has(Scalar<'f>),
}

/// The values of a list.
#[derive(Debug)]
pub(crate) struct ValueSet<'f> {
    keys: HashSet<ValueKey<'f>>,
    has_null: bool,
}

/// Equal for equal values: a real without a fraction is an integer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum ValueKey<'v> {
    Integer(i64),
    /// Its bits.
    Real(u64),
    Text(Cow<'v, str>),
}

impl<'f> Program<'f> {
    pub(crate) fn new(filter: &'f Filter) -> Self {
        let mut numbers: HashMap<&'f FieldPath, usize> = HashMap::new();
        let mut fields = Vec::new();
        for condition in filter.conditions() {
            numbers.entry(&condition.field).or_insert_with(|| {
                fields.push(&condition.field);
                fields.len() - 1
            });
        }
        let steps = filter.nodes.iter().map(|node| match node {
            Node::Condition(condition) => {
                ProgramStep::Test(numbers[&condition.field], ReadyTest::new(&condition.test))
            }
            Node::Not => ProgramStep::Not,
            Node::All(count) => ProgramStep::All(*count),
            Node::Any(count) => ProgramStep::Any(*count),
        });
        let wanted = WantedFields::new(&fields);
        let steps = steps.collect();
        Self { fields, steps, unknown_fields: filter.unknown_fields, wanted }
    }

    /// Whether a field that no document has is an error.
    pub(crate) fn refuses_unknown_fields(&self) -> bool {
        self.unknown_fields == UnknownFields::AreRefused
    }

    /// The values of the fields in the JSON text `metadata`.
    pub(crate) fn values<'m>(&self, metadata: &'m str) -> serde_json::Result<Vec<FieldValue<'m>>> {
        self.wanted.find(metadata)
    }

    /// What the filter says about a document with these values of its fields.
    pub(crate) fn evaluate(&self, values: &[FieldValue<'_>]) -> serde_json::Result<Truth> {
        let mut stack = Vec::new();
        for step in &self.steps {
            let truth = match step {
                ProgramStep::Test(field, test) => test.evaluate(&values[*field])?,
                ProgramStep::Not => stack.pop().map_or(Truth::Unknown, Truth::negated),
                ProgramStep::All(count) => {
                    let first = stack.len().saturating_sub(*count);
                    stack.drain(first..).min().unwrap_or(Truth::True)
                }
                ProgramStep::Any(count) => {
                    let first = stack.len().saturating_sub(*count);
                    stack.drain(first..).max().unwrap_or(Truth::False)
                }
            };
            stack.push(truth);
        }
        Ok(stack.pop().unwrap_or(Truth::True))
    }
}

impl Filter {
    /// Whether a document with this metadata, a JSON text, passes.
    ///
    /// ```
    /// use jacolbert_documents::field;
    ///
    /// let filter = field("lang").ne("ja");
    /// assert!(filter.passes(r#"{"lang": "en"}"#)?);
    /// assert!(!filter.passes("null")?, "without a language there is no answer");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// # Errors
    /// If `metadata` is not JSON.
    pub fn passes(&self, metadata: &str) -> serde_json::Result<bool> {
        let program = Program::new(self);
        Ok(program.evaluate(&program.values(metadata)?)? == Truth::True)
    }
}

impl<'f> ReadyTest<'f> {
    fn new(test: &'f Test) -> Self {
        match test {
            Test::Compare(comparison, value) => Self::Compare(*comparison, value.as_scalar()),
            Test::In(values) => Self::In(ValueSet::new(values.iter().map(|v| v.as_scalar()))),
            Test::Like(pattern) => Self::Like(pattern),
            Test::IsNull => Self::IsNull,
            Test::Has(value) => Self::Has(value.as_scalar()),
        }
    }

    /// What the condition says about a value.
    pub(crate) fn evaluate(&self, value: &FieldValue<'_>) -> serde_json::Result<Truth> {
        match (self, value) {
            (Self::Has(expected), FieldValue::Array(json)) => {
                let found = elements(json)?;
                let mut found = found.iter();
                Ok(found
                    .any(|found| {
                        found.as_scalar().compare(expected) == Some(std::cmp::Ordering::Equal)
                    })
                    .into())
            }
            (Self::Has(_), _) => Ok(Truth::False),
            _ => Ok(self.evaluate_scalar(&value.as_scalar())),
        }
    }

    /// What the condition, which is not HAS, says about a value as SQLite sees it.
    pub(crate) fn evaluate_scalar(&self, value: &Scalar<'_>) -> Truth {
        match self {
            Self::Compare(comparison, expected) => {
                Truth::of_ordering(value.compare(expected), |ordering| comparison.holds(ordering))
            }
            Self::In(set) => set.evaluate(value),
            Self::Like(pattern) => {
                value.to_text().map_or(Truth::Unknown, |text| pattern.matches(&text).into())
            }
            Self::IsNull => (*value == Scalar::Null).into(),
            Self::Has(_) => Truth::False,
        }
    }
}

impl<'f> ValueSet<'f> {
    fn new(values: impl Iterator<Item = Scalar<'f>>) -> Self {
        let mut set = Self { keys: HashSet::new(), has_null: false };
        for value in values {
            match ValueKey::new(value) {
                Some(key) => drop(set.keys.insert(key)),
                None => set.has_null = true,
            }
        }
        set
    }

    /// What is said of a value that is not in the list.
    pub(crate) fn otherwise(&self) -> Truth {
        if self.has_null { Truth::Unknown } else { Truth::False }
    }

    /// The integers of the list, and reals that are integers, ascending.
    #[cfg(feature = "filter")]
    pub(crate) fn integers(&self) -> Vec<i64> {
        let integers = self.keys.iter().filter_map(|key| match key {
            ValueKey::Integer(value) => Some(*value),
            _ => None,
        });
        let mut integers: Vec<i64> = integers.collect();
        integers.sort_unstable();
        integers
    }

    /// The texts of the list.
    #[cfg(feature = "filter")]
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().filter_map(|key| match key {
            ValueKey::Text(text) => Some(text.as_ref()),
            _ => None,
        })
    }

    /// `value IN (..)`. Nothing is in an empty list, not even null; where the list has a null, what is not in it
    /// might be.
    fn evaluate(&self, value: &Scalar<'_>) -> Truth {
        if self.keys.is_empty() && !self.has_null {
            return Truth::False;
        }
        match ValueKey::new(value.clone()) {
            Some(key) if self.keys.contains(&key) => Truth::True,
            Some(_) => self.otherwise(),
            None => Truth::Unknown,
        }
    }
}

impl<'v> ValueKey<'v> {
    /// `None` for null.
    fn new(value: Scalar<'v>) -> Option<Self> {
        const END: f64 = 9_223_372_036_854_775_808.0;
        match value {
            Scalar::Null => None,
            Scalar::Integer(value) => Some(Self::Integer(value)),
            Scalar::Real(value) if value.fract() == 0.0 && (-END..END).contains(&value) => {
                Some(Self::Integer(value as i64))
            }
            Scalar::Real(value) => Some(Self::Real(value.to_bits())),
            Scalar::Text(text) => Some(Self::Text(text)),
        }
    }
}
