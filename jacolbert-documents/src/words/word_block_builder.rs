//! Writing the words of a block.

use jacolbert_index::PassageId;

use super::analyser::Analyser;
use super::postings::PostingsWriter;
use super::summary::Summary;
use super::word_block::KIND;
use crate::store::{Companion, CompanionParts, file_without_block};
use crate::{Companions, DocumentBlock, Error};

/// Collects the words of passages for a [`WordIndex`](crate::WordIndex) of its own, without documents.
///
/// ```
/// use std::path::Path;
///
/// use jacolbert_documents::{Analyser, WordBlockBuilder, WordIndex};
/// use jacolbert_index::PassageId;
///
/// let mut builder = WordBlockBuilder::new(Analyser::Characters, 0)?;
/// builder.add(PassageId(0), "富士山は高い。")?;
/// let mut index = WordIndex::new(Analyser::Characters);
/// index.push(Path::new("words"), builder.build()?)?;
/// assert_eq!(index.num_passages(), 1);
/// # Ok::<(), jacolbert_documents::Error>(())
/// ```
pub struct WordBlockBuilder {
    analyser: Analyser,
    ids: Vec<u8>,
    lengths: Vec<u8>,
    summary: Summary,
    writer: PostingsWriter,
}

impl WordBlockBuilder {
    /// A block whose first passage has the id `first_passage`, or a later one.
    ///
    /// # Errors
    /// [`Error::Postings`].
    pub fn new(analyser: Analyser, first_passage: usize) -> Result<Self, Error> {
        let [first_id, end_id] = [first_passage; 2];
        Ok(Self {
            analyser,
            ids: Vec::new(),
            lengths: Vec::new(),
            summary: Summary { first_id, end_id, num_passages: 0, num_terms: 0 },
            writer: PostingsWriter::new().map_err(Error::postings)?,
        })
    }

    /// Adds the passage with the id `passage`; the ids ascend.
    ///
    /// A passage without terms is never found, but counts in the mean length. A term of more than 65,530 bytes counts
    /// in the length of its passage, but is never found.
    ///
    /// # Errors
    /// [`Error::Tokenizer`], [`Error::Postings`]; [`Error::UnknownPassage`] if the ids do not ascend.
    pub fn add(&mut self, passage: PassageId, text: &str) -> Result<(), Error> {
        let num_passages = self.summary.end_id;
        if passage.index() < num_passages {
            return Err(Error::UnknownPassage { passage, num_passages });
        }
        let terms = self.analyser.passage_terms(text)?;
        let length = u32::try_from(terms.length).unwrap_or(u32::MAX);
        self.ids.extend(passage.0.to_le_bytes());
        self.lengths.extend(length.to_le_bytes());
        self.summary.end_id = passage.index() + 1;
        self.summary.num_passages += 1;
        self.summary.num_terms += u64::from(length);
        self.writer.push(terms.terms).map_err(Error::postings)
    }

    /// The bytes of the block.
    ///
    /// # Errors
    /// [`Error::Postings`].
    pub fn build(self) -> Result<Vec<u8>, Error> {
        let settings = self.analyser.description();
        let mut parts = CompanionParts::default();
        self.add_parts(&mut parts)?;
        Ok(file_without_block(KIND, settings.into(), parts))
    }

    fn add_parts(self, parts: &mut CompanionParts) -> Result<(), Error> {
        let files = self.writer.finish().map_err(Error::postings)?;
        self.summary.add_parts(self.ids, self.lengths, files, parts);
        Ok(())
    }
}

/// The words are a file beside each block of documents.
impl Companion for Analyser {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn settings(&self) -> Vec<u8> {
        self.description().into()
    }

    fn derive(
        &self,
        block: &DocumentBlock<&[u8]>,
        parts: &mut CompanionParts,
    ) -> Result<(), Error> {
        let mut builder = WordBlockBuilder::new(self.clone(), block.first_id())?;
        for document in 0..block.num_documents() {
            for passage in block.passages(document)? {
                builder.add(PassageId(passage), block.text_of(document, passage as usize)?)?;
            }
        }
        builder.summary.end_id = block.end_id();
        builder.add_parts(parts)
    }
}

impl Companions {
    /// Derives also the words of each block, with this analyser.
    ///
    /// ```
    /// use jacolbert_documents::{Analyser, Companions, DocumentBlockBuilder};
    ///
    /// let mut builder = DocumentBlockBuilder::new(0);
    /// builder.add("fuji", "null", ["富士山は高い。"]);
    /// let companions = Companions::default().words(Analyser::Characters);
    /// let files = companions.files_of(&builder.build())?;
    /// assert!(files.iter().any(|file| file.name == "words-from-0"));
    /// # Ok::<(), jacolbert_documents::Error>(())
    /// ```
    #[must_use]
    pub fn words(self, analyser: Analyser) -> Self {
        self.with(analyser)
    }
}
