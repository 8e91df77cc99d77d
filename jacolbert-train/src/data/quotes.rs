//! Whether the quotes in a file with tabs are those of a CSV writer or part of the texts.

use std::path::Path;

use jacolbert_core::TextLines;

use super::row_fault::RowFault;
use crate::Error;

/// The meaning of quotes around a field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Quotes {
    /// They are part of the text.
    #[default]
    Text,
    /// They delimit the field, and a quote inside is doubled.
    Csv,
}

/// What the fields of a line are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    IdAndText,
    Texts,
}

/// The quotes of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    None,
    /// Around it, though it needs none.
    Around,
    /// Around it, and it has a tab or doubled quotes.
    Needed,
    /// In any other way.
    Inside,
}

/// The quotes of a file, counted.
#[derive(Debug, Default)]
struct Counts {
    num_texts: usize,
    num_around: usize,
    /// The first line with quotes that only a CSV writer puts.
    csv: Option<usize>,
    /// The first line with quotes inside a text.
    inside: Option<usize>,
    /// The first line with a text that has no quotes around it though it may need none.
    without: Option<usize>,
}

impl Quotes {
    /// The meaning of the quotes in the file at `path`, which is read once.
    ///
    /// A CSV writer quotes every text, or those that need it; and an id has no quotes of its own. If some
    /// quotes say so and others contradict, the file has two meanings and is refused.
    pub(super) fn of_file(path: &Path, layout: Layout) -> Result<Self, Error> {
        let mut lines = TextLines::open(path)?;
        let mut counts = Counts::default();
        while let Some(line) = lines.next_line()? {
            counts.add(line.number, line.text, layout);
        }
        counts.meaning().map_err(|(line, fault)| Error::Row { path: path.into(), line, fault })
    }

    /// Whether the quotes in a table with these lines would be read as part of the texts.
    pub(crate) fn are_text(lines: impl Iterator<Item = String>) -> bool {
        let mut counts = Counts::default();
        for (number, line) in (1..).zip(lines) {
            counts.add(number, &line, Layout::IdAndText);
        }
        counts.meaning() == Ok(Self::Text)
    }

    /// The fields of a line.
    pub(super) fn fields(self, line: &str) -> Vec<String> {
        match self {
            Self::Text => line.split('\t').map(str::to_string).collect(),
            Self::Csv => csv_fields(line),
        }
    }
}

/// The fields of a line of CSV with tabs. Quotes that do not delimit a field are part of it.
fn csv_fields(line: &str) -> Vec<String> {
    let mut fields = Vec::new();
    let mut rest = Some(line);
    while let Some(line) = rest {
        let quoted = line.match_indices('\t').map(|(tab, _)| tab).chain([line.len()]);
        let quoted =
            quoted.map(|end| &line[..end]).find_map(|field| Some((field, unquoted(field)?)));
        let unquoted_end = line.find('\t').unwrap_or(line.len());
        let (field, value) =
            quoted.unwrap_or_else(|| (&line[..unquoted_end], line[..unquoted_end].into()));
        fields.push(value);
        rest = line[field.len()..].strip_prefix('\t');
    }
    fields
}

/// What a quoted field holds.
fn unquoted(field: &str) -> Option<String> {
    let inner = field.strip_prefix('"')?.strip_suffix('"')?;
    let is_whole = !inner.replace("\"\"", "").contains('"');
    is_whole.then(|| inner.replace("\"\"", "\""))
}

impl Counts {
    fn add(&mut self, line: usize, text: &str, layout: Layout) {
        let texts = match (layout, text.split_once('\t')) {
            (Layout::IdAndText, Some((id, text))) => {
                if matches!(Kind::of(id), Kind::Around | Kind::Needed) {
                    self.csv.get_or_insert(line);
                }
                vec![text]
            }
            _ => text.split('\t').collect(),
        };
        for text in &texts {
            self.add_text(line, text);
        }
        let mut odd = texts.iter().filter(|text| text.matches('"').count() % 2 == 1);
        if odd.any(|text| text.starts_with('"')) && odd.any(|text| text.ends_with('"')) {
            self.csv.get_or_insert(line);
        }
    }

