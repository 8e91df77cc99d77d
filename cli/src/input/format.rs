//! The format of a file.

use std::path::Path;

use clap::ValueEnum;

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// A JSON object on every line
    Jsonl,
    /// Lines of fields with tabs between them
    Tsv,
    /// Fields with commas between them; the first line names them
    Csv,
    /// Apache Parquet; needs the cargo feature `parquet`
    Parquet,
    /// A file is the text of one document
    Text,
}

impl Format {
    /// The format of the file `path`, as its suffix says.
    pub(super) fn of(path: &Path) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        match name.rsplit_once('.').map_or("", |(_, suffix)| suffix) {
            "jsonl" | "ndjson" | "json" => Self::Jsonl,
            "tsv" | "tab" => Self::Tsv,
            "csv" => Self::Csv,
            "parquet" => Self::Parquet,
            _ => Self::Text,
        }
    }
}
