//! Input of the layers: the sum of word, position and segment embeddings.

use super::kernels::row_stride;
use super::norm::PackedNorm;
use super::partition::Partition;
use super::ragged::Ragged;
use crate::checkpoint::Weights;
use crate::{BertConfig, Error};

/// `norm(word[id] + (position[i] + segment[0]))`.
#[derive(Debug)]
pub(super) struct PackedEmbeddings {
    /// `[tokens, hidden]`.
    words: Vec<f32>,
    /// Position and segment together, `[positions, stride]`.
    places: Vec<f32>,
    norm: PackedNorm,
    hidden: usize,
}

impl PackedEmbeddings {
    /// Takes the embeddings of a model of the shape `config`.
    ///
    /// # Errors
    /// Those of [`Weights::take`].
    pub(super) fn take(config: &BertConfig, weights: &mut Weights) -> Result<Self, Error> {
        let hidden = config.hidden_size;
        let mut table =
            |name, rows| weights.take(&format!("bert.embeddings.{name}.weight"), &[rows, hidden]);
        let words = table("word_embeddings", config.vocab_size)?;
        let positions = table("position_embeddings", config.max_position_embeddings)?;
        let segments = table("token_type_embeddings", config.type_vocab_size)?;
        let norm = PackedNorm::take(weights, "bert.embeddings.LayerNorm", config)?;
        let mut places = Vec::with_capacity(positions.len() / hidden * row_stride(hidden));
        for position in positions.chunks_exact(hidden) {
            let end = places.len() + row_stride(hidden);
            places.extend(position.iter().zip(&segments).map(|(a, b)| a + b));
            places.resize(end, 0.0);
        }
        Ok(Self { words, places, norm, hidden })
    }

    /// The same without the first `count` positions, of which there are more.
    pub(super) fn without_positions(mut self, count: usize) -> Self {
        self.places.drain(..count * self.stride());
        self
    }

    /// From one row to the next.
    pub(super) fn stride(&self) -> usize {
        row_stride(self.hidden)
    }

    /// `[rows, stride]`. Positions count from 0 in each text; all is segment 0.
    pub(super) fn forward(&self, batch: &Ragged<'_>, partition: &Partition) -> Vec<f32> {
        let stride = self.stride();
        let mut rows = vec![0.0; batch.num_rows() * stride];
        for text in 0..batch.num_texts() {
            let range = batch.rows(text);
            let rows = &mut rows[range.start * stride..range.end * stride];
            for (row, &id) in rows.chunks_exact_mut(stride).zip(batch.ids(text)) {
                let word = &self.words[id as usize * self.hidden..][..self.hidden];
                row[..self.hidden].copy_from_slice(word);
            }
            let places = &self.places[..rows.len()];
            partition.machine.add_and_norm(rows, places, stride, self.norm.as_norm());
        }
        rows
    }
}