    fn add_text(&mut self, line: usize, text: &str) {
        self.num_texts += 1;
        match Kind::of(text) {
            Kind::None => {
                self.without.get_or_insert(line);
            }
            Kind::Around => self.num_around += 1,
            Kind::Needed => {
                self.csv.get_or_insert(line);
            }
            Kind::Inside => {
                self.inside.get_or_insert(line);
            }
        }
    }

    /// The meaning, or the line that has two.
    fn meaning(&self) -> Result<Quotes, (usize, RowFault)> {
        let has_all = self.num_texts > 0 && self.num_around == self.num_texts;
        let as_text = self.inside.or(self.without.filter(|_| self.num_around > 0));
        match (self.csv, as_text) {
            (Some(line), Some(other)) => Err((line, RowFault::Quotes { other })),
            (Some(_), None) => Ok(Quotes::Csv),
            (None, _) if has_all => Ok(Quotes::Csv),
            (None, _) => Ok(Quotes::Text),
        }
    }
}

impl Kind {
    fn of(field: &str) -> Self {
        if !field.contains('"') {
            return Self::None;
        }
        match field.strip_prefix('"').and_then(|field| field.strip_suffix('"')) {
            Some(inner) if inner.replace("\"\"", "").contains('"') => Self::Inside,
            Some(inner) if inner.contains(['"', '\t']) => Self::Needed,
            Some(_) => Self::Around,
            None => Self::Inside,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(layout: Layout, lines: &str) -> Result<Quotes, (usize, RowFault)> {
        let mut counts = Counts::default();
        for (line, text) in (1..).zip(lines.lines()) {
            counts.add(line, text, layout);
        }
        counts.meaning()
    }

    #[test]
    fn quotes_have_the_meaning_that_all_lines_agree_with() {
        let check = |lines: &str, expected| {
            assert_eq!(meaning(Layout::IdAndText, lines), expected, "{lines}");
        };
        check("", Ok(Quotes::Text));
        check("1\t山\n2\t湖", Ok(Quotes::Text));
        check("1\t\"山\"とは\n2\t\"湖\"", Ok(Quotes::Text));
        check("1\t\"山\"\n2\t湖", Ok(Quotes::Text));
        check("1\t\"山\"\n2\t\"湖\"", Ok(Quotes::Csv));
        check("\"1\"\t山\n\"2\"\t湖", Ok(Quotes::Csv));
        check("id\ttext\n1\t\"\"\"山\"\"とは\"\n2\t湖", Ok(Quotes::Csv));
        check("1\t\"山\tと\"\n2\t湖", Ok(Quotes::Csv));
        check("1\t\"\"\"山\"\"とは\"\n2\t\"湖\"とは", Err((1, RowFault::Quotes { other: 2 })));
        check("1\t湖\n\"2\"\t\"山\"", Err((2, RowFault::Quotes { other: 1 })));
    }

    #[test]
    fn quotes_that_open_in_one_text_and_close_in_another_are_refused() {
        let check = |lines: &str, expected| {
            assert_eq!(meaning(Layout::Texts, lines), expected, "{lines}");
        };
        check("\"問\"\t正\t負", Ok(Quotes::Text));
        check("\"問\"\t\"正\"\t\"負\"", Ok(Quotes::Csv));
        check("問\t\"正\tと\"\t負", Err((1, RowFault::Quotes { other: 1 })));
    }

    #[test]
    fn fields_lose_the_quotes_of_a_csv_writer_only() {
        let check = |line: &str, expected: &[&str]| assert_eq!(Quotes::Csv.fields(line), expected);
        check("\"1\"\t\"\"\"山\"\"\tとは\"", &["1", "\"山\"\tとは"]);
        check("1\t\"\"\t\"a\t\"\"\tb\"\t", &["1", "", "a\t\"\tb", ""]);
        check("\"\t\"\ta", &["\t", "a"]);
        check("\"a\tb", &["\"a", "b"]);
        check("", &[""]);
        assert_eq!(Quotes::Text.fields("1\t\"山\""), ["1", "\"山\""]);
    }
}
