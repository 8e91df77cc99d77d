//! The vectors of a test collection, encoded once and searched in several ways.

use jacolbert::Encoder;
use jacolbert::index::{Bits, BuildOptions, Embeddings, IndexBuilder, PassageId};
use jacolbert::model::{SentenceEncoder, Truncation};
use jacolbert::search::{Hit, SearchOptions, Searcher, exhaustive_search};

use crate::test_collection::TestCollection;

/// The vectors of all passages and questions.
pub(crate) struct Vectors {
    passages: Vec<Embeddings>,
    questions: Vec<Embeddings>,
}

impl Vectors {
    /// Encodes a collection with a late interaction model and says which texts were too long for it.
    pub(crate) fn of(encoder: &Encoder, collection: &TestCollection) -> anyhow::Result<Self> {
        let TestCollection { documents, passages, queries, questions, .. } = collection;
        let passages = encoder
            .encode_passages_reporting(&texts(passages), &mut |done, of| report(done, of))?;
        let questions = encoder.encode_queries(&texts(questions))?;
        report_truncated("passages", documents, &passages.truncated);
        report_truncated("queries", queries, &questions.truncated);
        Ok(Self { passages: passages.embeddings, questions: questions.embeddings })
    }

    /// Encodes a collection with a dense model: a text has one row, and its score is the product with that of
    /// the question.
    pub(crate) fn of_dense(
        encoder: &SentenceEncoder,
        collection: &TestCollection,
    ) -> anyhow::Result<Self> {
        let TestCollection { documents, passages, queries, questions, .. } = collection;
        let passages = encoder
            .encode_passages_reporting(&texts(passages), &mut |done, of| report(done, of))?;
        let questions = encoder.encode_queries(&texts(questions))?;
        report_truncated("passages", documents, &passages.truncated);
        report_truncated("queries", queries, &questions.truncated);
        Ok(Self {
            passages: one_each(&passages.vectors)?,
            questions: one_each(&questions.vectors)?,
        })
    }

    /// The best `k` passages for each question, of all with their exact score.
    pub(crate) fn search_exhaustively(&self, k: usize) -> anyhow::Result<Vec<Vec<Hit>>> {
        let mut hits = Vec::with_capacity(self.questions.len());
        for question in &self.questions {
            let passages = (0..).map(PassageId).zip(self.passages.iter().map(Embeddings::as_ref));
            hits.push(exhaustive_search(question.as_ref(), passages, k)?);
            report(hits.len(), self.questions.len());
        }
        Ok(hits)
    }

    /// The best `k` passages for each question that an index of so many bits finds.
    pub(crate) fn search_index(&self, bits: Bits, k: usize) -> anyhow::Result<Vec<Vec<Hit>>> {
        let dim = self.passages.first().map_or(0, Embeddings::dim);
        let options = BuildOptions { bits, ..Default::default() };
        let mut builder = IndexBuilder::new(dim, options)?;
        for passage in &self.passages {
            builder.add(passage.as_ref())?;
        }
        let index = builder.build()?;
        let options = SearchOptions { k, ..Default::default() };
        Ok(Searcher::new(&index).search_batch(&self.questions, &options)?)
    }
}

fn texts(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

/// Each vector as a text of one row.
fn one_each(vectors: &Embeddings) -> anyhow::Result<Vec<Embeddings>> {
    let rows = vectors.as_ref().rows();
    Ok(rows.map(|row| Embeddings::new(row.to_vec(), row.len())).collect::<Result<_, _>>()?)
}

fn report_truncated(what: &str, ids: &[String], truncated: &[Truncation]) {
    if let Some(first) = truncated.first() {
        let (num, of, first) = (truncated.len(), ids.len(), &ids[first.text]);
        println!("{num} of {of} {what} are longer than the model reads, such as {first}");
    }
}

/// Says how many texts are done.
fn report(done: usize, of: usize) {
    if done == of || done.is_multiple_of(64) {
        eprint!("\r{done} of {of}{}", if done == of { "\n" } else { "" });
    }
}
