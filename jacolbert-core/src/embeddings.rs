//! Token embeddings of one text: a checked row-major matrix `[tokens, dim]`, owned or borrowed.

use crate::Error;

/// The token vectors of one text, `[tokens, dim]`, row-major `f32`.
///
/// The constructor checks that the shape fits and that every number is finite. A text without any kept
/// token has no row, but it still has a dimension.
///
/// ```
/// use jacolbert_core::Embeddings;
///
/// let embeddings = Embeddings::new(vec![1.0, 0.0, 0.0, 1.0], 2)?;
/// assert_eq!(embeddings.num_tokens(), 2);
/// assert_eq!(embeddings.row(1), &[0.0, 1.0]);
/// # Ok::<(), jacolbert_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Embeddings {
    values: Vec<f32>,
    dim: usize,
}

impl Embeddings {
    /// A matrix of `values`, in rows of length `dim`.
    ///
    /// # Errors
    /// [`Error::Shape`] if `dim` is 0 or does not divide the number of values, and
    /// [`Error::NotFinite`] if a value is NaN, infinite or beyond 1e15.
    pub fn new(values: Vec<f32>, dim: usize) -> Result<Self, Error> {
        EmbeddingsRef::new(&values, dim)?;
        Ok(Self { values, dim })
    }

    /// A matrix without rows.
    ///
    /// # Errors
    /// [`Error::Shape`] if `dim` is 0.
    pub fn empty(dim: usize) -> Result<Self, Error> {
        Self::new(Vec::new(), dim)
    }

    /// The same matrix, borrowed.
    pub fn as_ref(&self) -> EmbeddingsRef<'_> {
        EmbeddingsRef { values: &self.values, dim: self.dim }
    }

    /// The values, row after row.
    pub fn into_values(self) -> Vec<f32> {
        self.values
    }

    /// Length of a row.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Number of rows.
    pub fn num_tokens(&self) -> usize {
        self.values.len() / self.dim
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Row `token`.
    ///
    /// # Panics
    /// If `token` is not below [`num_tokens`](Self::num_tokens).
    pub fn row(&self, token: usize) -> &[f32] {
        self.as_ref().row(token)
    }

    /// The values, row after row.
    pub fn values(&self) -> &[f32] {
        &self.values
    }
}

/// Larger values are refused: their dot products and the sums of these could overflow.
const LARGEST: f32 = 1e15;

/// Borrowed form of [`Embeddings`], `[tokens, dim]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EmbeddingsRef<'a> {
    values: &'a [f32],
    dim: usize,
}

impl<'a> EmbeddingsRef<'a> {
    /// A matrix of `values`, in rows of length `dim`.
    ///
    /// # Errors
    /// As [`Embeddings::new`].
    pub fn new(values: &'a [f32], dim: usize) -> Result<Self, Error> {
        if dim == 0 || !values.len().is_multiple_of(dim) {
            return Err(Error::Shape { values: values.len(), dim });
        }
        match values.iter().position(|value| value.is_nan() || value.abs() > LARGEST) {
            Some(at) => Err(Error::NotFinite { token: at / dim, component: at % dim }),
            None => Ok(Self { values, dim }),
        }
    }

    /// An owned copy.
    pub fn to_embeddings(self) -> Embeddings {
        Embeddings { values: self.values.to_vec(), dim: self.dim }
    }

    /// A matrix of other values with the same dimension; they are known to be whole rows of finite numbers.
    pub(crate) fn with_values(self, values: &[f32]) -> EmbeddingsRef<'_> {
        debug_assert!(values.len().is_multiple_of(self.dim));
        EmbeddingsRef { values, dim: self.dim }
    }

    /// Length of a row.
    pub fn dim(self) -> usize {
        self.dim
    }

    /// Number of rows.
    pub fn num_tokens(self) -> usize {
        self.values.len() / self.dim
    }

    /// Whether there is no row.
    pub fn is_empty(self) -> bool {
        self.values.is_empty()
    }

    /// Row `token`.
    ///
    /// # Panics
    /// If `token` is not below [`num_tokens`](Self::num_tokens).
    pub fn row(self, token: usize) -> &'a [f32] {
        &self.values[token * self.dim..(token + 1) * self.dim]
    }

    /// The rows in order.
    pub fn rows(self) -> impl ExactSizeIterator<Item = &'a [f32]> {
        self.values.chunks_exact(self.dim)
    }

    /// The values, row after row.
    pub fn values(self) -> &'a [f32] {
        self.values
    }
}

/// The Euclidean norm of `row`, `sqrt(Σ x²)`, summed in `f64`.
pub fn norm(row: &[f32]) -> f32 {
    exact_norm(row) as f32
}

/// Scales `row` to length 1 and returns its former norm; a zero row stays.
pub fn normalise(row: &mut [f32]) -> f32 {
    let norm = exact_norm(row);
    if norm > 0.0 {
        row.iter_mut().for_each(|value| *value = (f64::from(*value) / norm) as f32);
    }
    norm as f32
}

fn exact_norm(row: &[f32]) -> f64 {
    row.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shape_must_fit() {
        assert!(matches!(
            Embeddings::new(vec![0.0; 5], 2),
            Err(Error::Shape { values: 5, dim: 2 })
        ));
        assert!(matches!(Embeddings::new(vec![], 0), Err(Error::Shape { values: 0, dim: 0 })));
    }

    #[test]
    fn not_a_number_is_named_by_token_and_component() {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -2e15] {
            let values = vec![0.0, 0.0, 0.0, bad, 0.0, 0.0];
            let error = Embeddings::new(values, 2);
            assert!(matches!(error, Err(Error::NotFinite { token: 1, component: 1 })));
        }
    }

    #[test]
    fn empty_text_keeps_its_dim() -> Result<(), Error> {
        let empty = Embeddings::empty(128)?;
        assert_eq!((empty.num_tokens(), empty.dim(), empty.is_empty()), (0, 128, true));
        Ok(())
    }
}
