//! Writing training data to disk.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde_json::json;

use super::TrainingData;
use super::text_set::TextSet;
use crate::Error;
use crate::data::Quotes;

/// The file of queries, `number<TAB>text`.
pub const QUERIES: &str = "queries.tsv";
/// The file of passages, `number<TAB>text`.
pub const COLLECTION: &str = "collection.tsv";
/// The file of rows, [`IdFormat::HardNegatives`](crate::IdFormat::HardNegatives).
pub const ROWS: &str = "hard_negatives.jsonl";

/// The result of writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Number of rows: one for each query with a positive.
    pub num_rows: usize,
    /// Queries without a positive. They are in the file of queries, but have no row.
    pub without_positive: Vec<String>,
}

impl TrainingData {
    /// Writes [`QUERIES`], [`COLLECTION`] and [`ROWS`] to `folder`, which is made if necessary, as
    /// [`Examples::with_ids`](crate::Examples::with_ids) reads them.
    ///
    /// Tabs and line ends in a text become spaces, which are the same to a tokenizer. If quotes around texts
    /// would be taken for those of a CSV writer, all texts of the file are written in quotes.
    ///
    /// # Errors
    /// [`Error::Io`]. The rows are written last, so that a folder with rows is complete.
    pub fn write(&self, folder: &Path) -> Result<Written, Error> {
        fs::create_dir_all(folder).map_err(|error| Error::io(folder, error))?;
        create(&folder.join(QUERIES), |file| write_texts(&self.queries, file))?;
        create(&folder.join(COLLECTION), |file| write_texts(&self.passages, file))?;
        create(&folder.join(ROWS), |file| self.write_rows(file))?;
        let has_none = |&(query, _): &(usize, &str)| self.positives(query).is_empty();
        let without = self.queries().enumerate().filter(has_none);
        let without_positive: Vec<String> = without.map(|(_, text)| text.into()).collect();
        Ok(Written { num_rows: self.queries.len() - without_positive.len(), without_positive })
    }

    fn write_rows(&self, file: &mut dyn Write) -> io::Result<()> {
        for (query, judgement) in self.judgements.iter().enumerate() {
            if !judgement.positives.is_empty() {
                let row = json!({
                    "query_id": query,
                    "positive_ids": judgement.positives,
                    "negative_ids": judgement.negatives,
                });
                writeln!(file, "{row}")?;
            }
        }
        Ok(())
    }
}

/// Writes `number<TAB>text` lines; all texts in quotes if some of them would be taken for quotes of CSV.
fn write_texts(texts: &TextSet, file: &mut dyn Write) -> io::Result<()> {
    let lines = || texts.iter().map(|text| text.replace(['\t', '\n', '\r'], " ")).enumerate();
    let plain = |(number, text)| format!("{number}\t{text}");
    let has_plain_quotes = Quotes::are_text(lines().map(plain));
    for (number, text) in lines() {
        if has_plain_quotes {
            writeln!(file, "{number}\t{text}")?;
        } else {
            writeln!(file, "{number}\t\"{}\"", text.replace('"', "\"\""))?;
        }
    }
    Ok(())
}

/// Creates a file with what `write` writes.
fn create(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    let written = File::create(path).and_then(|file| {
        let mut file = BufWriter::new(file);
        write(&mut file)?;
        file.flush()
    });
    written.map_err(|error| Error::io(path, error))
}
