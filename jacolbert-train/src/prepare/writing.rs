//! Training data on disk.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde_json::json;

use super::TrainingData;
use super::text_set::TextSet;
use crate::Error;

/// The file of queries, `number<TAB>text`.
pub const QUERIES: &str = "queries.tsv";
/// The file of passages, `number<TAB>text`.
pub const COLLECTION: &str = "collection.tsv";
/// The file of rows, [`IdFormat::HardNegatives`](crate::IdFormat::HardNegatives).
pub const ROWS: &str = "hard_negatives.jsonl";

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Rows: one for each query with a positive.
    pub num_rows: usize,
    /// Queries that have no positive, so that nothing can be learnt from them; they are in the file of
    /// queries, and no row has them.
    pub without_positive: Vec<String>,
}

impl TrainingData {
    /// Writes [`QUERIES`], [`COLLECTION`] and [`ROWS`] to `folder`, which is made if need be, as
    /// [`Examples::with_ids`](crate::Examples::with_ids) reads them.
    ///
    /// Tabs and the ends of lines become spaces in a text: to a tokenizer they are the same.
    ///
    /// # Errors
    /// [`Error::Io`]. The rows come last: without them the folder is not training data.
    pub fn write(&self, folder: &Path) -> Result<Written, Error> {
        fs::create_dir_all(folder).map_err(|error| Error::io(folder, error))?;
        create(&folder.join(QUERIES), |file| write_texts(&self.queries, file))?;
        create(&folder.join(COLLECTION), |file| write_texts(&self.passages, file))?;
        create(&folder.join(ROWS), |file| self.write_rows(file))?;
        let without = |&(query, _): &(usize, &str)| self.positives(query).is_empty();
        let without = self.queries().enumerate().filter(without);
        let without_positive: Vec<String> = without.map(|(_, text)| text.into()).collect();
        Ok(Written { num_rows: self.queries.len() - without_positive.len(), without_positive })
    }

    fn write_rows(&self, file: &mut dyn Write) -> io::Result<()> {
        for (query, judgement) in self.judgements.iter().enumerate() {
            if !judgement.positives.is_empty() {
                let (positives, negatives) = (&judgement.positives, &judgement.negatives);
                let row = json!({
                    "query_id": query, "positive_ids": positives, "negative_ids": negatives,
                });
                writeln!(file, "{row}")?;
            }
        }
        Ok(())
    }
}

fn write_texts(texts: &TextSet, file: &mut dyn Write) -> io::Result<()> {
    for (number, text) in texts.iter().enumerate() {
        writeln!(file, "{number}\t{}", text.replace(['\t', '\n', '\r'], " "))?;
    }
    Ok(())
}

/// Makes a file of what `write` writes.
fn create(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    let written = File::create(path).and_then(|file| {
        let mut file = BufWriter::new(file);
        write(&mut file)?;
        file.flush()
    });
    written.map_err(|error| Error::io(path, error))
}
