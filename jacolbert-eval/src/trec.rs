//! Lines of TREC and BEIR files, borrowed from the text.

use std::str::FromStr;

use crate::Error;
use crate::error::{Format, Origin};

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
        Self::split(line).ok_or_else(|| unexpected(line, Format::TrecRun))
    }

    fn split(line: &'a str) -> Option<Self> {
        let mut fields = line.split_ascii_whitespace();
        let query = fields.next()?;
        let _iteration = fields.next()?;
        let document = fields.next()?;
        let _rank: i64 = number(fields.next())?;
        let score = number(fields.next())?;
        let tag = fields.next()?;
        Some(Self { query, document, score, tag })
    }
}

/// A judgement, `query iteration document grade` in TREC's order.
#[derive(Debug, PartialEq)]
pub(crate) struct QrelsLine<'a> {
    pub(crate) query: &'a str,
    pub(crate) document: &'a str,
    pub(crate) grade: i32,
}

impl<'a> QrelsLine<'a> {
    pub(crate) fn parse_trec(line: &'a str) -> Result<Self, Error> {
        Self::split_trec(line).ok_or_else(|| unexpected(line, Format::TrecQrels))
    }

    pub(crate) fn parse_beir(line: &'a str) -> Result<Self, Error> {
        Self::split_beir(line).ok_or_else(|| unexpected(line, Format::BeirQrels))
    }

    fn split_trec(line: &'a str) -> Option<Self> {
        let mut fields = line.split_ascii_whitespace();
        let query = fields.next()?;
        let _iteration = fields.next()?;
        let document = fields.next()?;
        let grade = number(fields.next())?;
        fields.next().is_none().then_some(Self { query, document, grade })
    }

    fn split_beir(line: &'a str) -> Option<Self> {
        let mut fields = line.split('\t').map(str::trim);
        let query = fields.next()?;
        let document = fields.next()?;
        let grade = number(fields.next())?;
        fields.next().is_none().then_some(Self { query, document, grade })
    }
}

/// Whether a line is the header of BEIR qrels: three columns, and the last is not a number.
pub(crate) fn is_beir_header(line: &str) -> bool {
    let mut fields = line.split('\t');
    fields.nth(2).is_some_and(|grade| grade.trim().parse::<f64>().is_err())
        && fields.next().is_none()
}

fn number<T: FromStr>(field: Option<&str>) -> Option<T> {
    field.and_then(|field| field.parse().ok())
}

fn unexpected(line: &str, expected: Format) -> Error {
    let origin = Origin::Memory;
    match format_of(line) {
        Some(found) if found != expected => Error::WrongFormat { origin, expected, found },
        _ => Error::Malformed { origin, expected },
    }
}

/// The format of a line.
fn format_of(line: &str) -> Option<Format> {
    if RunLine::split(line).is_some() {
        Some(Format::TrecRun)
    } else if QrelsLine::split_trec(line).is_some() {
        Some(Format::TrecQrels)
    } else if QrelsLine::split_beir(line).is_some() || is_beir_header(line) {
        Some(Format::BeirQrels)
    } else {
        None
    }
}
