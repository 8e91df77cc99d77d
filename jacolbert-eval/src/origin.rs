//! Where an error was found, and in a file of which format.

use std::fmt;
use std::path::PathBuf;

/// Where an error was found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// A value from memory.
    Memory,
    /// A file as a whole.
    File {
        /// The file.
        path: PathBuf,
    },
    /// A line of a file.
    Line {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("in memory"),
            Self::File { path } => write!(f, "{}", path.display()),
            Self::Line { path, line } => write!(f, "{}, line {line}", path.display()),
        }
    }
}

/// A file format of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// `query iteration document grade`.
    TrecQrels,
    /// `query Q0 document rank score tag`.
    TrecRun,
    /// `query-id corpus-id score`, between tabs, below a header.
    BeirQrels,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TrecQrels => "TREC qrels (query iteration document grade)",
            Self::TrecRun => "a TREC run (query Q0 document rank score tag)",
            Self::BeirQrels => "BEIR qrels (query-id, corpus-id, score between tabs)",
        })
    }
}
