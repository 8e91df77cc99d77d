//! A query made ready for scoring, and the formula of the score.

use jacolbert_index::{EmbeddingsRef, Index, Panels, PassageId};

use crate::Error;

/// The score of a passage for a query: `sum over i of max over j of <q_i, d_j>`, with the query's
/// rows `q` `[query tokens, dim]` and the passage's rows `d` `[passage tokens, dim]` (MaxSim, Khattab
/// and Zaharia, arXiv 2004.12832, equation 3).
///
/// `None` if the passage has no token: such a passage has no score and is never a hit.
///
/// ```
/// use jacolbert_index::Embeddings;
/// use jacolbert_search::maxsim;
///
/// let query = Embeddings::new(vec![1.0, 0.0, 0.0, 1.0], 2)?;
/// let passage = Embeddings::new(vec![0.6, 0.8, 0.8, 0.6], 2)?;
/// assert_eq!(maxsim(query.as_ref(), passage.as_ref())?, Some(1.6));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Error::EmptyQuery`], [`Error::Dim`].
pub fn maxsim(query: EmbeddingsRef<'_>, passage: EmbeddingsRef<'_>) -> Result<Option<f32>, Error> {
    Ok(Query::new(query, passage.dim())?.score(passage))
}

/// A query laid out for the kernels; a value has at least one token.
#[derive(Debug)]
pub(crate) struct Query {
    panels: Panels,
}

impl Query {
    /// Takes a query for passages whose rows have length `dim`.
    pub(crate) fn new(query: EmbeddingsRef<'_>, dim: usize) -> Result<Self, Error> {
        if query.is_empty() {
            return Err(Error::EmptyQuery);
        }
        if query.dim() != dim {
            return Err(Error::Dim { query: query.dim(), passages: dim });
        }
        Ok(Self { panels: Panels::new(query) })
    }

    pub(crate) fn num_tokens(&self) -> usize {
        self.panels.num_rows()
    }

    /// The score of the passage with the rows `passage`.
    pub(crate) fn score(&self, passage: EmbeddingsRef<'_>) -> Option<f32> {
        let mut best = BestDots::new(self.num_tokens());
        self.panels.best_dots(passage.values(), best.as_mut_slice());
        best.sum()
    }

    /// The score of a passage of `index`, by its decoded rows.
    pub(crate) fn score_in(
        &self,
        index: &Index,
        passage: PassageId,
        best: &mut BestDots,
    ) -> Result<Option<f32>, Error> {
        best.reset();
        index.best_dots(&self.panels, passage, best.as_mut_slice())?;
        Ok(best.sum())
    }

    /// All dot products with `rows`: `[rows, query tokens]`.
    pub(crate) fn dots(&self, rows: &[f32]) -> Vec<f32> {
        self.panels.dots(rows)
    }
}

/// For each query token, the largest dot product seen so far.
#[derive(Debug)]
pub(crate) struct BestDots(Vec<f32>);

impl BestDots {
    pub(crate) fn new(num_tokens: usize) -> Self {
        Self(vec![f32::NEG_INFINITY; num_tokens])
    }

    pub(crate) fn reset(&mut self) {
        self.0.fill(f32::NEG_INFINITY);
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [f32] {
        &mut self.0
    }

    /// Takes the dot products of one more passage token, one a query token.
    pub(crate) fn raise(&mut self, dots: &[f32]) {
        for (best, &dot) in self.0.iter_mut().zip(dots) {
            *best = if dot > *best { dot } else { *best };
        }
    }

    /// The score: the sum in query order, or `None` if no passage token was seen.
    pub(crate) fn sum(&self) -> Option<f32> {
        let sum = self.0.iter().sum::<f32>();
        (sum != f32::NEG_INFINITY).then_some(sum)
    }
}
