//! One line of training data: a query and its passages, as ids or as texts.

use serde::Deserialize;
use serde_json::Value;

use super::row_fault::RowFault;

/// A query with its positives and negatives, as ids or as texts, depending on the file's format.
#[derive(Debug, PartialEq)]
pub(super) struct Row {
    pub(super) query: String,
    pub(super) positives: Vec<String>,
    pub(super) negatives: Vec<String>,
    /// Scores of a teacher for the positives and then the negatives, or nothing.
    pub(super) scores: Vec<f32>,
}

/// The format of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowFormat {
    /// `[query, positive, negative, ...]` or `[query, [positive, score], [negative, score], ...]`
    List,
    /// `query<TAB>positive<TAB>negative...`
    Tabbed,
    /// `{"query", "positives", "negatives", "bm25_negatives"}`, the last one optional.
    Texts,
    /// `{"query_id", "positive_ids", "negative_ids"}`
    Ids,
}

impl RowFormat {
    /// Parses a line.
    pub(super) fn parse(self, line: &str) -> Result<Row, RowFault> {
        let row = match self {
            Self::List => parse_list(line),
            Self::Tabbed => parse_tabbed(line),
            Self::Texts => parse_json(line, TEXTS).map(TextRow::into_row),
            Self::Ids => parse_json(line, IDS).map(IdRow::into_row),
        }?;
        row.check()
    }
}

const LIST: &str = "[query, positive, negative, ...] or [query, [positive, score], ...]";
const TEXTS: &str = "{\"query\": text, \"positives\": [text], \"negatives\": [text]}";
const IDS: &str = "{\"query_id\": id, \"positive_ids\": [id], \"negative_ids\": [id]}";

#[derive(Deserialize)]
struct TextRow {
    query: String,
    positives: Vec<String>,
    negatives: Vec<String>,
    #[serde(default)]
    bm25_negatives: Vec<String>,
}

impl TextRow {
    fn into_row(self) -> Row {
        let Self { query, positives, mut negatives, bm25_negatives } = self;
        negatives.extend(bm25_negatives);
        Row { query, positives, negatives, scores: Vec::new() }
    }
}

#[derive(Deserialize)]
struct IdRow {
    query_id: Id,
    positive_ids: Vec<Id>,
    negative_ids: Vec<Id>,
}

/// An id; it may be a number in the file.
#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Number(u64),
    Text(String),
}

impl Id {
    fn into_text(self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text,
        }
    }
}

impl IdRow {
    fn into_row(self) -> Row {
        let texts = |ids: Vec<Id>| ids.into_iter().map(Id::into_text).collect();
        Row {
            query: self.query_id.into_text(),
            positives: texts(self.positive_ids),
            negatives: texts(self.negative_ids),
            scores: Vec::new(),
        }
    }
}

fn parse_json<'a, T: Deserialize<'a>>(
    line: &'a str,
    expected: &'static str,
) -> Result<T, RowFault> {
    serde_json::from_str(line)
        .map_err(|error| RowFault::Json { expected, message: error.to_string() })
}

fn parse_list(line: &str) -> Result<Row, RowFault> {
    let shape = RowFault::Shape { expected: LIST };
    let mut values = parse_json::<Vec<Value>>(line, LIST)?.into_iter();
    let query = values.next().and_then(name).ok_or(shape.clone())?;
    let mut passages = Vec::new();
    let mut scores = Vec::new();
    for value in values {
        let (passage, score) = passage(value).ok_or(shape.clone())?;
        passages.push(passage);
        scores.extend(score);
    }
    if !scores.is_empty() && scores.len() < passages.len() {
        return Err(RowFault::ScoresMissing);
    }
    let negatives = passages.split_off(passages.len().min(1));
    Ok(Row { query, positives: passages, negatives, scores })
}

/// A passage and its score, if it has one.
fn passage(value: Value) -> Option<(String, Option<f32>)> {
    match value {
        Value::Array(pair) => {
            let [passage, score] = <[Value; 2]>::try_from(pair).ok()?;
            let score = score.as_f64().map(|score| score as f32);
            Some((name(passage)?, Some(score.filter(|score| score.is_finite())?)))
        }
        other => Some((name(other)?, None)),
    }
}

/// An id or a text.
fn name(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.as_u64()?.to_string()),
        _ => None,
    }
}

fn parse_tabbed(line: &str) -> Result<Row, RowFault> {
    let mut fields = line.split('\t').map(str::to_string);
    let shape = RowFault::Shape { expected: "query<TAB>positive<TAB>negative..." };
    let (query, positive) = fields.next().zip(fields.next()).ok_or(shape)?;
    Ok(Row { query, positives: vec![positive], negatives: fields.collect(), scores: Vec::new() })
}

impl Row {
    /// Checks that the row has a positive, and that no positive is also a negative.
    fn check(self) -> Result<Self, RowFault> {
        if self.positives.is_empty() {
            return Err(RowFault::NoPositive);
        }
        match self.negatives.iter().find(|negative| self.positives.contains(negative)) {
            Some(both) => Err(RowFault::NegativeIsPositive { passage: beginning(both) }),
            None => Ok(self),
        }
    }

    /// All passages, positives first.
    pub(super) fn passages(&self) -> impl Iterator<Item = &String> {
        self.positives.iter().chain(&self.negatives)
    }
}

/// The first characters of a text.
pub(crate) fn beginning(text: &str) -> String {
    const CHARACTERS: usize = 40;
    text.chars().take(CHARACTERS).collect()
}
