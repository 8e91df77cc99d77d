//! Qrels: graded judgements of documents for queries.

use std::path::Path;

use serde::{Serialize, Serializer};

use crate::error::GradeFault;
use crate::id_set::{IdSet, check_id};
use crate::json::{self, Entries};
use crate::lines::{self, Lines};
use crate::origin::Origin;
use crate::trec::{self, QrelsLine};
use crate::{Error, Judgements};

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
    /// A line with exactly four fields between tabs is split there, so that ids may have spaces; any other at
    /// white space. Grades are whole numbers, and `1.0` is one.
    ///
    /// # Errors
    ///
    /// A line that is malformed or belongs to another format, a grade that is a fraction, an id in quotes, a
    /// document with two grades for one query, a file without judgements.
    pub fn open_trec(path: &Path) -> Result<Self, Error> {
        let mut qrels = Self::new();
        Lines::open(path)?.for_each(|line| {
            let line = QrelsLine::parse_trec(line)?;
            qrels.insert_number(&line.query, &line.document, line.grade)
        })?;
        qrels.require_judgements(path)
    }

    /// Reads BEIR qrels, `query-id corpus-id score` between tabs with a header in the first line,
    /// plain or gzip.
    ///
    /// A field in quotes is read without them, as BEIR does. Grades are as for [`Self::open_trec`].
    ///
    /// # Errors
    ///
    /// As [`Self::open_trec`]; also a file without its header or with the header of another order, and a
    /// quote that is not closed.
    pub fn open_beir(path: &Path) -> Result<Self, Error> {
        let mut qrels = Self::new();
        let mut lines = Lines::open(path)?;
        lines.parse_next(trec::check_beir_header)?;
        lines.for_each(|line| {
            let line = QrelsLine::parse_beir(line)?;
            qrels.insert_number(&line.query, &line.document, line.grade)
        })?;
        qrels.require_judgements(path)
    }

    /// Reads qrels from JSON, `{"query": {"document": grade}}` as in ranx and pytrec_eval, plain or
    /// gzip.
    ///
    /// # Errors
    ///
    /// A file of another shape, a query that stands twice, a grade that is a fraction, a document with two
    /// grades for one query, a file without judgements.
    pub fn open_json(path: &Path) -> Result<Self, Error> {
        let mut qrels = Self::new();
        json::read(path, &mut qrels)?;
        qrels.require_judgements(path)
    }

    /// Writes TREC qrels, as gzip if the name ends in `.gz`.
    ///
    /// # Errors
    ///
    /// An id with white space or in quotes, or an error of the file system.
    pub fn save_trec(&self, path: &Path) -> Result<(), Error> {
        lines::check_writable(path, self.ids(), trec::is_unwritable)?;
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
    /// An id with white space, or an error of the file system.
    pub fn save_beir(&self, path: &Path) -> Result<(), Error> {
        lines::check_writable(path, self.ids(), |id| id.contains(char::is_whitespace))?;
        lines::save(path, |out| {
            writeln!(out, "query-id\tcorpus-id\tscore")?;
            self.rows().try_for_each(|(query, document, grade)| {
                writeln!(out, "{}\t{}\t{grade}", trec::quoted(query), trec::quoted(document))
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
    /// An id that is empty or has the character U+0000, or a document that has another grade for this query already.
    pub fn insert(&mut self, query: &str, document: &str, grade: i32) -> Result<(), Error> {
        check_id(document)?;
        match self.judgements_mut(query)?.insert(document, grade) {
            Ok(()) => Ok(()),
            Err(first) => Err(Error::ConflictingGrades {
                origin: Origin::Memory,
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
        check_id(query)?;
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

    fn ids(&self) -> impl Iterator<Item = &str> {
        self.queries.iter().chain(self.judgements.iter().flat_map(Judgements::documents))
    }

    /// As [`Self::insert`], with a grade as files may write it.
    fn insert_number(&mut self, query: &str, document: &str, grade: f64) -> Result<(), Error> {
        match whole(grade) {
            Ok(grade) => self.insert(query, document, grade),
            Err(fault) => Err(Error::Grade {
                origin: Origin::Memory,
                query: query.to_owned(),
                document: document.to_owned(),
                grade,
                fault,
            }),
        }
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
    type Value = f64;

    fn add_query(&mut self, query: &str) -> Result<(), Error> {
        if self.judgements(query).is_some() {
            return Err(Error::DuplicateId { origin: Origin::Memory, id: query.to_owned() });
        }
        self.judgements_mut(query).map(|_| ())
    }

    fn add_entry(&mut self, query: &str, document: &str, grade: f64) -> Result<(), Error> {
        self.insert_number(query, document, grade)
    }
}

/// The grade that is this number.
fn whole(grade: f64) -> Result<i32, GradeFault> {
    if grade.fract() != 0.0 {
        Err(GradeFault::Fraction)
    } else if (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&grade) {
        Ok(grade as i32)
    } else {
        Err(GradeFault::OutOfRange)
    }
}
