//! Lines of TREC and BEIR files, borrowed from the text.

use std::borrow::Cow;

use crate::Error;
use crate::line_fault::LineFault;
use crate::origin::{Format, Origin};

/// `query Q0 document rank score tag`.
///
/// The second field and the rank are dropped: the scores order a run, as in trec_eval.
#[derive(Debug, PartialEq)]
pub(crate) struct RunLine<'a> {
    pub(crate) query: &'a str,
    pub(crate) document: &'a str,
    pub(crate) score: f64,
    pub(crate) tag: &'a str,
}

impl<'a> RunLine<'a> {
    pub(crate) fn parse(line: &'a str) -> Result<Self, Error> {
        Self::split(line).map_err(|fault| fault_of(line, Format::TrecRun, fault))
    }

    fn split(line: &'a str) -> Result<Self, LineFault> {
        let [query, _iteration, document, rank, score, tag] = columns(line)?;
        number("rank", rank)?;
        let score = number("score", score)?;
        Ok(Self { query: unquoted_id(query)?, document: unquoted_id(document)?, score, tag })
    }
}

/// A judgement, `query iteration document grade` in TREC's order. The grade is a finite number.
#[derive(Debug, PartialEq)]
pub(crate) struct QrelsLine<'a> {
    pub(crate) query: Cow<'a, str>,
    pub(crate) document: Cow<'a, str>,
    pub(crate) grade: f64,
}

impl<'a> QrelsLine<'a> {
    pub(crate) fn parse_trec(line: &'a str) -> Result<Self, Error> {
        Self::split_trec(line).map_err(|fault| fault_of(line, Format::TrecQrels, fault))
    }

    pub(crate) fn parse_beir(line: &'a str) -> Result<Self, Error> {
        Self::split_beir(line).map_err(|fault| fault_of(line, Format::BeirQrels, fault))
    }

    fn split_trec(line: &'a str) -> Result<Self, LineFault> {
        let [query, _iteration, document, grade] = columns(line)?;
        let grade = grade_number(grade)?;
        let query = unquoted_id(query)?.into();
        Ok(Self { query, document: unquoted_id(document)?.into(), grade })
    }

    fn split_beir(line: &'a str) -> Result<Self, LineFault> {
        let [query, document, grade] = beir_columns(line)?;
        let grade = grade_number(&grade)?;
        Ok(Self { query, document, grade })
    }
}

/// Checks the header of BEIR qrels: three columns, of which the last is not a number.
pub(crate) fn check_beir_header(line: &str) -> Result<(), Error> {
    let expected = Format::BeirQrels;
    let fault = match beir_columns(line) {
        Ok([_, _, grade]) if grade_number(&grade).is_ok() => LineFault::MissingHeader,
        Ok([first, second, _]) if names_document(&first) && names_query(&second) => {
            LineFault::SwappedHeader
        }
        Ok(_) => return Ok(()),
        Err(fault) => return Err(fault_of(line, expected, fault)),
    };
    Err(Error::Malformed { origin: Origin::Memory, expected, fault })
}

fn names_query(column: &str) -> bool {
    let column = column.to_ascii_lowercase();
    column.starts_with("query") || column.starts_with("qid")
}

fn names_document(column: &str) -> bool {
    let column = column.to_ascii_lowercase();
    ["corpus", "doc", "passage", "pid"].iter().any(|name| column.starts_with(name))
}

/// The fields of a line: those at tabs if there are `N` of them, otherwise those at white space.
fn columns<const N: usize>(line: &str) -> Result<[&str; N], LineFault> {
    let tabbed = || exactly(line.split('\t').map(str::trim_ascii));
    let spaced = || exactly(line.split_ascii_whitespace());
    let num_spaced = || line.split_ascii_whitespace().count();
    tabbed().or_else(spaced).ok_or_else(|| LineFault::NumFields { found: num_spaced() })
}

/// The fields of a BEIR line, without the quotes that csv and pandas put around a field.
fn beir_columns(line: &str) -> Result<[Cow<'_, str>; 3], LineFault> {
    let fields = exactly(line.split('\t').map(str::trim_ascii));
    let num_fields = || line.split('\t').count();
    let [query, document, grade] =
        fields.ok_or_else(|| LineFault::NumFields { found: num_fields() })?;
    Ok([unquoted(query)?, unquoted(document)?, unquoted(grade)?])
}

fn exactly<'a, const N: usize>(mut fields: impl Iterator<Item = &'a str>) -> Option<[&'a str; N]> {
    let mut found = [""; N];
    for field in &mut found {
        *field = fields.next()?;
    }
    fields.next().is_none().then_some(found)
}

/// A field as Python's module csv reads it: if it begins with a quote, without the quotes around it and with
/// one for two of those within.
fn unquoted(field: &str) -> Result<Cow<'_, str>, LineFault> {
    let Some(opened) = field.strip_prefix('"') else { return Ok(field.into()) };
    let open_quote = || LineFault::OpenQuote { field: field.to_owned() };
    let quoted = opened.strip_suffix('"').ok_or_else(open_quote)?;
    let inner = quoted.replace("\"\"", "");
    if inner.contains('"') {
        return Err(open_quote());
    }
    Ok(quoted.replace("\"\"", "\"").into())
}

/// An id of a TREC file.
fn unquoted_id(id: &str) -> Result<&str, LineFault> {
    if is_quoted(id) { Err(LineFault::QuotedId { id: id.to_owned() }) } else { Ok(id) }
}

/// Whether a TREC file cannot hold an id.
pub(crate) fn is_unwritable(id: &str) -> bool {
    id.contains(char::is_whitespace) || is_quoted(id)
}

/// An id as a BEIR file holds it.
pub(crate) fn quoted(id: &str) -> Cow<'_, str> {
    if id.contains('"') { format!("\"{}\"", id.replace('"', "\"\"")).into() } else { id.into() }
}

/// Whether an id begins and ends with a quote.
fn is_quoted(id: &str) -> bool {
    id.len() > 1 && id.starts_with('"') && id.ends_with('"')
}

fn number(column: &'static str, field: &str) -> Result<f64, LineFault> {
    field.parse().map_err(|_| LineFault::NotANumber { column, value: field.to_owned() })
}

fn grade_number(field: &str) -> Result<f64, LineFault> {
    let not_finite = || LineFault::NotANumber { column: "grade", value: field.to_owned() };
    Some(number("grade", field)?).filter(|grade| grade.is_finite()).ok_or_else(not_finite)
}

/// The error of a line that has a fault, or that has another format.
fn fault_of(line: &str, expected: Format, fault: LineFault) -> Error {
    let origin = Origin::Memory;
    match format_of(line) {
        Some(found) if found != expected => Error::WrongFormat { origin, expected, found },
        _ => Error::Malformed { origin, expected, fault },
    }
}

/// The format of a line.
fn format_of(line: &str) -> Option<Format> {
    if RunLine::split(line).is_ok() {
        Some(Format::TrecRun)
    } else if QrelsLine::split_trec(line).is_ok() {
        Some(Format::TrecQrels)
    } else if beir_columns(line).is_ok() {
        // A judgement or a header.
        Some(Format::BeirQrels)
    } else {
        None
    }
}
