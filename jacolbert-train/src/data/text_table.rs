//! Texts by id: a file of lines `id<TAB>text`.

use std::collections::HashMap;
use std::path::Path;

use super::header::is_table_header;
use super::line_file::{LineFile, Verdict};
use super::quotes::{Layout, Quotes};
use super::row_fault::{RowFault, TextPlace};
use crate::Error;

/// A file of queries or passages; texts stay on disk.
#[derive(Debug)]
pub(super) struct TextTable {
    lines: LineFile,
    quotes: Quotes,
    ids: Ids,
    /// Faults of texts, by number. Only a row that names such a text is faulty.
    faults: HashMap<usize, TextFault>,
}

/// The ids of the lines.
#[derive(Debug)]
enum Ids {
    /// Ids are 0, 1, 2, ... in the order of the lines.
    LineNumbers,
    /// Any ids.
    Named(HashMap<Box<str>, usize>),
}

/// Why a text cannot be trained with.
#[derive(Debug, Clone, Copy)]
enum TextFault {
    Empty,
    TwoTexts { other: usize },
    ManyFields { found: usize },
}

impl TextTable {
    /// Reads the file once for its quotes and once for its ids, and checks that every line has an id.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let quotes = Quotes::of_file(path, Layout::IdAndText)?;
        let mut ids = Ids::LineNumbers;
        let mut faults = HashMap::new();
        let mut doubled = Vec::new();
        let mut is_first = true;
        let mut number = 0;
        let lines = LineFile::open(path, |line| {
            let (id, text) = split(line, quotes)?;
            if std::mem::take(&mut is_first) && text.as_ref().is_ok_and(|t| is_table_header(&id, t))
            {
                return Ok(Verdict::Skip);
            }
            faults.extend(text.err().map(|fault| (number, fault)));
            doubled.extend(ids.insert(&id, number).map(|first| (first, number)));
            number += 1;
            Ok(Verdict::Keep)
        })?;
        let mut table = Self { lines, quotes, ids, faults };
        table.compare(&doubled)?;
        Ok(table)
    }

    /// The number of the line with this id.
    pub(super) fn number(&self, id: &str) -> Option<usize> {
        match &self.ids {
            Ids::LineNumbers => line_number(id).filter(|&number| number < self.lines.len()),
            Ids::Named(numbers) => numbers.get(id).copied(),
        }
    }

    /// Checks that the text of line `number`, whose id is `id`, can be trained with.
    pub(super) fn check(&self, number: usize, id: &str) -> Result<(), RowFault> {
        let Some(&fault) = self.faults.get(&number) else {
            return Ok(());
        };
        let path = self.lines.path().into();
        let text = TextPlace::Table { id: id.into(), path, line: self.lines.line(number) };
        Err(match fault {
            TextFault::Empty => RowFault::EmptyText { text },
            TextFault::TwoTexts { other } => RowFault::TwoTexts { text, other },
            TextFault::ManyFields { found } => RowFault::ManyFields { text, found },
        })
    }

    /// Reads the text of line `number`, which must be one to train with.
    pub(super) fn read_text(&mut self, number: usize) -> Result<String, Error> {
        let line = self.lines.read(number)?;
        let text = split(&line, self.quotes).and_then(|(_, text)| text.map_err(|_| SHAPE));
        text.map_err(|fault| self.lines.fault(self.lines.line(number), fault))
    }

    pub(super) fn checksum(&self) -> u64 {
        self.lines.checksum()
    }

    /// Notes a fault where two lines have the same id and different texts.
    fn compare(&mut self, doubled: &[(usize, usize)]) -> Result<(), Error> {
        for &(first, second) in doubled {
            let texts = [self.lines.read(first)?, self.lines.read(second)?];
            let texts = texts.map(|line| {
                split(&line, self.quotes).and_then(|(_, text)| text.map_err(|_| SHAPE))
            });
            let other = self.lines.line(second);
            if texts[0] != texts[1] {
                self.faults.entry(first).or_insert(TextFault::TwoTexts { other });
            }
        }
        Ok(())
    }
}

impl Ids {
    /// Adds the id of line `number`, the next one, unless an earlier line has it: then its number.
    fn insert(&mut self, id: &str, number: usize) -> Option<usize> {
        if let Ids::LineNumbers = self {
            if line_number(id) == Some(number) {
                return None;
            }
            let earlier = (0..number).map(|number| (number.to_string().into(), number));
            *self = Ids::Named(earlier.collect());
        }
        let Ids::Named(numbers) = self else { return None };
        if let Some(&first) = numbers.get(id) {
            return Some(first);
        }
        numbers.insert(id.into(), number);
        None
    }
}

const SHAPE: RowFault = RowFault::Shape { expected: "id<TAB>text" };

/// The id and the text of a line, or why it has no text.
fn split(line: &str, quotes: Quotes) -> Result<(String, Result<String, TextFault>), RowFault> {
    let mut fields = quotes.fields(line).into_iter();
    let (id, text) = fields.next().zip(fields.next()).ok_or(SHAPE)?;
    if id.trim().is_empty() {
        return Err(SHAPE);
    }
    if id.contains('\0') {
        return Err(RowFault::NulInId { id });
    }
    let surplus = fields.enumerate().rfind(|(_, field)| !field.trim().is_empty());
    Ok((
        id,
        match surplus {
            Some((position, _)) => Err(TextFault::ManyFields { found: position + 3 }),
            None if text.trim().is_empty() => Err(TextFault::Empty),
            None => Ok(text),
        },
    ))
}

/// The number that `id` is the usual spelling of.
fn line_number(id: &str) -> Option<usize> {
    let number = id.parse::<usize>().ok()?;
    (number.to_string() == id).then_some(number)
}
