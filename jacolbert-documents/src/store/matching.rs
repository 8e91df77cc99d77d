//! Which documents pass a filter.

use jacolbert_index::PassageId;

use super::document_block::DocumentBlock;
use super::document_set::DocumentSet;
use super::documents::Documents;
use crate::Error;
use crate::filter::{Filter, Program, Truth};

/// The documents that pass a filter, of one state of a collection. Made by [`Documents::matching`].
#[derive(Debug)]
pub struct MatchingDocuments<'d, B> {
    blocks: Vec<(&'d DocumentBlock<B>, DocumentSet)>,
}

impl<B: AsRef<[u8]>> Documents<B> {
    /// The documents whose metadata pass `filter`. Whether any passage of them `is_live` matters only for fields
    /// that a [strict](Filter::strict) filter must find.
    ///
    /// The metadata of a block are read from its columns where there are any, and else one document after the other.
    ///
    /// ```
    /// use std::path::Path;
    ///
    /// use jacolbert_documents::{DocumentBlockBuilder, Documents, field};
    /// use jacolbert_index::PassageId;
    ///
    /// let mut builder = DocumentBlockBuilder::new(0);
    /// builder.add("fuji", r#"{"height":3776}"#, ["富士山は高い。"]);
    /// builder.add("biwa", r#"{"depth":104}"#, ["琵琶湖は大きい。"]);
    /// let mut documents = Documents::new();
    /// documents.push(Path::new("block"), builder.build())?;
    /// let high = documents.matching(&field("height").gt(3000), &|_| true)?;
    /// assert_eq!(high.passages(&|_| true)?, [PassageId(0)]);
    /// # Ok::<(), jacolbert_documents::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::UnknownField`] for a strict filter; [`Error::Corrupt`].
    pub fn matching(
        &self,
        filter: &Filter,
        is_live: &dyn Fn(PassageId) -> bool,
    ) -> Result<MatchingDocuments<'_, B>, Error> {
        let program = Program::new(filter);
        let blocks = self.blocks().iter().map(|block| Ok((block, block.matching(&program)?)));
        let blocks = blocks.collect::<Result<Vec<_>, Error>>()?;
        if program.refuses_unknown_fields() {
            self.check_fields(&program, is_live)?;
        }
        Ok(MatchingDocuments { blocks })
    }

    /// Those of `passages` whose documents pass `filter`; their metadata are read one after the other.
    ///
    /// # Errors
    /// [`Error::UnknownPassage`]; [`Error::UnknownField`] for a strict filter, as [`matching`](Self::matching);
    /// [`Error::Corrupt`].
    pub fn matching_passages(
        &self,
        filter: &Filter,
        passages: impl IntoIterator<Item = PassageId>,
        is_live: &dyn Fn(PassageId) -> bool,
    ) -> Result<Vec<PassageId>, Error> {
        let program = Program::new(filter);
        let mut matching = Vec::new();
        for passage in passages {
            let (block, document) = self.document_of(passage)?;
            if block.truth_of(&program, document)? == Truth::True {
                matching.push(passage);
            }
        }
        if program.refuses_unknown_fields() {
            self.check_fields(&program, is_live)?;
        }
        Ok(matching)
    }

    /// Checks that each field of `program` is a field of a live document.
    fn check_fields(
        &self,
        program: &Program<'_>,
        is_live: &dyn Fn(PassageId) -> bool,
    ) -> Result<(), Error> {
        let mut is_known = vec![false; program.fields.len()];
        for block in self.blocks() {
            block.find_fields(program, is_live, &mut is_known)?;
        }
        match is_known.iter().position(|known| !known) {
            Some(unknown) => {
                let field = program.fields[unknown];
                Err(Error::UnknownField { field: field.to_string(), position: field.position })
            }
            None => Ok(()),
        }
    }
}

impl<B: AsRef<[u8]>> DocumentBlock<B> {
    fn matching(&self, program: &Program<'_>) -> Result<DocumentSet, Error> {
        #[cfg(feature = "filter")]
        if let Some(matching) = crate::columns::matching(self, program)? {
            return Ok(matching);
        }
        self.scan(program)
    }

    /// Reads the metadata of one document after the other.
    fn scan(&self, program: &Program<'_>) -> Result<DocumentSet, Error> {
        let mut found = DocumentSet::empty(self.num_documents());
        for document in 0..self.num_documents() {
            if self.truth_of(program, document)? == Truth::True {
                found.insert(document);
            }
        }
        Ok(found)
    }

    /// What `program` says about the document at `document`.
    pub(crate) fn truth_of(&self, program: &Program<'_>, document: usize) -> Result<Truth, Error> {
        let values = program.values(self.metadata_of(document)?);
        let truth = values.and_then(|values| program.evaluate(&values));
        truth.map_err(|_| self.corrupt_metadata(document))
    }

    /// Marks those fields of `program` that a live document has.
    fn find_fields(
        &self,
        program: &Program<'_>,
        is_live: &dyn Fn(PassageId) -> bool,
        is_known: &mut [bool],
    ) -> Result<(), Error> {
        for document in 0..self.num_documents() {
            if is_known.iter().all(|&known| known) {
                break;
            }
            if !self.is_live(document, is_live)? {
                continue;
            }
            let values = program.values(self.metadata_of(document)?);
            let values = values.map_err(|_| self.corrupt_metadata(document))?;
            for (known, value) in is_known.iter_mut().zip(values) {
                *known |= !value.is_missing();
            }
        }
        Ok(())
    }

    /// Whether a passage of the document at `document` is live.
    fn is_live(&self, document: usize, is_live: &dyn Fn(PassageId) -> bool) -> Result<bool, Error> {
        Ok(self.passages(document)?.any(|passage| is_live(PassageId(passage))))
    }

    pub(crate) fn corrupt_metadata(&self, document: usize) -> Error {
        let id = self.id_of(document).unwrap_or_default();
        self.corrupt(format!("metadata of document {id:?}"))
    }
}

impl<B: AsRef<[u8]>> MatchingDocuments<'_, B> {
    /// The passages of the documents, ascending, as far as they are live.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    pub fn passages(&self, is_live: &dyn Fn(PassageId) -> bool) -> Result<Vec<PassageId>, Error> {
        let mut passages = Vec::new();
        for (block, documents) in &self.blocks {
            let has_all_ids = block.num_passages() == block.end_id() - block.first_id();
            if has_all_ids && documents.len() == block.num_documents() {
                let all = (block.first_id() as u32..block.end_id() as u32).map(PassageId);
                passages.extend(all.filter(|&passage| is_live(passage)));
                continue;
            }
            for document in documents.iter() {
                let all = block.passages(document)?.map(PassageId);
                passages.extend(all.filter(|&passage| is_live(passage)));
            }
        }
        Ok(passages)
    }

    /// Number of documents with a live passage. One that is stored in several places counts once.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    pub fn num_documents(&self, is_live: &dyn Fn(PassageId) -> bool) -> Result<usize, Error> {
        let mut num_documents = 0;
        for (block, documents) in &self.blocks {
            let mut live = DocumentSet::empty(block.num_documents());
            for document in documents.iter() {
                if block.is_live(document, is_live)? {
                    live.insert(document);
                }
            }
            num_documents += block.num_distinct(&live)?;
        }
        Ok(num_documents)
    }
}
