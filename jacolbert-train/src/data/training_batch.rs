//! A batch, read and tokenised.

use jacolbert_model::{Encoding, Tokenizer};

use super::batch_plan::BatchPlan;
use super::{Example, Examples, RowSource};
use crate::Error;

/// `B` queries with `nway` passages each, as token ids.
#[derive(Debug)]
pub(crate) struct TrainingBatch {
    /// `[B]`
    pub(crate) sources: Vec<RowSource>,
    /// `[B]`
    pub(crate) queries: Vec<Encoding>,
    /// `[B * nway]`, laid out query by query, the positive of each first.
    pub(crate) passages: Vec<Encoding>,
    /// A teacher's scores, `[B * nway]`, or empty.
    pub(crate) teacher: Vec<f32>,
}

impl TrainingBatch {
    /// Reads and tokenises batch `batch` of `plan`.
    pub(crate) fn read(
        batch: u64,
        plan: &BatchPlan,
        examples: &mut Examples,
        tokenizer: &Tokenizer,
    ) -> Result<Self, Error> {
        let (sources, queries) = (Vec::new(), Vec::new());
        let mut read = Self { sources, queries, passages: Vec::new(), teacher: Vec::new() };
        for drawn in plan.rows(batch) {
            let example = examples.read(drawn.row, drawn.seed)?;
            let line = example.source.line;
            read.push(example, tokenizer).map_err(|source| Error::Text {
                path: examples.path().into(),
                line,
                source: source.into(),
            })?;
        }
        Ok(read)
    }

    /// Tokens of all texts, those that fill a query counted.
    pub(crate) fn num_tokens(&self) -> usize {
        self.queries.iter().chain(&self.passages).map(|encoding| encoding.ids.len()).sum()
    }

    fn push(
        &mut self,
        example: Example,
        tokenizer: &Tokenizer,
    ) -> Result<(), jacolbert_model::Error> {
        self.queries.push(tokenizer.encode_query(&example.query)?);
        for passage in &example.passages {
            self.passages.push(tokenizer.encode_passage(passage)?);
        }
        self.teacher.extend(example.teacher);
        self.sources.push(example.source);
        Ok(())
    }
}
