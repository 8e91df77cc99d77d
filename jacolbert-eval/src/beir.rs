//! BEIR folders: `corpus.jsonl`, `queries.jsonl` and `qrels/<split>.tsv`.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer, Serialize};

use crate::id_set::{IdSet, check_id};
use crate::json_id;
use crate::lines::{self, Lines};
use crate::origin::Origin;
use crate::{Error, Qrels};

/// A document of a BEIR collection, a line of `corpus.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BeirDocument {
    /// The id, `_id` in the file, which may have it as a whole number.
    #[serde(rename = "_id", deserialize_with = "json_id::deserialize")]
    pub id: String,
    /// The title, or empty.
    #[serde(default, deserialize_with = "text_or_null")]
    pub title: String,
    /// The text, without the title.
    pub text: String,
}

impl BeirDocument {
    /// Title and text with a space between, as BEIR's own models read a document.
    ///
    /// The title changes figures: report whether this or [`Self::text`] was searched.
    pub fn title_and_text(&self) -> String {
        match self.title.trim() {
            "" => self.text.clone(),
            title => format!("{title} {}", self.text),
        }
    }
}

/// A query of a BEIR collection, a line of `queries.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BeirQuery {
    /// The id, `_id` in the file, which may have it as a whole number.
    #[serde(rename = "_id", deserialize_with = "json_id::deserialize")]
    pub id: String,
    /// The text.
    pub text: String,
}

/// A test collection in the layout of BEIR (Thakur et al. 2021).
///
/// Each file may be gzip, under its plain name or with the suffix `.gz`. Other fields of documents
/// and queries are ignored. A title may be missing or null, and a text may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BeirFolder {
    path: PathBuf,
}

impl BeirFolder {
    /// Opens the folder of a collection.
    ///
    /// # Errors
    ///
    /// A folder without `corpus.jsonl` or `queries.jsonl`.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let folder = Self { path: path.to_owned() };
        for name in ["corpus.jsonl", "queries.jsonl"] {
            let path = folder.file(name);
            fs::metadata(&path).map_err(|source| Error::Io { path, source })?;
        }
        Ok(folder)
    }

    /// Writes a collection to a folder, which is made if necessary.
    ///
    /// # Errors
    ///
    /// An id of the qrels with white space, or an error of the file system.
    pub fn create<'a>(
        path: &Path,
        documents: impl IntoIterator<Item = &'a BeirDocument>,
        queries: impl IntoIterator<Item = &'a BeirQuery>,
        split: &str,
        qrels: &Qrels,
    ) -> Result<Self, Error> {
        let folder = path.join("qrels");
        fs::create_dir_all(&folder).map_err(|source| Error::Io { path: folder.clone(), source })?;
        save_records(&path.join("corpus.jsonl"), documents)?;
        save_records(&path.join("queries.jsonl"), queries)?;
        qrels.save_beir(&folder.join(format!("{split}.tsv")))?;
        Self::open(path)
    }

    /// The documents, read one by one.
    ///
    /// # Errors
    ///
    /// The file cannot be opened; then, for each document: a line that is not the expected JSON,
    /// an id that is empty or occurred before.
    pub fn documents(
        &self,
    ) -> Result<impl Iterator<Item = Result<BeirDocument, Error>> + use<>, Error> {
        read_records(&self.file("corpus.jsonl"), |document: &BeirDocument| &document.id)
    }

    /// The queries, read one by one.
    ///
    /// # Errors
    ///
    /// As [`Self::documents`].
    pub fn queries(&self) -> Result<impl Iterator<Item = Result<BeirQuery, Error>> + use<>, Error> {
        read_records(&self.file("queries.jsonl"), |query: &BeirQuery| &query.id)
    }

    /// The qrels of a split, usually `test` or `dev`.
    ///
    /// # Errors
    ///
    /// As [`Qrels::open_beir`].
    pub fn qrels(&self, split: &str) -> Result<Qrels, Error> {
        Qrels::open_beir(&self.file(&format!("qrels/{split}.tsv")))
    }

    /// The file of a name, or the one with the suffix `.gz` if only that exists.
    fn file(&self, name: &str) -> PathBuf {
        let plain = self.path.join(name);
        let packed = self.path.join(format!("{name}.gz"));
        if !plain.exists() && packed.exists() { packed } else { plain }
    }
}

fn read_records<T: DeserializeOwned>(
    path: &Path,
    id: fn(&T) -> &str,
) -> Result<impl Iterator<Item = Result<T, Error>> + use<T>, Error> {
    let mut lines = Lines::open(path)?;
    let mut ids = IdSet::default();
    Ok(std::iter::from_fn(move || {
        lines.parse_next(|line| parse_record(line, id, &mut ids)).transpose()
    }))
}

fn parse_record<T: DeserializeOwned>(
    line: &str,
    id: fn(&T) -> &str,
    ids: &mut IdSet,
) -> Result<T, Error> {
    let origin = Origin::Memory;
    let record: T = match check_object(line).and_then(|()| serde_json::from_str(line)) {
        Ok(record) => record,
        Err(source) => return Err(Error::Json { origin, source }),
    };
    check_id(id(&record))?;
    match ids.insert(id(&record)) {
        Ok(_) => Ok(record),
        Err(_) => Err(Error::DuplicateId { origin, id: id(&record).to_owned() }),
    }
}

/// Refuses an array, which serde would take for the fields in their order.
fn check_object(line: &str) -> Result<(), serde_json::Error> {
    if line.starts_with('{') {
        return Ok(());
    }
    serde_json::from_str::<HashMap<String, IgnoredAny>>(line).map(|_| ())
}

/// A text, which is empty if it is null.
fn text_or_null<'de, D: Deserializer<'de>>(input: D) -> Result<String, D::Error> {
    Ok(Option::deserialize(input)?.unwrap_or_default())
}

fn save_records<T: Serialize>(
    path: &Path,
    records: impl IntoIterator<Item = T>,
) -> Result<(), Error> {
    lines::save(path, |out| {
        for record in records {
            serde_json::to_writer(&mut *out, &record)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    })
}
