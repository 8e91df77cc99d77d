//! What of the input is left out, and why.

use std::path::Path;

use serde::Serialize;

use crate::output::Output;

/// Of what is named, so many are shown to people. Programs get all.
const MAX_SHOWN: usize = 20;

/// What of the input is left out, and why.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct LeftOut {
    /// Lines that are no documents, with file and line.
    lines: Vec<String>,
    /// Files of folders that are no text in UTF-8, with the reason.
    unreadable: Vec<String>,
    /// Number of files without a character other than white space.
    without_text: usize,
    /// Number of files of folders with another suffix.
    other_suffix: usize,
    /// Number of symbolic links in folders.
    links: usize,
    /// Number of hidden files and folders.
    hidden: usize,
}

impl LeftOut {
    pub(super) fn add_line(&mut self, what: impl ToString) {
        self.lines.push(what.to_string());
    }

    pub(super) fn add_unreadable(&mut self, path: &Path, what: impl std::fmt::Display) {
        self.unreadable.push(format!("{} {what}", path.display()));
    }

    pub(super) fn add_without_text(&mut self) {
        self.without_text += 1;
    }

    pub(super) fn add_other_suffix(&mut self) {
        self.other_suffix += 1;
    }

    pub(super) fn add_link(&mut self) {
        self.links += 1;
    }

    pub(super) fn add_hidden(&mut self) {
        self.hidden += 1;
    }

    /// Number of lines that were left out.
    pub(super) fn num_lines(&self) -> usize {
        self.lines.len()
    }

    /// Tells people what was left out.
    pub(crate) fn report(&self, output: &Output) {
        let named = self.lines.iter().chain(&self.unreadable);
        named.take(MAX_SHOWN).for_each(|what| output.warn(format!("left out: {what}")));
        let counts = [
            (self.num_lines(), "line that is no document", "lines that are no documents"),
            (
                self.unreadable.len(),
                "file that is no text in UTF-8",
                "files that are no text in UTF-8",
            ),
            (self.without_text, "file without text", "files without text"),
            (self.other_suffix, "file with another suffix", "files with other suffixes"),
            (self.links, "symbolic link", "symbolic links"),
            (self.hidden, "hidden file or folder", "hidden files and folders"),
        ];
        let some = counts.iter().filter(|(count, ..)| *count > 0);
        let some = some.map(|&(count, one, several)| {
            format!("{count} {}", if count == 1 { one } else { several })
        });
        let some: Vec<String> = some.collect();
        if !some.is_empty() {
            output.note(format!("left out: {}", some.join(", ")));
        }
    }
}
