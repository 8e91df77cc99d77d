//! One line of training data: a query and its passages, as ids or as texts.

use serde::Deserialize;
use serde_json::Value;

use super::quotes::Quotes;
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
    Tabbed(Quotes),
    /// `{"query", "positives", "negatives", "bm25_negatives"}`, the last one optional.
    Texts,
    /// `{"query_id", "positive_ids", "negative_ids"}`
    Ids,
}

impl RowFormat {
    /// Parses a line.
    pub(super) fn parse(self, line: &str) -> Result<Row, RowFault> {
        match self {
            Self::List => parse_list(line),
            Self::Tabbed(quotes) => parse_tabbed(line, quotes),
            Self::Texts => parse_json(line, TEXTS).map(TextRow::into_row),
            Self::Ids => parse_json(line, IDS).map(IdRow::into_row),
        }
    }
}

const LIST: &str = "[query, positive, negative, ...] or [query, [positive, score], ...]";
const TEXTS: &str = "{\"query\": text, \"positives\": [text], \"negatives\": [text]}";
const IDS: &str = "{\"query_id\": id, \"positive_ids\": [id], \"negative_ids\": [id]}";

#[derive(Deserialize)]
struct TextRow {
    query: Name,
    positives: Names,
    negatives: Names,
    #[serde(default)]
    bm25_negatives: Names,
}

impl TextRow {
    fn into_row(self) -> Row {
        let Self { query, positives, negatives, bm25_negatives } = self;
        let mut negatives = negatives.into_texts();
        negatives.extend(bm25_negatives.into_texts());
        Row { query: query.0, positives: positives.into_texts(), negatives, scores: Vec::new() }
    }
}

#[derive(Deserialize)]
struct IdRow {
    query_id: Name,
    positive_ids: Names,
    negative_ids: Names,
}

impl IdRow {
    fn into_row(self) -> Row {
        Row {
            query: self.query_id.0,
            positives: self.positive_ids.into_texts(),
            negatives: self.negative_ids.into_texts(),
            scores: Vec::new(),
        }
    }
}

/// Ids or texts. `null` is no list and, in a list, no element.
#[derive(Default, Deserialize)]
struct Names(Option<Vec<Option<Name>>>);

impl Names {
    fn into_texts(self) -> Vec<String> {
        self.0.into_iter().flatten().flatten().map(|name| name.0).collect()
    }
}

/// An id or a text: a string, or the decimal digits of an integer.
#[derive(Deserialize)]
#[serde(try_from = "Value")]
struct Name(String);

impl TryFrom<Value> for Name {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        match value {
            Value::String(text) => Ok(Self(text)),
            Value::Number(number) if number.is_i64() || number.is_u64() => {
                Ok(Self(number.to_string()))
            }
            other => Err(format!("{other} is neither a string nor an integer")),
        }
    }
}

fn parse_json<'a, T: Deserialize<'a>>(
    line: &'a str,
    expected: &'static str,
) -> Result<T, RowFault> {
    serde_json::from_str(line)
        .map_err(|error| RowFault::Json { expected, message: with_column(&error) })
}

/// What is wrong and in which column. The parser's own number of the line is always 1.
fn with_column(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    match message.strip_suffix(&place) {
        Some(message) => format!("{message} at column {}", error.column()),
        None => message,
    }
}

fn parse_list(line: &str) -> Result<Row, RowFault> {
    let mut values = parse_json::<Vec<Value>>(line, LIST)?.into_iter();
    let query = name(values.next().unwrap_or_default())?;
    let mut passages = Vec::new();
    let mut scores = Vec::new();
    for (position, value) in values.enumerate() {
        match value {
            Value::Null if position == 0 => return Err(RowFault::NoPositive),
            Value::Null => continue,
            Value::Array(pair) => {
                let (passage, score) = scored_passage(pair)?;
                passages.push(passage);
                scores.push(score);
            }
            other => passages.push(name(other)?),
        }
    }
    if !scores.is_empty() && scores.len() < passages.len() {
        return Err(RowFault::ScoresMissing);
    }
    let negatives = passages.split_off(passages.len().min(1));
    Ok(Row { query, positives: passages, negatives, scores })
}

fn name(value: Value) -> Result<String, RowFault> {
    let name = Name::try_from(value);
    name.map(|name| name.0).map_err(|message| RowFault::Json { expected: LIST, message })
}

fn scored_passage(pair: Vec<Value>) -> Result<(String, f32), RowFault> {
    let shape = RowFault::Shape { expected: LIST };
    let [passage, score] = <[Value; 2]>::try_from(pair).map_err(|_| shape.clone())?;
    if score.is_null() {
        return Err(RowFault::ScoresMissing);
    }
    let score = score.as_f64().map(|score| score as f32);
    Ok((name(passage)?, score.filter(|score| score.is_finite()).ok_or(shape)?))
}

fn parse_tabbed(line: &str, quotes: Quotes) -> Result<Row, RowFault> {
    let mut fields = quotes.fields(line).into_iter();
    let shape = RowFault::Shape { expected: "query<TAB>positive<TAB>negative..." };
    let (query, positive) = fields.next().zip(fields.next()).ok_or(shape)?;
    Ok(Row { query, positives: vec![positive], negatives: fields.collect(), scores: Vec::new() })
}

impl Row {
    /// All passages, positives first.
    pub(super) fn passages(&self) -> impl Iterator<Item = &String> {
        self.positives.iter().chain(&self.negatives)
    }

    /// The row with those of its passages for which `keep` says so, one for each.
    pub(super) fn with_passages(self, keep: &[bool]) -> Self {
        let (keep_positives, keep_negatives) = keep.split_at(self.positives.len());
        Self {
            query: self.query,
            positives: kept(self.positives, keep_positives),
            negatives: kept(self.negatives, keep_negatives),
            scores: kept(self.scores, keep),
        }
    }
}

fn kept<T>(values: Vec<T>, keep: &[bool]) -> Vec<T> {
    values.into_iter().zip(keep).filter(|&(_, &keep)| keep).map(|(value, _)| value).collect()
}
