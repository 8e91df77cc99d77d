//! Postings: which passages have a term, and how often; stored by tantivy.

use tantivy::postings::Postings as _;
use tantivy::schema::{FAST, Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{
    DocSet, Index, IndexWriter, ReloadPolicy, Searcher, SegmentReader, TERMINATED, TantivyDocument,
    TantivyError, Term,
};

/// Bytes of postings in memory before they become a segment. Scores do not depend on it.
const SEGMENT_BYTES: usize = 64 << 20;

/// One thread writes; several would change the order of the segments.
const NUM_THREADS: usize = 1;

/// Takes the terms of passages one after another.
pub(crate) struct PostingsWriter {
    fields: Fields,
    writer: IndexWriter,
    num_passages: u64,
}

/// Postings in memory.
pub(crate) struct Postings {
    fields: Fields,
    searcher: Searcher,
}

/// The fields of tantivy's schema: the terms, and the position of a document's passage.
#[derive(Clone, Copy)]
struct Fields {
    terms: Field,
    position: Field,
}

const POSITION: &str = "position";

impl PostingsWriter {
    pub(crate) fn new() -> Result<Self, TantivyError> {
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_index_option(IndexRecordOption::WithFreqs)
            .set_fieldnorms(false);
        let text_options = TextOptions::default().set_indexing_options(indexing);
        let terms = schema.add_text_field("terms", text_options);
        let position = schema.add_u64_field(POSITION, FAST);
        let index = Index::create_in_ram(schema.build());
        let writer = index.writer_with_num_threads(NUM_THREADS, SEGMENT_BYTES)?;
        Ok(Self { fields: Fields { terms, position }, writer, num_passages: 0 })
    }

    /// Adds the next passage.
    pub(crate) fn push(&mut self, terms: Vec<String>) -> Result<(), TantivyError> {
        let token = |(position, text)| Token { position, text, ..Token::default() };
        let tokens = terms.into_iter().enumerate().map(token).collect();
        let text = PreTokenizedString { text: String::new(), tokens };
        let mut document = TantivyDocument::new();
        document.add_pre_tokenized_text(self.fields.terms, text);
        document.add_u64(self.fields.position, self.num_passages);
        self.num_passages += 1;
        self.writer.add_document(document).map(|_| ())
    }

    pub(crate) fn finish(mut self) -> Result<Postings, TantivyError> {
        self.writer.commit()?;
        let index = self.writer.index().clone();
        self.writer.wait_merging_threads()?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Postings { fields: self.fields, searcher: reader.searcher() })
    }
}

impl Postings {
    /// Number of passages that have `term`.
    pub(crate) fn num_passages_with(&self, term: &str) -> Result<u64, TantivyError> {
        self.searcher.doc_freq(&self.term(term))
    }

    /// Calls `each` with the position of every passage that has `term` and how often it has it.
    pub(crate) fn for_each(
        &self,
        term: &str,
        mut each: impl FnMut(usize, u32),
    ) -> Result<(), TantivyError> {
        let term = self.term(term);
        for segment in self.searcher.segment_readers() {
            self.for_each_in_segment(segment, &term, &mut each)?;
        }
        Ok(())
    }

    fn for_each_in_segment(
        &self,
        segment: &SegmentReader,
        term: &Term,
        each: &mut impl FnMut(usize, u32),
    ) -> Result<(), TantivyError> {
        let index = segment.inverted_index(self.fields.terms)?;
        let Some(mut postings) = index.read_postings(term, IndexRecordOption::WithFreqs)? else {
            return Ok(());
        };
        let positions = segment.fast_fields().u64(POSITION)?.first_or_default_col(0);
        while postings.doc() != TERMINATED {
            each(positions.get_val(postings.doc()) as usize, postings.term_freq());
            postings.advance();
        }
        Ok(())
    }

    fn term(&self, term: &str) -> Term {
        Term::from_field_text(self.fields.terms, term)
    }
}
