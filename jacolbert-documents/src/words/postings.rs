//! Postings: which passages of a block have a term, and how often; stored by tantivy in one segment.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use tantivy::directory::{OwnedBytes, RamDirectory};
use tantivy::index::SegmentId;
use tantivy::postings::Postings as _;
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{
    DocSet, Index, InvertedIndexReader, SegmentReader, SingleSegmentIndexWriter, TERMINATED,
    TantivyDocument, TantivyError, Term,
};

use super::packed_file::PackedFile;
use super::packed_segment::PackedSegment;
use crate::Error;

/// The segment's id when it is read. Its files have no id in them.
const SEGMENT: &str = "00000000000000000000000000000000";
/// Bytes by which tantivy chooses the size of its table of terms, which grows when it is full. The postings do not
/// depend on it.
const TABLE_BYTES: usize = 4 << 20;

/// Takes the terms of passages one after another.
pub(super) struct PostingsWriter {
    terms: Field,
    directory: RamDirectory,
    writer: SingleSegmentIndexWriter,
    num_passages: u32,
}

/// The postings of a block, read in place.
pub(super) struct Postings {
    terms: Field,
    index: Arc<InvertedIndexReader>,
    num_passages: usize,
}

/// Tantivy's schema of one field, the terms with their frequencies.
fn schema() -> (Schema, Field) {
    let mut schema = Schema::builder();
    let indexing = TextFieldIndexing::default()
        .set_index_option(IndexRecordOption::WithFreqs)
        .set_fieldnorms(false);
    let terms =
        schema.add_text_field("terms", TextOptions::default().set_indexing_options(indexing));
    (schema.build(), terms)
}

impl PostingsWriter {
    pub(super) fn new() -> Result<Self, TantivyError> {
        let (schema, terms) = schema();
        let directory = RamDirectory::create();
        let builder = Index::builder().schema(schema);
        let writer = builder.single_segment_index_writer(directory.clone(), TABLE_BYTES)?;
        Ok(Self { terms, directory, writer, num_passages: 0 })
    }

    /// Adds the next passage.
    pub(super) fn push(&mut self, terms: Vec<String>) -> Result<(), TantivyError> {
        let token = |(position, text)| Token { position, text, ..Token::default() };
        let tokens = terms.into_iter().enumerate().map(token).collect();
        let mut document = TantivyDocument::new();
        let text = PreTokenizedString { text: String::new(), tokens };
        document.add_pre_tokenized_text(self.terms, text);
        self.num_passages += 1;
        self.writer.add_document(document)
    }

    /// The content of tantivy's files; empty without passages.
    pub(super) fn finish(self) -> Result<[Vec<u8>; PackedFile::ALL.len()], TantivyError> {
        let mut files = <[Vec<u8>; PackedFile::ALL.len()]>::default();
        if self.num_passages == 0 {
            return Ok(files);
        }
        let index = self.writer.finalize()?;
        let segments = index.searchable_segment_metas()?;
        for segment in segments {
            for (file, content) in PackedFile::ALL.into_iter().zip(&mut files) {
                let path = segment.relative_path(file.component());
                let read = tantivy::Directory::open_read(&self.directory, &path)?;
                content.extend_from_slice(&read.read_bytes()?);
            }
        }
        Ok(files)
    }
}

impl Postings {
    /// The postings in the parts `files` of `bytes`; `None` without passages. `path` is for messages.
    pub(super) fn open(
        path: &Path,
        bytes: OwnedBytes,
        files: [Range<usize>; PackedFile::ALL.len()],
        num_passages: usize,
    ) -> Result<Option<Self>, Error> {
        if num_passages == 0 {
            return Ok(None);
        }
        let opened = Self::open_segment(bytes, files, num_passages);
        opened.map(Some).map_err(|cause| damage(path, &cause))
    }

    fn open_segment(
        bytes: OwnedBytes,
        files: [Range<usize>; PackedFile::ALL.len()],
        num_passages: usize,
    ) -> Result<Self, TantivyError> {
        let (schema, terms) = schema();
        let empty = Index::create_in_ram(schema);
        let meta = tantivy::Directory::atomic_read(empty.directory(), Path::new("meta.json"))?;
        let index = Index::open(PackedSegment { bytes, files, meta: meta.into() })?;
        let id = SegmentId::from_uuid_string(SEGMENT).expect("an id of zeros");
        let meta = index.new_segment_meta(id, num_passages as u32);
        let reader = SegmentReader::open(&index.segment(meta))?;
        Ok(Self { terms, index: reader.inverted_index(terms)?, num_passages })
    }

    /// Number of passages that have `term`, deleted ones included.
    pub(super) fn num_passages_with(&self, term: &str) -> Result<u64, TantivyError> {
        Ok(self.index.doc_freq(&self.term(term))?.into())
    }

    /// Calls `each` with the place in the block of every passage that has `term`, and how often it has it.
    pub(super) fn for_each(
        &self,
        term: &str,
        mut each: impl FnMut(usize, u32),
    ) -> Result<(), TantivyError> {
        let read = self.index.read_postings(&self.term(term), IndexRecordOption::WithFreqs)?;
        let Some(mut postings) = read else { return Ok(()) };
        while postings.doc() != TERMINATED {
            let place = postings.doc() as usize;
            if place >= self.num_passages {
                return Err(TantivyError::InternalError(format!("there is no passage {place}")));
            }
            each(place, postings.term_freq());
            postings.advance();
        }
        Ok(())
    }

    fn term(&self, term: &str) -> Term {
        Term::from_field_text(self.terms, term)
    }
}

/// What an error of tantivy says about the words at `path`.
pub(super) fn damage(path: &Path, cause: &dyn std::error::Error) -> Error {
    Error::corrupt(path, format!("words of a block: {cause}"))
}
