//! MaxSim on tensors, with gradients, for training.
//!
//! The score of a passage for a query is the sum, over the query's rows, of the largest dot product
//! with one of the passage's rows:
//!
//! `score(Q, P) = Σ_i max_j (q_i · p_j + penalty_j)`
//!
//! The penalty is -9999 for rows that are not kept, so that they never win, and 0 for the others. A query row that is
//! not kept is zero and adds nothing, unless the passage keeps no row at all.

use burn::tensor::Tensor;

use crate::TokenEmbeddings;

/// Added to the similarity of a passage row that is not kept, as in the original.
const DROPPED: f32 = -9_999.0;

/// Scores of every query against every passage, `[queries, passages]`.
///
/// `queries` are `[queries, query tokens, dim]` and `passages` `[passages, passage tokens, dim]`.
/// The computation needs a tensor `[queries, query tokens, passages, passage tokens]`.
pub fn maxsim_all(queries: &TokenEmbeddings, passages: &TokenEmbeddings) -> Tensor<2> {
    let [num_queries, query_tokens, dim] = queries.tensor.dims();
    let [num_passages, passage_tokens, _] = passages.tensor.dims();
    let query_rows = queries.tensor.clone().reshape([num_queries * query_tokens, dim]);
    let passage_rows = passages.tensor.clone().reshape([num_passages * passage_tokens, dim]);
    let similarities = query_rows.matmul(passage_rows.transpose()).reshape([
        num_queries,
        query_tokens,
        num_passages,
        passage_tokens,
    ]);
    best_of_each_row_summed(similarities + penalty(passages).unsqueeze())
}

/// Scores of every query against its own passages, `[queries, n]`.
///
/// `queries` are `[queries, query tokens, dim]` and `passages` `[queries * n, passage tokens, dim]`;
/// the passages of query `i` are those from `i * n` up to `(i + 1) * n`.
///
/// # Panics
/// If the number of queries does not divide the number of passages.
pub fn maxsim_n_way(queries: &TokenEmbeddings, passages: &TokenEmbeddings) -> Tensor<2> {
    let [num_queries, query_tokens, dim] = queries.tensor.dims();
    let [num_passages, passage_tokens, _] = passages.tensor.dims();
    assert!(num_passages.is_multiple_of(num_queries), "each query has n passages");
    let n = num_passages / num_queries;
    let passage_rows = passages.tensor.clone().reshape([num_queries, n * passage_tokens, dim]);
    let similarities = queries.tensor.clone().matmul(passage_rows.transpose());
    let similarities = similarities.reshape([num_queries, query_tokens, n, passage_tokens]);
    let penalty = penalty(passages).reshape([num_queries, 1, n, passage_tokens]);
    best_of_each_row_summed(similarities + penalty)
}

/// `[passages, tokens]`: 0 where a row is kept, -9999 elsewhere.
fn penalty(passages: &TokenEmbeddings) -> Tensor<2> {
    passages.keep.clone().bool_not().float().mul_scalar(DROPPED)
}

/// `[queries, query tokens, passages, passage tokens]` to `[queries, passages]`.
fn best_of_each_row_summed(similarities: Tensor<4>) -> Tensor<2> {
    similarities.max_dim(3).sum_dim(1).squeeze_dims(&[1, 3])
}
