//! What can go wrong in this crate.

/// Why embeddings or a pool factor are invalid.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The number of values is not a multiple of the dimension, or the dimension is 0.
    #[error("{values} values do not form rows of length {dim}")]
    Shape {
        /// Number of values given.
        values: usize,
        /// Length of a row.
        dim: usize,
    },
    /// A value is NaN, infinite, or beyond 1e15, where dot products could overflow.
    #[error("component {component} of token {token} is not finite or exceeds 1e15")]
    NotFinite {
        /// Row.
        token: usize,
        /// Column.
        component: usize,
    },
    /// The pool factor is not 1, 2, 3 or 4.
    #[error("tokens pooled by a factor of {0}; only 1, 2, 3 and 4 are possible")]
    PoolFactor(u64),
}
