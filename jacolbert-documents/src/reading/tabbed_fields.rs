//! The fields of a line with tabs, plain or quoted.

use std::borrow::Cow;

/// What quotation marks around the fields of a file with tabs mean.
///
/// ```no_run
/// use jacolbert_documents::{Quotes, stream_tsv};
///
/// // Passages of MS MARCO, whose texts may begin with a quotation mark.
/// let documents = stream_tsv("collection.tsv")?.quotes(Quotes::Never);
/// # Ok::<(), jacolbert_documents::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Quotes {
    /// What they most likely mean; what has two meanings is refused.
    ///
    /// A field is quoted if it begins and ends with a quotation mark and has a tab, a line end or a doubled
    /// quotation mark in between; any field between quotation marks is, where the id or the names of all
    /// columns are.
    #[default]
    Detect,
    /// Every field between two quotation marks is quoted, as for pandas and Python's `csv`.
    Csv,
    /// No field is quoted; quotation marks are part of it.
    Never,
}

/// A field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field<'r> {
    /// As it stands in the file, with its quotation marks.
    pub(super) raw: &'r str,
    /// What is between its quotation marks, if it is quoted: nothing follows the closing one, and those within
    /// are doubled.
    pub(super) quoted: Option<&'r str>,
}

impl<'r> Field<'r> {
    /// What the field means in a file that quotes where it must.
    ///
    /// Such a file quotes what has a tab, a line end or a quotation mark. Between quotation marks without
    /// need stands a text that has them.
    pub(super) fn minimally_quoted(&self) -> Cow<'r, str> {
        let needs_quotes = |inner: &str| inner.is_empty() || inner.contains(['\t', '\n', '"']);
        match self.quoted {
            Some(inner) if needs_quotes(inner) => unquoted(inner),
            _ => self.raw.into(),
        }
    }

    /// What the field means in a file that quotes more than it must.
    pub(super) fn quoted_anyway(&self) -> Cow<'r, str> {
        self.quoted.map_or(self.raw.into(), unquoted)
    }
}

fn unquoted(inner: &str) -> Cow<'_, str> {
    if inner.contains('"') { inner.replace("\"\"", "\"").into() } else { inner.into() }
}

/// The fields of a record without quotation marks that mean something.
pub(super) fn plain_fields(record: &str) -> Vec<Field<'_>> {
    record.split('\t').map(|raw| Field { raw, quoted: None }).collect()
}

/// The fields of a record, and whether one of them begins with a quotation mark that is not closed.
pub(super) fn fields(record: &str) -> (Vec<Field<'_>>, bool) {
    let mut fields = Vec::new();
    let mut is_open = false;
    let mut rest = Some(record);
    while let Some(record) = rest {
        let quotation = Quotation::of(record);
        is_open |= quotation == Quotation::Open;
        let (len, quoted) = match quotation {
            Quotation::Closed { len } => (len, Some(&record[1..len - 1])),
            _ => (record.find('\t').unwrap_or(record.len()), None),
        };
        fields.push(Field { raw: &record[..len], quoted });
        rest = record[len..].strip_prefix('\t');
    }
    (fields, is_open)
}

/// What a further line of a record means whose last field is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NextLine {
    /// The field ends in it.
    Closes,
    /// The field goes on.
    GoesOn,
    /// The field ends in it, or it is a record of its own.
    Either,
    /// It is most likely a record of its own, since it has a tab.
    Record,
    /// It cannot belong to a quoted field.
    Foreign,
}

impl NextLine {
    /// What `line` means where quotation marks mean `quotes`.
    pub(super) fn of(line: &str, quotes: Quotes) -> Self {
        match (quotes, Self::most_likely(line)) {
            (Quotes::Csv, Self::Either) => Self::Closes,
            (Quotes::Csv, Self::Record) => Self::GoesOn,
            (_, likely) => likely,
        }
    }

    fn most_likely(line: &str) -> Self {
        let ends = |at: usize| matches!(line.as_bytes().get(at + 1), None | Some(b'\t'));
        match closing(line) {
            Some(at) if ends(at) && line[..at].contains('\t') => Self::Either,
            Some(at) if ends(at) => Self::Closes,
            None if line.contains('\t') => Self::Record,
            None => Self::GoesOn,
            Some(_) => Self::Foreign,
        }
    }
}

/// Whether a field begins with a quotation mark, and how it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quotation {
    /// It ends with one too, before a tab or the end.
    Closed {
        /// Bytes of the field, quotation marks included.
        len: usize,
    },
    /// There is no closing one.
    Open,
    /// The field is not quoted.
    No,
}

impl Quotation {
    fn of(record: &str) -> Self {
        let Some(inner) = record.strip_prefix('"') else { return Self::No };
        match closing(inner) {
            Some(at) => match inner[at + 1..].chars().next() {
                None | Some('\t') => Self::Closed { len: at + 2 },
                Some(_) => Self::No,
            },
            None => Self::Open,
        }
    }
}

/// The place of the first quotation mark in `text` that is not doubled.
fn closing(text: &str) -> Option<usize> {
    let mut marks = text.match_indices('"').map(|(at, _)| at).peekable();
    while let Some(at) = marks.next() {
        if marks.next_if_eq(&(at + 1)).is_none() {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotation_marks_are_read_as_pandas_writes_them() {
        let check = |record: &str, minimally: &[&str], anyway: &[&str]| {
            let (fields, is_open) = fields(record);
            assert!(!is_open, "{record}");
            let found: Vec<_> = fields.iter().map(Field::minimally_quoted).collect();
            assert_eq!(found, minimally, "{record}");
            let found: Vec<_> = fields.iter().map(Field::quoted_anyway).collect();
            assert_eq!(found, anyway, "{record}");
        };
        check("a\tb", &["a", "b"], &["a", "b"]);
        check("", &[""], &[""]);
        check("a\t\"b\"", &["a", "\"b\""], &["a", "b"]);
        check("a\t\"b\tc\"\td", &["a", "b\tc", "d"], &["a", "b\tc", "d"]);
        check("a\t\"b\"\"c\"", &["a", "b\"c"], &["a", "b\"c"]);
        check("a\t\"\"\"b\"\" c\"", &["a", "\"b\" c"], &["a", "\"b\" c"]);
        check("a\t\"\"", &["a", ""], &["a", ""]);
        check("a\t\"b\" c", &["a", "\"b\" c"], &["a", "\"b\" c"]);
        check("a\tb \"c\"", &["a", "b \"c\""], &["a", "b \"c\""]);
    }

    #[test]
    fn open_fields_and_the_lines_that_close_them_are_told() {
        for open in ["a\t\"b", "a\t\"", "a\t\"b\tc", "\"a\tb", "a\t\"b\"\""] {
            assert!(fields(open).1, "{open}");
        }
        let check = |line: &str, expected| {
            assert_eq!(NextLine::of(line, Quotes::Detect), expected, "{line}");
        };
        check("c\"", NextLine::Closes);
        check("c\"\td", NextLine::Closes);
        check("\"\"c\"\"\"", NextLine::Closes);
        check("c", NextLine::GoesOn);
        check("", NextLine::GoesOn);
        check("c \"\"d\"\"", NextLine::GoesOn);
        check("c\td\"", NextLine::Either);
        check("b\tc", NextLine::Record);
        check("c\" d", NextLine::Foreign);
    }
}
