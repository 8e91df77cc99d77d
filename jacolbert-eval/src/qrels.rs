//! Qrels: graded judgements of documents for queries.

use std::fmt;
use std::path::Path;

use serde::{Serialize, Serializer};

use crate::Error;
use crate::error::{Format, Origin};
use crate::id_set::IdSet;
use crate::json::{self, Entries};
use crate::lines::{self, Lines};
use crate::trec::{self, QrelsLine};

/// The judged documents of each query.
///
/// A document is relevant if its grade reaches the threshold of the evaluation, by default 1. A
/// negative grade, with which TREC marks spam, counts as judged and not relevant.
///
/// ```
/// use jacolbert_eval::Qrels;
///
/// let mut qrels = Qrels::new();
/// qrels.insert("q1", "d1", 2)?;
/// qrels.insert("q1", "d2", 0)?;
///
/// let judgements = qrels.judgements("q1").expect("q1 was inserted");
/// assert_eq!(judgements.grade("d1"), Some(2));
/// assert_eq!(judgements.grade("d9"), None);
/// # Ok::<(), jacolbert_eval::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Qrels {
    queries: IdSet,
    judgements: Vec<Judgements>,
}

impl Qrels {
    /// Qrels without judgements.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads TREC qrels, `query iteration document grade`, plain or gzip.
    ///
    /// # Errors
    ///
    /// A line that is malformed or belongs to another format, a document with two grades for one
    /// query, a file without judgements.
    pub fn open_trec(path: &Path) -> Result<Self, Error> {
        let mut qrels = Self::new();
        Lines::open(path)?.for_each(|line| {
            let line = QrelsLine::parse_trec(line)?;
            qrels.insert(line.query, line.document, line.grade)
        })?;
        qrels.require_judgements(path)
    }

    /// Reads BEIR qrels, `query-id corpus-id score` between tabs with a header in the first line,
    /// plain or gzip.
    ///
    /// # Errors
    ///
    /// As [`Self::open_trec`]; a file without its header is refused.
    pub fn open_beir(path: &Path) -> Result<Self, Error> {
        let mut qrels = Self::new();
        let mut lines = Lines::open(path)?;
        lines.parse_next(check_beir_header)?;
        lines.for_each(|line| {
            let line = QrelsLine::parse_beir(line)?;
            qrels.insert(line.query, line.document, line.grade)
        })?;
        qrels.require_judgements(path)
    }

    /// Reads qrels from JSON, `{"query": {"document": grade}}` as in ranx and pytrec_eval, plain or
    /// gzip.
    ///
    /// # Errors
    ///
    /// As [`Self::open_trec`].
    pub fn open_json(path: &Path) -> Result<Self, Error> {
        let mut qrels = Self::new();
        json::read(path, &mut qrels)?;
        qrels.require_judgements(path)
    }

    /// Writes TREC qrels, as gzip if the name ends in `.gz`.
    ///
    /// # Errors
    ///
    /// An id with white space, or an error of the file system.
    pub fn save_trec(&self, path: &Path) -> Result<(), Error> {
        self.check_writable(path)?;
        lines::save(path, |out| {
            self.rows().try_for_each(|(query, document, grade)| {
                writeln!(out, "{query} 0 {document} {grade}")
            })
        })
    }

    /// Writes BEIR qrels with their header, as gzip if the name ends in `.gz`.
    ///
    /// # Errors
    ///
    /// As [`Self::save_trec`].
    pub fn save_beir(&self, path: &Path) -> Result<(), Error> {
        self.check_writable(path)?;
        lines::save(path, |out| {
            writeln!(out, "query-id\tcorpus-id\tscore")?;
            self.rows().try_for_each(|(query, document, grade)| {
                writeln!(out, "{query}\t{document}\t{grade}")
            })
        })
    }

    /// Writes qrels as JSON, as gzip if the name ends in `.gz`.
    ///
    /// # Errors
    ///
    /// An error of the file system.
    pub fn save_json(&self, path: &Path) -> Result<(), Error> {
        json::save(path, self)
    }

