//! An open source of documents.

use jacolbert::Document;
use jacolbert::documents::DocumentStream;

use super::csv_file::CsvFile;
use super::left_out::LeftOut;
use super::text_files::TextFiles;
use super::values::Numbers;
use crate::error::Error;

/// An open source of documents.
#[derive(Debug)]
pub(super) enum Source {
    Lines(DocumentStream),
    Columns {
        stream: DocumentStream,
        numbers: Numbers,
    },
    Csv(CsvFile),
    #[cfg(feature = "parquet")]
    Parquet(super::parquet_file::ParquetFile),
    Texts(TextFiles),
}

impl Source {
    pub(super) fn next(&mut self, left_out: &mut LeftOut) -> Result<Option<Document>, Error> {
        match self {
            Self::Lines(stream) => Ok(stream.next().transpose()?),
            Self::Columns { stream, numbers } => {
                let document = stream.next().transpose()?;
                Ok(document.map(|document| {
                    let metadata = numbers.values(document.metadata);
                    Document { metadata, ..document }
                }))
            }
            Self::Csv(file) => file.next(left_out),
            #[cfg(feature = "parquet")]
            Self::Parquet(file) => file.next(left_out),
            Self::Texts(files) => files.next(left_out),
        }
    }

    /// Takes over what a stream of lines has skipped.
    pub(super) fn finish(self, left_out: &mut LeftOut) {
        if let Self::Lines(stream) | Self::Columns { stream, .. } = self {
            stream.skipped().iter().for_each(|error| left_out.add_line(error));
        }
    }
}
