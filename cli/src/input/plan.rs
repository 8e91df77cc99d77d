//! What is to be read, before it is opened.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use jacolbert::documents::DocumentStream;
use jacolbert::{stream_jsonl, stream_tsv};

use super::csv_file::CsvFile;
use super::format::Format;
use super::left_out::LeftOut;
use super::reading::Reading;
use super::source::Source;
use super::text_files::{FolderRules, TextFiles};
use crate::error::Error;

/// The path that stands for standard input, and its name in messages.
const DASH: &str = "-";
const STDIN: &str = "<standard input>";

/// What is to be read, before it is opened.
#[derive(Debug)]
pub(super) enum Plan {
    File { path: PathBuf, format: Format },
    Stdin { format: Format },
    Texts(TextFiles),
}

impl Plan {
    /// What the argument `path` means.
    pub(super) fn of(
        path: &Path,
        format: Option<Format>,
        folders: &FolderRules,
        left_out: &mut LeftOut,
    ) -> Result<Self, Error> {
        if path == Path::new(DASH) {
            return Ok(Self::Stdin { format: format.unwrap_or(Format::Jsonl) });
        }
        let metadata = fs::metadata(path).map_err(|source| unreadable(path, &source))?;
        if metadata.is_dir() {
            return Ok(Self::Texts(folders.find_text_files(path, left_out)));
        }
        match format.unwrap_or_else(|| Format::of(path)) {
            Format::Text => Ok(Self::Texts(TextFiles::one(path)?)),
            #[cfg(not(feature = "parquet"))]
            Format::Parquet => {
                Err(Error::NoFeature { what: "reading Parquet", feature: "parquet" })
            }
            format => Ok(Self::File { path: path.into(), format }),
        }
    }

    /// Number of documents at most, if that is known.
    pub(super) fn num_documents(&self) -> Option<usize> {
        match self {
            Self::Texts(files) => Some(files.len()),
            Self::File { .. } | Self::Stdin { .. } => None,
        }
    }

    pub(super) fn open(self, reading: Reading) -> Result<Source, Error> {
        match self {
            Self::Texts(files) => Ok(Source::Texts(files)),
            Self::Stdin { format } => open_stdin(format, reading),
            Self::File { path, format } => open_file(&path, format, reading),
        }
    }
}

fn open_file(path: &Path, format: Format, reading: Reading) -> Result<Source, Error> {
    match format {
        Format::Jsonl => Ok(lines(stream_jsonl(path)?, reading)),
        Format::Tsv => Ok(columns(stream_tsv(path)?, reading)),
        Format::Csv => {
            let file = File::open(path).map_err(|source| unreadable(path, &source))?;
            Ok(Source::Csv(CsvFile::open(path, file, reading)?))
        }
        #[cfg(feature = "parquet")]
        Format::Parquet => {
            Ok(Source::Parquet(super::parquet_file::ParquetFile::open(path, reading)?))
        }
        #[cfg(not(feature = "parquet"))]
        Format::Parquet => Err(Error::NoFeature { what: "reading Parquet", feature: "parquet" }),
        Format::Text => Ok(Source::Texts(TextFiles::one(path)?)),
    }
}

fn open_stdin(format: Format, reading: Reading) -> Result<Source, Error> {
    let stdin = io::stdin();
    match format {
        Format::Jsonl => Ok(lines(DocumentStream::from_jsonl(STDIN, stdin)?, reading)),
        Format::Tsv => Ok(columns(DocumentStream::from_tsv(STDIN, stdin)?, reading)),
        Format::Csv => Ok(Source::Csv(CsvFile::open(STDIN.as_ref(), stdin, reading)?)),
        Format::Parquet => {
            Err(Error::Usage("Parquet cannot come from standard input: name its file".into()))
        }
        Format::Text => Err(Error::Usage(
            "a text from standard input has no id: name its file, or send JSON lines".into(),
        )),
    }
}

fn lines(stream: DocumentStream, reading: Reading) -> Source {
    Source::Lines(stream.fields(reading.names).skip_bad_lines(reading.max_skipped))
}

fn columns(stream: DocumentStream, reading: Reading) -> Source {
    let numbers = reading.numbers;
    let stream = stream.fields(reading.names).skip_bad_lines(reading.max_skipped);
    Source::Columns { stream, numbers }
}

fn unreadable(path: &Path, source: &io::Error) -> Error {
    Error::file(path, format!("cannot be read: {source}"))
}
