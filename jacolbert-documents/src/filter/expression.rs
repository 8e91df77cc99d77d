//! Filters: expressions over the metadata of documents.

use std::fmt;
use std::ops::Not;

use super::node::{Combination, Condition, Node};

/// Which documents pass: an expression over their metadata.
///
/// It is parsed from a text, or built from [`field`](crate::field)s. Both make the same filters.
///
/// ```
/// use jacolbert_documents::{Filter, field};
///
/// let parsed: Filter = "year >= 2020 AND tags HAS 'sport'".parse()?;
/// assert_eq!(parsed, field("year").ge(2020).and(field("tags").has("sport")));
/// assert!(parsed.passes(r#"{"year": 2024, "tags": ["news", "sport"]}"#)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Language
///
/// | | |
/// |---|---|
/// | fields | `year`, `author.name`, `"strange key"`, `tags[0]`, `年` |
/// | values | `'text'` (`''` is a quote), `2020`, `-1.5e3`, `TRUE`, `FALSE`, `NULL` |
/// | conditions | `year = 2020`, `!=`, `<`, `<=`, `>`, `>=`; `2020 <= year` |
/// | | `lang IN ('ja', 'en')`, `year BETWEEN 2020 AND 2024`, `title LIKE '%山' ESCAPE '!'` |
/// | | `year IS NULL`, `year IS NOT NULL`, `tags HAS 'sport'` |
/// | combined | `NOT`, `AND`, `OR`, parentheses; `lang NOT IN ..`, `NOT LIKE`, `NOT BETWEEN` |
///
/// Keywords may be in lower case. A condition means what it means in SQLite about
/// `json_extract(metadata, '$.field')`: a missing key is null; a comparison with null is neither true nor false;
/// numbers are less than texts; true and false are 1 and 0; LIKE ignores the case of ASCII letters; an array or
/// object is its JSON, as text. `HAS` is true if the field is an array with an element that is equal to the value, and
/// else false. [docs/filters.md] has the details.
///
/// [docs/filters.md]: https://github.com/jacolbert/jacolbert/blob/main/docs/filters.md
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    pub(super) nodes: Vec<Node>,
    pub(super) unknown_fields: UnknownFields,
}

/// What becomes of a field that no document has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum UnknownFields {
    /// It is null for every document.
    #[default]
    AreNull,
    /// It is an error.
    AreRefused,
}

impl Filter {
    pub(super) fn of(condition: Condition) -> Self {
        Self::new(vec![Node::Condition(condition)])
    }

    pub(super) fn new(nodes: Vec<Node>) -> Self {
        Self { nodes, unknown_fields: UnknownFields::default() }
    }

    /// Passes what passes both.
    ///
    /// ```
    /// use jacolbert_documents::field;
    ///
    /// let filter = field("year").ge(2020).and(field("lang").eq("ja"));
    /// assert_eq!(filter.to_string(), "year >= 2020 AND lang = 'ja'");
    /// ```
    pub fn and(self, other: impl Into<Self>) -> Self {
        self.combined(other.into(), Combination::All)
    }

    /// Passes what passes one of the two.
    ///
    /// ```
    /// use jacolbert_documents::field;
    ///
    /// let filter = field("lang").eq("ja").or(field("lang").is_null());
    /// assert_eq!(filter.to_string(), "lang = 'ja' OR lang IS NULL");
    /// ```
    pub fn or(self, other: impl Into<Self>) -> Self {
        self.combined(other.into(), Combination::Any)
    }

    /// The same filter, for which a field that no document has is an error; by default it is null, as a missing key
    /// is in SQLite. Looking for such fields takes as long as a second filter.
    ///
    /// ```
    /// use jacolbert_documents::field;
    ///
    /// let filter = field("yaer").ge(2020).strict();
    /// ```
    pub fn strict(self) -> Self {
        Self { unknown_fields: UnknownFields::AreRefused, ..self }
    }

    fn combined(mut self, mut other: Self, how: Combination) -> Self {
        let mut count = how.unwrap_last(&mut self.nodes);
        count += how.unwrap_last(&mut other.nodes);
        self.nodes.append(&mut other.nodes);
        self.nodes.push(how.of(count));
        if other.unknown_fields == UnknownFields::AreRefused {
            self.unknown_fields = UnknownFields::AreRefused;
        }
        self
    }

    /// The conditions, from left to right.
    pub(super) fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Condition(condition) => Some(condition),
            _ => None,
        })
    }
}

/// Passes what the filter neither passes nor has no answer for.
///
/// ```
/// use jacolbert_documents::field;
///
/// assert_eq!((!field("lang").eq("ja")).to_string(), "NOT lang = 'ja'");
/// ```
impl Not for Filter {
    type Output = Self;

    fn not(mut self) -> Self {
        self.nodes.push(Node::Not);
        self
    }
}

impl From<&Self> for Filter {
    fn from(filter: &Self) -> Self {
        filter.clone()
    }
}

/// How strongly the parts of a written expression hold together, the weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Any,
    All,
    Not,
    Condition,
}

/// As a text that is parsed back to the same filter.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut written: Vec<(String, Binding)> = Vec::new();
        for node in &self.nodes {
            let next = match node {
                Node::Condition(condition) => (condition.to_string(), Binding::Condition),
                Node::Not => {
                    let operand =
                        written.pop().map(|operand| in_parentheses(operand, Binding::Not));
                    (format!("NOT {}", operand.unwrap_or_default()), Binding::Not)
                }
                Node::All(count) => {
                    (join(&mut written, *count, " AND ", Binding::Not), Binding::All)
                }
                Node::Any(count) => {
                    (join(&mut written, *count, " OR ", Binding::All), Binding::Any)
                }
            };
            written.push(next);
        }
        written.into_iter().try_for_each(|(text, _)| f.write_str(&text))
    }
}

/// The last `count` expressions as one; those that are weaker than `least` are put into parentheses.
fn join(
    written: &mut Vec<(String, Binding)>,
    count: usize,
    between: &str,
    least: Binding,
) -> String {
    let operands = written.split_off(written.len().saturating_sub(count));
    let operands: Vec<String> =
        operands.into_iter().map(|operand| in_parentheses(operand, least)).collect();
    operands.join(between)
}

fn in_parentheses((text, binding): (String, Binding), least: Binding) -> String {
    if binding < least { format!("({text})") } else { text }
}
