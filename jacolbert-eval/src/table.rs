//! A table of figures, written as text, Markdown or LaTeX.

use std::fmt::Write;

/// Rows of cells below a header, with notes underneath.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<Cell>>,
    pub(crate) notes: Vec<String>,
}

/// A figure or a name.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    pub(crate) text: String,
    /// Numbers of the rows that this one is significantly better than.
    pub(crate) better_than: Vec<usize>,
    /// Whether it is the best of its column.
    pub(crate) is_best: bool,
}

impl Cell {
    pub(crate) fn new(text: String) -> Self {
        Self { text, better_than: Vec::new(), is_best: false }
    }

    fn marks(&self) -> Option<String> {
        let marks: Vec<_> = self.better_than.iter().map(usize::to_string).collect();
        (!marks.is_empty()).then(|| marks.join(","))
    }
}

impl Table {
    /// Columns aligned by spaces; the best of a column has a star.
    pub(crate) fn to_text(&self) -> String {
        let mut rows = vec![self.header.clone()];
        rows.extend(self.rows.iter().map(|row| row.iter().map(text_cell).collect()));
        let widths: Vec<_> = (0..self.header.len())
            .map(|column| rows.iter().map(|row| width(&row[column])).max().unwrap_or(0))
            .collect();
        let mut out = String::new();
        for row in &rows {
            let cells = row.iter().zip(&widths).map(|(cell, &to)| pad(cell, to));
            let line = cells.collect::<Vec<_>>().join("  ");
            out.push_str(line.trim_end());
            out.push('\n');
        }
        self.with_notes(out, |note| note.to_owned())
    }

    pub(crate) fn to_markdown(&self) -> String {
        let header: Vec<_> = self.header.iter().map(|name| markdown_escaped(name)).collect();
        let rule = vec!["---"; header.len()].join(" | ");
        let mut out = format!("| {} |\n| {rule} |\n", header.join(" | "));
        for row in &self.rows {
            let cells: Vec<_> = row.iter().map(markdown_cell).collect();
            out += &format!("| {} |\n", cells.join(" | "));
        }
        self.with_notes(out + "\n", markdown_escaped)
    }

    pub(crate) fn to_latex(&self) -> String {
        let columns = format!("l{}", "r".repeat(self.header.len().saturating_sub(1)));
        let names: Vec<_> = self.header.iter().map(|name| latex_escaped(name)).collect();
        let header = names.join(" & ");
        let mut out =
            format!("\\begin{{tabular}}{{{columns}}}\n\\toprule\n{header} \\\\\n\\midrule\n");
        for row in &self.rows {
            let cells: Vec<_> = row.iter().map(latex_cell).collect();
            out += &format!("{} \\\\\n", cells.join(" & "));
        }
        out += "\\bottomrule\n\\end{tabular}\n";
        self.with_notes(out, |note| format!("% {note}"))
    }

    fn with_notes(&self, mut out: String, as_line: impl Fn(&str) -> String) -> String {
        for note in &self.notes {
            // A write to a string cannot fail.
            let _ = writeln!(out, "{}", as_line(note));
        }
        out
    }
}

fn text_cell(cell: &Cell) -> String {
    let star = if cell.is_best { "*" } else { "" };
    let marks = cell.marks().map_or(String::new(), |marks| format!(" >{marks}"));
    format!("{}{star}{marks}", cell.text)
}

fn markdown_cell(cell: &Cell) -> String {
    let mut text = markdown_escaped(&cell.text);
    if cell.is_best {
        text = format!("**{text}**");
    }
    cell.marks().map_or(text.clone(), |marks| format!("{text}<sup>{marks}</sup>"))
}

fn latex_cell(cell: &Cell) -> String {
    let mut text = latex_escaped(&cell.text);
    if cell.is_best {
        text = format!("\\textbf{{{text}}}");
    }
    cell.marks().map_or(text.clone(), |marks| format!("{text}$^{{{marks}}}$"))
}

fn markdown_escaped(text: &str) -> String {
    escaped(text, |c| match c {
        '|' => Some("\\|"),
        '*' => Some("\\*"),
        '_' => Some("\\_"),
        '<' => Some("&lt;"),
        _ => None,
    })
}

fn latex_escaped(text: &str) -> String {
    escaped(text, |c| match c {
        '&' => Some("\\&"),
        '%' => Some("\\%"),
        '$' => Some("\\$"),
        '#' => Some("\\#"),
        '_' => Some("\\_"),
        '{' => Some("\\{"),
        '}' => Some("\\}"),
        '~' => Some("\\textasciitilde{}"),
        '^' => Some("\\textasciicircum{}"),
        '\\' => Some("\\textbackslash{}"),
        _ => None,
    })
}

fn escaped(text: &str, replacement: impl Fn(char) -> Option<&'static str>) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match replacement(c) {
            Some(text) => out.push_str(text),
            None => out.push(c),
        }
    }
    out
}

fn pad(text: &str, to: usize) -> String {
    format!("{text}{}", " ".repeat(to.saturating_sub(width(text))))
}

/// Columns on a terminal, where Japanese characters take two.
fn width(text: &str) -> usize {
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

/// Kana, CJK ideographs and full-width forms.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ff01}'..='\u{ff60}')
}
