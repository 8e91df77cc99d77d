//! Passages that are ranked by BM25.

use std::collections::HashSet;
use std::fmt;
use std::path::Path;

use jacolbert_documents::{Analyser, Bm25Options, WordBlockBuilder, WordIndex};
use jacolbert_index::PassageId;

use crate::Error;

/// Bytes of texts after which a block of words is written. Scores do not depend on it.
const BLOCK_BYTES: usize = 64 << 20;

/// Passages in memory that are ranked by BM25; see [`Bm25Options`] for the formula.
///
/// Several threads may search it at the same time.
pub struct Bm25Index {
    ids: Vec<String>,
    options: Bm25Options,
    words: WordIndex<Vec<u8>>,
}

impl Bm25Index {
    /// Indexes passages, each with an id and a text.
    ///
    /// A passage without terms is never found, but counts in the mean length.
    ///
    /// # Errors
    ///
    /// An option outside its range, two passages with one id, a text that the analyser refuses.
    pub fn new<I: Into<String>, T: AsRef<str>>(
        passages: impl IntoIterator<Item = (I, T)>,
        analyser: Analyser,
        options: &Bm25Options,
    ) -> Result<Self, Error> {
        let passages = passages.into_iter().map(|(id, text)| Ok((id.into(), text)));
        Self::try_new(passages, analyser, options)
    }

    /// As [`Self::new`], with passages that may fail to be read.
    pub(crate) fn try_new<T: AsRef<str>>(
        passages: impl IntoIterator<Item = Result<(String, T), Error>>,
        analyser: Analyser,
        options: &Bm25Options,
    ) -> Result<Self, Error> {
        options.check()?;
        let mut ids: Vec<String> = Vec::new();
        let mut words = WordIndex::new(analyser.clone());
        let mut block = WordBlockBuilder::new(analyser.clone(), 0)?;
        let mut block_bytes = 0;
        for passage in passages {
            let (id, text) = passage?;
            let text = text.as_ref();
            if block_bytes >= BLOCK_BYTES {
                let next = WordBlockBuilder::new(analyser.clone(), ids.len())?;
                push_block(&mut words, std::mem::replace(&mut block, next))?;
                block_bytes = 0;
            }
            match block.add(PassageId(ids.len() as u32), text) {
                Ok(()) => ids.push(id),
                Err(source) => return Err(Error::Passage { id, source }),
            }
            block_bytes += text.len();
        }
        check_distinct(&ids)?;
        push_block(&mut words, block)?;
        Ok(Self { ids, options: *options, words })
    }

    /// The best `k` passages for a query and their scores, best first; passages of equal score keep the
    /// order of adding. Passages without a term of the query are not returned.
    ///
    /// # Errors
    ///
    /// A query that the analyser refuses.
    pub fn search(&self, query: &str, k: usize) -> Result<Vec<(&str, f64)>, Error> {
        let scores = self.words.scores(query, &self.options, self.ids.len(), &|_| true)?;
        let hits = scores.best(k, &|_| true)?;
        Ok(hits.into_iter().map(|hit| (&*self.ids[hit.passage.index()], hit.score)).collect())
    }

    /// Number of passages.
    pub fn num_passages(&self) -> usize {
        self.ids.len()
    }
}

impl fmt::Debug for Bm25Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bm25Index")
            .field("num_passages", &self.ids.len())
            .field("analyser", self.words.analyser())
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

fn push_block(words: &mut WordIndex<Vec<u8>>, block: WordBlockBuilder) -> Result<(), Error> {
    Ok(words.push(Path::new("words in memory"), block.build()?)?)
}

fn check_distinct(ids: &[String]) -> Result<(), Error> {
    let mut seen = HashSet::with_capacity(ids.len());
    match ids.iter().find(|id| !seen.insert(id.as_str())) {
        Some(id) => Err(Error::DuplicateId { id: id.clone() }),
        None => Ok(()),
    }
}
