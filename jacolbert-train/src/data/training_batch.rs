//! A batch, read and tokenised.

use jacolbert_model::{Encoding, Tokenizer};

use super::batch_plan::BatchPlan;
use super::example::Example;
use super::examples::Examples;
use super::row_source::RowSource;
use crate::{Error, KnownPositives};

/// `B` queries with `nway` passages each, as token ids.
#[derive(Debug, Default)]
pub(crate) struct TrainingBatch {
    /// `[B]`
    pub(crate) sources: Vec<RowSource>,
    /// `[B]`
    pub(crate) queries: Vec<Encoding>,
    /// `[B * nway]`, query by query, the positive of each first.
    pub(crate) passages: Vec<Encoding>,
    /// Scores of a teacher, `[B * nway]`, or empty.
    pub(crate) teacher: Vec<f32>,
    /// Pairs of a query and another query's passage that is a known positive, to exclude from the
    /// negatives.
    pub(crate) spared: Vec<Spared>,
}

/// A query and a passage of another query that is a positive of it too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spared {
    /// Position of the query in the batch.
    pub(crate) query: usize,
    /// Position of the passage among all passages of the batch.
    pub(crate) passage: usize,
}

impl TrainingBatch {
    /// Reads and tokenises batch `batch` of `plan`.
    pub(crate) fn read(
        batch: u64,
        plan: &BatchPlan,
        examples: &mut Examples,
        tokenizer: &Tokenizer,
        known_positives: KnownPositives,
    ) -> Result<Self, Error> {
        let rows = plan
            .rows(batch)
            .map(|drawn| examples.read(drawn.row, drawn.seed))
            .collect::<Result<Vec<_>, _>>()?;
        let spared = match known_positives {
            KnownPositives::Spared => known_positives_of_others(&rows),
            KnownPositives::Negatives => Vec::new(),
        };
        let mut read = Self { spared, ..Self::default() };
        for example in rows {
            let line = example.source.line;
            read.push(example, tokenizer).map_err(|source| Error::Text {
                path: examples.path().into(),
                line,
                source: source.into(),
            })?;
        }
        Ok(read)
    }

    /// Number of tokens of all texts, including the filling of queries.
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

/// All pairs of a query and another query's passage that is a positive of it.
fn known_positives_of_others(rows: &[Example]) -> Vec<Spared> {
    let n_way = rows.first().map_or(0, |row| row.names.len());
    let mut spared = Vec::new();
    for (query, row) in rows.iter().enumerate() {
        let others = rows.iter().enumerate().filter(|&(other, _)| other != query);
        for (other, names) in others.map(|(other, row)| (other, &row.names)) {
            let positives =
                names.iter().enumerate().filter(|(_, name)| row.positives.contains(name));
            let passages = positives.map(|(position, _)| other * n_way + position);
            spared.extend(passages.map(|passage| Spared { query, passage }));
        }
    }
    spared
}
