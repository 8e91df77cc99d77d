//! Texts sorted by length into chunks.

use std::cmp::Reverse;

use burn::tensor::{Int, Tensor, TensorData};
use jacolbert_model::{Encoding, TokenEmbeddings};

use crate::chunk::Chunk;

/// Texts in chunks of similar length, which need little padding.
pub(crate) struct ByLength {
    sorted: Vec<Encoding>,
    /// The position of each text in `sorted`.
    positions: Vec<usize>,
    /// Largest number of texts in a chunk.
    texts: usize,
}

impl ByLength {
    /// Sorts the longest first. Texts of equal length stay in order, and so do all texts of a single
    /// chunk.
    pub(crate) fn new(encodings: &[Encoding], texts: usize) -> Self {
        let mut order: Vec<usize> = (0..encodings.len()).collect();
        if texts < encodings.len() {
            order.sort_by_key(|&text| Reverse(encodings[text].ids.len()));
        }
        let mut positions = vec![0; order.len()];
        order.iter().enumerate().for_each(|(position, &text)| positions[text] = position);
        let sorted = order.into_iter().map(|text| encodings[text].clone()).collect();
        Self { sorted, positions, texts }
    }

    /// All texts, chunk by chunk.
    pub(crate) fn chunks(&self, seed: u64) -> impl Iterator<Item = Chunk<'_>> {
        Chunk::split(&self.sorted, self.texts, seed)
    }

    /// Puts the embeddings of all chunks into the original order of the texts.
    pub(crate) fn restore_order(&self, embeddings: TokenEmbeddings) -> TokenEmbeddings {
        if self.positions.is_sorted() {
            return embeddings;
        }
        let positions: Vec<i64> = self.positions.iter().map(|&position| position as i64).collect();
        let data = TensorData::new(positions, [self.positions.len()]);
        let indices = Tensor::<1, Int>::from_data(data, &embeddings.tensor.device());
        let TokenEmbeddings { tensor, keep } = embeddings;
        let keep = keep.int().select(0, indices.clone()).bool();
        TokenEmbeddings { tensor: tensor.select(0, indices), keep }
    }
}
