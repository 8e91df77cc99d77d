//! The checked shape of a batch, and the columns of its passages in its scores.

use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::Error;

/// Number of queries, and of passages of each; both are at least 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct BatchShape {
    n_queries: usize,
    n_way: usize,
}

impl BatchShape {
    /// The shape by the scores of each query's own passages, `[B, nway]`.
    pub(super) fn from_own_scores(scores: &Tensor<2>) -> Result<Self, Error> {
        let shape @ [n_queries, n_way] = scores.dims();
        if n_queries == 0 || n_way == 0 {
            return Err(Error::NoScores { shape });
        }
        Ok(Self { n_queries, n_way })
    }

    /// The shape by the scores of all passages, `[B, B * nway]`.
    pub(super) fn from_all_scores(scores: &Tensor<2>) -> Result<Self, Error> {
        let Self { n_queries: queries, n_way: columns } = Self::from_own_scores(scores)?;
        if columns % queries != 0 {
            return Err(Error::UnequalPassages { queries, columns });
        }
        Ok(Self { n_queries: queries, n_way: columns / queries })
    }

    /// `[B, nway]`, the shape of the scores of each query's own passages.
    pub(super) fn own(&self) -> [usize; 2] {
        [self.n_queries, self.n_way]
    }

    /// Columns of each query's own passages, `[B, nway]`.
    pub(super) fn own_columns(&self, device: &Device) -> Tensor<2, Int> {
        self.columns(device, |query| self.own_range(query))
    }

    /// Column of each query's positive, `[B, 1]`.
    pub(super) fn positive_columns(&self, device: &Device) -> Tensor<2, Int> {
        self.columns(device, |query| self.own_range(query).take(1))
    }

    /// Columns of each query's positive and then of all passages of the other queries,
    /// `[B, B * nway - nway + 1]`.
    pub(super) fn candidate_columns(&self, device: &Device) -> Tensor<2, Int> {
        self.columns(device, |query| {
            let others = (0..self.n_queries).filter(move |&other| other != query);
            self.own_range(query).take(1).chain(others.flat_map(|other| self.own_range(other)))
        })
    }

    fn own_range(&self, query: usize) -> impl Iterator<Item = usize> + use<> {
        query * self.n_way..(query + 1) * self.n_way
    }

    /// One row of column numbers per query.
    fn columns<I: Iterator<Item = usize>>(
        &self,
        device: &Device,
        of_query: impl Fn(usize) -> I,
    ) -> Tensor<2, Int> {
        let columns: Vec<i64> =
            (0..self.n_queries).flat_map(of_query).map(|column| column as i64).collect();
        let shape = [self.n_queries, columns.len() / self.n_queries];
        Tensor::from_data(TensorData::new(columns, shape), device)
    }
}
