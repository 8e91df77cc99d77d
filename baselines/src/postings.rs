//! Which passages have a term, and how often: tantivy's part.

use tantivy::postings::Postings as _;
use tantivy::schema::{FAST, Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{
    DocSet, Index, IndexWriter, ReloadPolicy, Searcher, SegmentReader, TERMINATED, TantivyDocument,
    TantivyError, Term,
};

/// Bytes of postings that are held before they become a segment. Scores do not depend on it.
const SEGMENT_BYTES: usize = 64 << 20;

/// One thread writes: several would only write the segments in another order.
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

/// The term's postings; of a document, the place of its passage.
#[derive(Clone, Copy)]
struct Fields {
    terms: Field,
    place: Field,
}

const PLACE: &str = "place";

impl PostingsWriter {
    pub(crate) fn new() -> Result<Self, TantivyError> {
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_index_option(IndexRecordOption::WithFreqs)
            .set_fieldnorms(false);
        let terms = TextOptions::default().set_indexing_options(indexing);
        let terms = schema.add_text_field("terms", terms);
        let place = schema.add_u64_field(PLACE, FAST);
        let index = Index::create_in_ram(schema.build());
        let writer = index.writer_with_num_threads(NUM_THREADS, SEGMENT_BYTES)?;
        Ok(Self { fields: Fields { terms, place }, writer, num_passages: 0 })
    }

    /// Adds the next passage.
    pub(crate) fn push(&mut self, terms: Vec<String>) -> Result<(), TantivyError> {
        let tokens = terms.into_iter().map(|text| Token { text, ..Token::default() }).collect();
        let tokens = PreTokenizedString { text: String::new(), tokens };
        let mut document = TantivyDocument::new();
        document.add_pre_tokenized_text(self.fields.terms, tokens);
        document.add_u64(self.fields.place, self.num_passages);
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

    /// Calls `each` with the place of every passage that has `term` and how often it has it.
    pub(crate) fn each(
        &self,
        term: &str,
        mut each: impl FnMut(usize, u32),
    ) -> Result<(), TantivyError> {
        let term = self.term(term);
        for segment in self.searcher.segment_readers() {
            self.each_of_segment(segment, &term, &mut each)?;
        }
        Ok(())
    }

    fn each_of_segment(
        &self,
        segment: &SegmentReader,
        term: &Term,
        each: &mut impl FnMut(usize, u32),
    ) -> Result<(), TantivyError> {
        let index = segment.inverted_index(self.fields.terms)?;
        let Some(mut postings) = index.read_postings(term, IndexRecordOption::WithFreqs)? else {
            return Ok(());
        };
        let places = segment.fast_fields().u64(PLACE)?.first_or_default_col(0);
        while postings.doc() != TERMINATED {
            each(places.get_val(postings.doc()) as usize, postings.term_freq());
            postings.advance();
        }
        Ok(())
    }

    fn term(&self, term: &str) -> Term {
        Term::from_field_text(self.fields.terms, term)
    }
}
