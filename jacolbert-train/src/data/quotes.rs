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
    num_ids: usize,
    num_quoted_ids: usize,
    num_texts: usize,
    num_quoted_texts: usize,
    /// The first text that needs the quotes around it.
    needed: Option<usize>,
    /// The first line in which a quote opens in one text and closes in another.
    open: Option<usize>,
    /// The first text with quotes inside, which a CSV writer would double.
    inside: Option<usize>,
    /// The first text with quotes around it that it does not need.
    around: Option<usize>,
}

impl Quotes {
    /// The meaning of the quotes in the file at `path`, which is read once.
    ///
    /// A CSV writer quotes all texts, or those that need it, and leaves no other quotes. In any other file,
    /// quotes are part of the texts. A file with two meanings is refused: one with quotes around all ids,
    /// and one in which a quote opens in one text and closes in another.
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
                self.num_ids += 1;
                self.num_quoted_ids += usize::from(Kind::of(id).is_quoted());
                vec![text]
            }
            _ => text.split('\t').collect(),
        };
        let mut odd = texts.iter().filter(|text| text.matches('"').count() % 2 == 1);
        if odd.any(|text| text.starts_with('"')) && odd.any(|text| text.ends_with('"')) {
            self.open.get_or_insert(line);
            return;
        }
        for text in &texts {
            self.add_text(line, text);
        }
    }

    fn add_text(&mut self, line: usize, text: &str) {
        let kind = Kind::of(text);
        self.num_texts += 1;
        self.num_quoted_texts += usize::from(kind.is_quoted());
        let first = match kind {
            Kind::None => return,
            Kind::Around => &mut self.around,
            Kind::Needed => &mut self.needed,
            Kind::Inside => &mut self.inside,
        };
        first.get_or_insert(line);
    }

    /// The meaning, or a line that has two.
    fn meaning(&self) -> Result<Quotes, (usize, RowFault)> {
        let has_all_texts = self.num_texts > 0 && self.num_quoted_texts == self.num_texts;
        let has_all_ids = self.num_ids > 0 && self.num_quoted_ids == self.num_ids;
        let as_text = self.inside.or(self.around.filter(|_| !has_all_texts));
        match (as_text, self.open) {
            (Some(line), _) if has_all_ids => Err((line, RowFault::QuotedIds)),
            (Some(_), _) => Ok(Quotes::Text),
            (None, _) if has_all_ids || has_all_texts || self.needed.is_some() => Ok(Quotes::Csv),
            (None, Some(line)) => Err((line, RowFault::OpenQuote)),
            (None, None) => Ok(Quotes::Text),
        }
    }
}

impl Kind {
    fn is_quoted(self) -> bool {
        matches!(self, Self::Around | Self::Needed)
    }

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
        check("1\t\"山\"\"湖\"\n2\t\"川\"とは", Ok(Quotes::Text));
        check("1\t湖\n\"2\"\t山", Ok(Quotes::Text));
        check("1\t\"山\"\n2\t\"湖\"", Ok(Quotes::Csv));
        check("\"1\"\t山\n\"2\"\t湖", Ok(Quotes::Csv));
        check("id\ttext\n1\t\"\"\"山\"\"とは\"\n2\t湖", Ok(Quotes::Csv));
        check("1\t\"山\tと\"\n2\t湖", Ok(Quotes::Csv));
        check("\"1\"\t湖\n\"2\"\t\"山\"とは", Err((2, RowFault::QuotedIds)));
    }

    #[test]
    fn quotes_that_open_in_one_text_and_close_in_another_may_have_two_meanings() {
        let check = |lines: &str, expected| {
            assert_eq!(meaning(Layout::Texts, lines), expected, "{lines}");
        };
        check("\"問\"\t正\t負", Ok(Quotes::Text));
        check("\"問\"\t\"正\"\t\"負\"", Ok(Quotes::Csv));
        let open = "問\t\"正\tと\"\t負";
        check(open, Err((1, RowFault::OpenQuote)));
        check(&format!("{open}\n\"問\"とは\t正\t負"), Ok(Quotes::Text));
        check(&format!("{open}\n\"\"\"問\"\"とは\"\t正\t負"), Ok(Quotes::Csv));
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
