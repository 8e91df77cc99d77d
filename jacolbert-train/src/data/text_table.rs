//! Texts by id: a file of lines `id<TAB>text`.

use std::collections::HashMap;
use std::path::Path;

use super::line_file::{LineFile, Verdict};
use super::row_fault::RowFault;
use crate::Error;

/// A file of queries or passages; texts stay on disk.
#[derive(Debug)]
pub(super) struct TextTable {
    lines: LineFile,
    ids: Ids,
}

/// The ids of the lines.
#[derive(Debug)]
enum Ids {
    /// Ids are 0, 1, 2, ... in the order of the lines.
    LineNumbers,
    /// Any ids.
    Named(HashMap<Box<str>, usize>),
}

impl TextTable {
    /// Reads the file once and checks that every line has a unique id and a text.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let mut ids = Ids::LineNumbers;
        let mut number = 0;
        let lines = LineFile::open(path, |line| {
            let (id, text) = split(line)?;
            if text.trim().is_empty() {
                return Err(RowFault::EmptyText);
            }
            ids.insert(id, number)?;
            number += 1;
            Ok(Verdict::Keep)
        })?;
        Ok(Self { lines, ids })
    }

    /// The number of the line with this id.
    pub(super) fn number(&self, id: &str) -> Option<usize> {
        match &self.ids {
            Ids::LineNumbers => line_number(id).filter(|&number| number < self.lines.len()),
            Ids::Named(numbers) => numbers.get(id).copied(),
        }
    }

    /// Reads the text of line `number`.
    pub(super) fn read_text(&mut self, number: usize) -> Result<String, Error> {
        let line = self.lines.read(number)?;
        match split(&line) {
            Ok((_, text)) => Ok(text.into()),
            Err(fault) => Err(self.lines.fault(self.lines.line(number), fault)),
        }
    }

    pub(super) fn checksum(&self) -> u64 {
        self.lines.checksum()
    }
}

impl Ids {
    /// Adds the id of line `number`, the next one.
    fn insert(&mut self, id: &str, number: usize) -> Result<(), RowFault> {
        if let Ids::LineNumbers = self {
            if line_number(id) == Some(number) {
                return Ok(());
            }
            let earlier = (0..number).map(|number| (number.to_string().into(), number));
            *self = Ids::Named(earlier.collect());
        }
        let Ids::Named(numbers) = self else { return Ok(()) };
        match numbers.insert(id.into(), number) {
            Some(_) => Err(RowFault::DuplicateId { id: id.into() }),
            None => Ok(()),
        }
    }
}

fn split(line: &str) -> Result<(&str, &str), RowFault> {
    line.split_once('\t').ok_or(RowFault::Shape { expected: "id<TAB>text" })
}

/// The number that `id` is the usual spelling of.
fn line_number(id: &str) -> Option<usize> {
    let number = id.parse::<usize>().ok()?;
    (number.to_string() == id).then_some(number)
}