    /// Adds a judgement; adding the same one again changes nothing.
    ///
    /// # Errors
    ///
    /// An empty id, or a document that has another grade for this query already.
    pub fn insert(&mut self, query: &str, document: &str, grade: i32) -> Result<(), Error> {
        let origin = Origin::Memory;
        if document.is_empty() {
            return Err(Error::EmptyId { origin });
        }
        match self.judgements_mut(query)?.insert(document, grade) {
            Ok(()) => Ok(()),
            Err(first) => Err(Error::ConflictingGrades {
                origin,
                query: query.to_owned(),
                document: document.to_owned(),
                first,
                second: grade,
            }),
        }
    }

    /// Number of queries.
    pub fn num_queries(&self) -> usize {
        self.queries.len()
    }

    /// Number of judgements over all queries.
    pub fn num_judgements(&self) -> usize {
        self.judgements.iter().map(Judgements::len).sum()
    }

    /// The judgements of a query, if it has any.
    pub fn judgements(&self, query: &str) -> Option<&Judgements> {
        self.queries.position(query).map(|position| &self.judgements[position])
    }

    /// The queries and their judgements, in the order of the input.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Judgements)> {
        self.queries.iter().zip(&self.judgements)
    }

    /// The judgements of a query, which is added if the qrels do not have it.
    fn judgements_mut(&mut self, query: &str) -> Result<&mut Judgements, Error> {
        if query.is_empty() {
            return Err(Error::EmptyId { origin: Origin::Memory });
        }
        let position = self.queries.insert(query).unwrap_or_else(|present| present);
        if position == self.judgements.len() {
            self.judgements.push(Judgements::default());
        }
        Ok(&mut self.judgements[position])
    }

    fn rows(&self) -> impl Iterator<Item = (&str, &str, i32)> {
        self.iter().flat_map(|(query, judgements)| {
            judgements.iter().map(move |(document, grade)| (query, document, grade))
        })
    }

    fn check_writable(&self, path: &Path) -> Result<(), Error> {
        let documents = self.judgements.iter().flat_map(|judgements| judgements.documents.iter());
        lines::check_writable(path, self.queries.iter().chain(documents))
    }

    fn require_judgements(self, path: &Path) -> Result<Self, Error> {
        if self.num_judgements() == 0 {
            return Err(Error::EmptyQrels { origin: Origin::File { path: path.to_owned() } });
        }
        Ok(self)
    }
}

/// `{"query": {"document": grade}}`.
impl Serialize for Qrels {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl Entries for Qrels {
    type Value = i32;

    fn add_query(&mut self, query: &str) -> Result<(), Error> {
        self.judgements_mut(query).map(|_| ())
    }

    fn add_entry(&mut self, query: &str, document: &str, grade: i32) -> Result<(), Error> {
        self.insert(query, document, grade)
    }
}

/// The judged documents of one query and their grades.
#[derive(Clone, Default, PartialEq)]
pub struct Judgements {
    documents: IdSet,
    grades: Vec<i32>,
}

impl Judgements {
    /// Number of judged documents.
    pub fn len(&self) -> usize {
        self.grades.len()
    }

    /// Whether no document is judged.
    pub fn is_empty(&self) -> bool {
        self.grades.is_empty()
    }

    /// The grade of a document, if it is judged.
    pub fn grade(&self, document: &str) -> Option<i32> {
        self.documents.position(document).map(|position| self.grades[position])
    }

    /// Number of documents whose grade reaches a threshold.
    pub fn num_relevant(&self, threshold: i32) -> usize {
        self.grades.iter().filter(|&&grade| grade >= threshold).count()
    }

    /// The documents and their grades, in the order of the input.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, i32)> {
        self.documents.iter().zip(self.grades.iter().copied())
    }

    /// `Err` is the grade that the document has, if it is another one.
    fn insert(&mut self, document: &str, grade: i32) -> Result<(), i32> {
        match self.documents.insert(document) {
            Ok(_) => self.grades.push(grade),
            Err(position) if self.grades[position] != grade => return Err(self.grades[position]),
            Err(_) => {}
        }
        Ok(())
    }
}

impl fmt::Debug for Judgements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// `{"document": grade}`.
impl Serialize for Judgements {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

fn check_beir_header(line: &str) -> Result<(), Error> {
    if trec::is_beir_header(line) {
        return Ok(());
    }
    // A judgement in place of the header is a malformed first line, another format is named.
    let origin = Origin::Memory;
    Err(match QrelsLine::parse_beir(line) {
        Ok(_) => Error::Malformed { origin, expected: Format::BeirQrels },
        Err(error) => error,
    })
}
