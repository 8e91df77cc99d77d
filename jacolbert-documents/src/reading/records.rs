//! The records of a file: lines, or several of them where a quoted field has line ends.

use std::collections::VecDeque;

use jacolbert_core::{TextError, TextLines};

use super::tabbed_fields::{NextLine, Quotes, fields};

/// A record and the number of its first line, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) line: usize,
    pub(super) text: String,
    /// The line in which its last field may end, if that cannot be told.
    pub(super) may_end: Option<usize>,
}

/// Lines that are looked at for the end of a field while some of them may be records.
const MOST_AHEAD: usize = 1_000;

/// Reads record after record.
#[derive(Debug)]
pub(super) struct Records {
    lines: TextLines,
    /// What was read to find the end of a field, and turned out not to belong to it.
    ahead: VecDeque<Result<Record, TextError>>,
}

impl Records {
    pub(super) fn new(lines: TextLines) -> Self {
        Self { lines, ahead: VecDeque::new() }
    }

    /// The next line that is not blank.
    pub(super) fn next_line(&mut self) -> Result<Option<Record>, TextError> {
        while let Some(line) = self.next_line_or_blank()? {
            if !line.text.trim().is_empty() {
                return Ok(Some(line));
            }
        }
        Ok(None)
    }

    /// The next line that is not blank, with those after it that a quoted field goes on in.
    pub(super) fn next_quoted(&mut self, quotes: Quotes) -> Result<Option<Record>, TextError> {
        let Some(mut record) = self.next_line()? else { return Ok(None) };
        let mut taken = VecDeque::new();
        let mut has_record = false;
        while fields(&record.text).1 {
            match self.next_line_or_blank() {
                Ok(Some(line)) => {
                    let next = NextLine::of(&line.text, quotes);
                    let number = line.line;
                    taken.push_back(Ok(line));
                    match next {
                        NextLine::GoesOn => continue,
                        NextLine::Record if taken.len() < MOST_AHEAD => {
                            has_record = true;
                            continue;
                        }
                        NextLine::Closes if !has_record => {
                            for line in taken.drain(..).flatten() {
                                record.text.push('\n');
                                record.text.push_str(&line.text);
                            }
                            continue;
                        }
                        NextLine::Closes | NextLine::Either => record.may_end = Some(number),
                        NextLine::Record | NextLine::Foreign => {}
                    }
                }
                Ok(None) => {}
                Err(error) => taken.push_back(Err(error)),
            }
            break;
        }
        taken.append(&mut self.ahead);
        self.ahead = taken;
        Ok(Some(record))
    }

    fn next_line_or_blank(&mut self) -> Result<Option<Record>, TextError> {
        if let Some(line) = self.ahead.pop_front() {
            return line.map(Some);
        }
        let line = self.lines.next_line_or_blank()?;
        Ok(line.map(|line| Record { line: line.number, text: line.text.into(), may_end: None }))
    }
}
