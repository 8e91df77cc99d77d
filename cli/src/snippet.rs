//! The part of a passage that is shown for a question.

use std::ops::Range;

use console::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::output::Output;

const CUT: &str = "…";
/// What a part may begin after, so that it begins with a clause.
const CLAUSE_ENDS: &[char] =
    &['。', '．', '、', '，', '！', '？', '!', '?', ',', '.', '\n', ' ', '　', '」'];

/// A part of a passage that matches the question, and how much it counts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mark {
    /// Its bytes in the passage.
    pub(crate) range: Range<usize>,
    /// More is better; not negative.
    pub(crate) weight: f32,
}

/// The part of a passage that is shown for a question: of all that fit, one with the best marks.
#[derive(Debug, PartialEq)]
pub(crate) struct Snippet<'p> {
    passage: &'p str,
    range: Range<usize>,
    /// Within `range`, ascending, without overlaps.
    marked: Vec<Range<usize>>,
}

impl<'p> Snippet<'p> {
    /// The best part of `passage` that fits into `width` columns of a terminal, in which most Japanese characters take
    /// two. `marks` lie on the boundaries of characters.
    pub(crate) fn best(passage: &'p str, marks: &[Mark], width: usize) -> Self {
        let columns = columns(passage);
        // Room for both signs that something is cut.
        let room = width.saturating_sub(2 * UnicodeWidthStr::width(CUT)).max(1);
        let weight = |range: &Range<usize>| -> f32 {
            let inside = marks.iter().filter(|mark| holds(range, &mark.range));
            inside.map(|mark| mark.weight).sum()
        };
        let mut best = window(&columns, 0, room);
        let mut best_weight = weight(&best);
        // The last clause with which all good marks still fit, so that they stand near the beginning; but not so
        // late that there is room behind the end.
        for start in clauses(passage) {
            let range = window(&columns, start, room);
            let weight = weight(&range);
            let is_closer = weight == best_weight && weight > 0.0 && range.end > best.end;
            if weight > best_weight || is_closer {
                best = range;
                best_weight = weight;
            }
        }
        for mark in marks {
            let range = window(&columns, mark.range.start, room);
            let weight = weight(&range);
            if weight > best_weight {
                best = range;
                best_weight = weight;
            }
        }
        let marked = joined(marks, &best);
        Self { passage, range: best, marked }
    }

    /// The part as a line, with its marks in `style`.
    pub(crate) fn to_line(&self, output: &Output, style: &Style) -> String {
        let mut line = String::new();
        let mut at = self.range.start;
        for mark in &self.marked {
            line += &on_one_line(&self.passage[at..mark.start]);
            line += &output.styled(style, on_one_line(&self.passage[mark.clone()]));
            at = mark.end;
        }
        line += &on_one_line(&self.passage[at..self.range.end]);
        let line = line.trim();
        let before = if self.range.start > 0 { CUT } else { "" };
        let after = if self.passage[self.range.end..].trim().is_empty() { "" } else { CUT };
        format!("{before}{line}{after}")
    }
}

/// Each grapheme cluster of a text: where it begins, and the columns before it. The last entry is the end.
fn columns(text: &str) -> Vec<(usize, usize)> {
    let mut column = 0;
    let mut columns = Vec::with_capacity(text.len() / 3 + 1);
    for (at, cluster) in text.grapheme_indices(true) {
        columns.push((at, column));
        column += UnicodeWidthStr::width(cluster);
    }
    columns.push((text.len(), column));
    columns
}

/// What fits into `room` columns from the byte `start` on.
fn window(columns: &[(usize, usize)], start: usize, room: usize) -> Range<usize> {
    let first = columns.partition_point(|&(at, _)| at < start).min(columns.len() - 1);
    let (start, before) = columns[first];
    let fitting = columns.partition_point(|&(_, column)| column <= before + room);
    let end = columns[fitting - 1].0;
    start..end.max(start)
}

/// Where the clauses of a text begin.
fn clauses(text: &str) -> impl Iterator<Item = usize> {
    let ends = text.char_indices().filter(|(_, c)| CLAUSE_ENDS.contains(c));
    ends.map(|(at, c)| at + c.len_utf8())
}

fn holds(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// The marks within `range`, as ranges that do not touch.
fn joined(marks: &[Mark], range: &Range<usize>) -> Vec<Range<usize>> {
    let mut inside: Vec<Range<usize>> =
        marks.iter().map(|mark| mark.range.clone()).filter(|mark| holds(range, mark)).collect();
    inside.sort_unstable_by_key(|mark| (mark.start, mark.end));
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(inside.len());
    for mark in inside {
        match joined.last_mut() {
            Some(last) if mark.start <= last.end => last.end = last.end.max(mark.end),
            _ => joined.push(mark),
        }
    }
    joined
}

/// `text` without line ends, tabs and other characters that would break a line of a terminal.
fn on_one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
