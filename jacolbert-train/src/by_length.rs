//! Texts side by side with those of their length.

use std::cmp::Reverse;

use burn::tensor::{Int, Tensor, TensorData};
use jacolbert_model::{Encoding, TokenEmbeddings};

use crate::chunk::Chunk;

/// Texts in chunks of like length, which have little filling.
pub(crate) struct ByLength {
    sorted: Vec<Encoding>,
    /// Where each text went.
    places: Vec<usize>,
    /// Texts of a chunk, at most.
    texts: usize,
}

impl ByLength {
    /// The longest first; texts of the same length stay in order, and so do all if one chunk has them.
    pub(crate) fn new(encodings: &[Encoding], texts: usize) -> Self {
        let mut order: Vec<usize> = (0..encodings.len()).collect();
        if texts < encodings.len() {
            order.sort_by_key(|&text| Reverse(encodings[text].ids.len()));
        }
        let mut places = vec![0; order.len()];
        order.iter().enumerate().for_each(|(place, &text)| places[text] = place);
        let sorted = order.into_iter().map(|text| encodings[text].clone()).collect();
        Self { sorted, places, texts }
    }

    /// All of them, chunk by chunk.
    pub(crate) fn chunks(&self, seed: u64) -> impl Iterator<Item = Chunk<'_>> {
        Chunk::all(&self.sorted, self.texts, seed)
    }

    /// The embeddings of all chunks, in the order that the texts had.
    pub(crate) fn restored(&self, embeddings: TokenEmbeddings) -> TokenEmbeddings {
        if self.places.is_sorted() {
            return embeddings;
        }
        let places: Vec<i64> = self.places.iter().map(|&place| place as i64).collect();
        let places = TensorData::new(places, [self.places.len()]);
        let places = Tensor::<1, Int>::from_data(places, &embeddings.tensor.device());
        let TokenEmbeddings { tensor, keep } = embeddings;
        let keep = keep.int().select(0, places.clone()).bool();
        TokenEmbeddings { tensor: tensor.select(0, places), keep }
    }
}
