//! Runs: what a system ranked for each query.

use std::io::{self, Write};
use std::path::Path;

use serde::{Serialize, Serializer};

use crate::id_set::{IdSet, check_id};
use crate::json::{self, Entries};
use crate::lines::{self, Lines};
use crate::origin::Origin;
use crate::trec::{self, RunLine};
use crate::{Error, Ranking, TieRule};

/// Scored documents for each query, with the name of the system that ranked them.
///
/// ```
/// use jacolbert_eval::{Run, TieRule};
///
/// let mut run = Run::new("bm25");
/// run.push("q1", "d1", 0.5)?;
/// run.push("q1", "d2", 2.5)?;
///
/// let ranking = run.ranking("q1").expect("q1 was pushed");
/// assert_eq!(ranking.best_first(TieRule::InputOrder), [("d2", 2.5), ("d1", 0.5)]);
/// # Ok::<(), jacolbert_eval::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    name: String,
    queries: IdSet,
    rankings: Vec<Ranking>,
    /// Position of the last query that got a result: files are grouped by query.
    recent: usize,
}

impl Run {
    /// A run without results.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), queries: IdSet::default(), rankings: Vec::new(), recent: 0 }
    }

    /// Reads a TREC run, `query Q0 document rank score tag`, plain or gzip.
    ///
    /// A line with exactly six fields between tabs is split there, so that ids may have spaces; any other at
    /// white space. The run takes its name from the tag of the first line. Documents are ordered by score, not
    /// by the rank in the file; documents of equal score keep the order of the file.
    ///
    /// # Errors
    ///
    /// A line that is malformed or belongs to another format, an id in quotes, a document that occurs twice
    /// for a query, a score that is not finite, a file without results.
    pub fn open_trec(path: &Path) -> Result<Self, Error> {
        let mut run = Self::new("");
        Lines::open(path)?.for_each(|line| {
            let line = RunLine::parse(line)?;
            if run.rankings.is_empty() {
                line.tag.clone_into(&mut run.name);
            }
            run.push(line.query, line.document, line.score)
        })?;
        run.require_results(path)
    }

    /// Reads a run from JSON, `{"query": {"document": score}}` as in ranx and pytrec_eval, plain or
    /// gzip. The file holds no name, so `name` is given.
    ///
    /// # Errors
    ///
    /// A file of another shape, a query or a document of it that stands twice, a file without results.
    pub fn open_json(path: &Path, name: impl Into<String>) -> Result<Self, Error> {
        let mut run = Self::new(name);
        json::read(path, &mut run)?;
        run.require_results(path)
    }

    /// Writes a TREC run, best document first, as gzip if the name ends in `.gz`.
    ///
    /// Ranks start at 1, documents of equal score keep their order, and scores are read back
    /// unchanged. White space in the name becomes `_`.
    ///
    /// # Errors
    ///
    /// An id with white space or in quotes, or an error of the file system.
    pub fn save_trec(&self, path: &Path) -> Result<(), Error> {
        let documents = self.rankings.iter().flat_map(Ranking::documents);
        lines::check_writable(path, self.queries.iter().chain(documents), trec::is_unwritable)?;
        lines::save(path, |out| self.write_trec(out))
    }

    /// Writes a run as JSON, in its own order, as gzip if the name ends in `.gz`.
    ///
    /// # Errors
    ///
    /// An error of the file system.
    pub fn save_json(&self, path: &Path) -> Result<(), Error> {
        json::save(path, self)
    }

    /// Adds a result.
    ///
    /// # Errors
    ///
    /// An id that is empty or has the character U+0000, a score that is not finite, a document that the query has already.
    pub fn push(&mut self, query: &str, document: &str, score: f64) -> Result<(), Error> {
        check_id(document)?;
        let ranking = self.ranking_mut(query)?;
        ranking.push(document, score).map_err(|fault| fault.into_error(query, document))
    }

    /// Adds a query without results; does nothing if the run has the query.
    ///
    /// # Errors
    ///
    /// An id that is empty or has the character U+0000.
    pub fn push_query(&mut self, query: &str) -> Result<(), Error> {
        self.ranking_mut(query).map(|_| ())
    }

    /// The name of the system.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same run under another name.
    pub fn with_name(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// Number of queries, including those without results.
    pub fn num_queries(&self) -> usize {
        self.queries.len()
    }

    /// Number of results over all queries.
    pub fn num_results(&self) -> usize {
        self.rankings.iter().map(Ranking::len).sum()
    }

    /// The results of a query, if the run has it.
    pub fn ranking(&self, query: &str) -> Option<&Ranking> {
        self.queries.position(query).map(|position| &self.rankings[position])
    }

    /// The queries and their results, in the order of the input.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Ranking)> {
        self.queries.iter().zip(&self.rankings)
    }

    /// The results of a query, which is added if the run does not have it.
    fn ranking_mut(&mut self, query: &str) -> Result<&mut Ranking, Error> {
        let is_recent = self.recent < self.queries.len() && self.queries.id(self.recent) == query;
        if !is_recent {
            check_id(query)?;
            self.recent = self.queries.insert(query).unwrap_or_else(|present| present);
            if self.recent == self.rankings.len() {
                self.rankings.push(Ranking::default());
            }
        }
        Ok(&mut self.rankings[self.recent])
    }

    fn require_results(self, path: &Path) -> Result<Self, Error> {
        if self.num_results() == 0 {
            return Err(Error::EmptyRun { origin: Origin::File { path: path.to_owned() } });
        }
        Ok(self)
    }

    fn write_trec(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut tag = self.name.split_whitespace().collect::<Vec<_>>().join("_");
        if tag.is_empty() {
            tag.push_str("run");
        }
        for (query, ranking) in self.iter() {
            for (index, (document, score)) in
                ranking.best_first(TieRule::InputOrder).into_iter().enumerate()
            {
                writeln!(out, "{query} Q0 {document} {} {score} {tag}", index + 1)?;
            }
        }
        Ok(())
    }
}

/// `{"query": {"document": score}}`, without the name.
impl Serialize for Run {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl Entries for Run {
    type Value = f64;

    fn add_query(&mut self, query: &str) -> Result<(), Error> {
        if self.ranking(query).is_some() {
            return Err(Error::DuplicateId { origin: Origin::Memory, id: query.to_owned() });
        }
        self.push_query(query)
    }

    fn add_entry(&mut self, query: &str, document: &str, score: f64) -> Result<(), Error> {
        self.push(query, document, score)
    }
}
