//! Input of the encoder: the sum of word, position and segment embeddings.

use burn::module::{Initializer, Module};
use burn::nn::{Dropout, DropoutConfig, Embedding, EmbeddingConfig, LayerNorm, LayerNormConfig};
use burn::tensor::{Device, Distribution, Int, Tensor, TensorData};

use super::redrawn::redrawn;
use crate::{BertConfig, FreshWeights, TokenWeights};

/// `norm(word[id] + position[i] + segment[0])`.
#[derive(Module, Debug)]
pub(crate) struct BertEmbeddings {
    pub(crate) words: Embedding,
    pub(crate) positions: Embedding,
    pub(crate) segments: Embedding,
    pub(crate) norm: LayerNorm,
    pub(crate) dropout: Dropout,
}

impl BertEmbeddings {
    pub(super) fn new(config: &BertConfig, fresh: FreshWeights, device: &Device) -> Self {
        let table = |rows, share| {
            let std = config.initializer_range * share;
            EmbeddingConfig::new(rows, config.hidden_size)
                .with_initializer(Initializer::Normal { mean: 0.0, std })
                .init(device)
        };
        Self {
            words: table(config.vocab_size, 1.0),
            positions: table(config.max_position_embeddings, fresh.positions),
            segments: table(config.type_vocab_size, fresh.positions),
            norm: LayerNormConfig::new(config.hidden_size)
                .with_epsilon(config.layer_norm_eps)
                .init(device),
            dropout: DropoutConfig::new(config.hidden_dropout_prob).init(),
        }
    }

    /// See [`Colbert::weigh_tokens`](crate::Colbert::weigh_tokens).
    pub(super) fn weigh_tokens(&mut self, weights: &TokenWeights) {
        redrawn(&mut self.words.weight, |words| {
            let ([tokens, hidden], device) = (words.dims(), words.device());
            let weights: Vec<f32> = (0..tokens as u32).map(|id| weights.of(id)).collect();
            let own = Tensor::<2>::from_data(TensorData::new(weights, [tokens, 1]), &device);
            let spread = words.clone().square().mean().sqrt().unsqueeze();
            let normal = Distribution::Normal(0.0, 1.0);
            let common = Tensor::<2>::random([1, hidden], normal, &device) * spread;
            let others = own.clone().neg().add_scalar(1.0);
            others.sqrt() * common + own.sqrt() * words
        });
    }

    /// The same without the first `count` positions, of which there are more.
    pub(super) fn without_positions(mut self, count: usize) -> Self {
        self.positions.weight = self.positions.weight.map(|positions| {
            let [all, _] = positions.dims();
            positions.narrow(0, count, all - count)
        });
        self
    }

    /// `[batch, tokens]` to `[batch, tokens, hidden]`. Positions count from 0; all is segment 0.
    pub(super) fn forward(&self, ids: Tensor<2, Int>) -> Tensor<3> {
        let [_, tokens] = ids.dims();
        let positions = self.positions.weight.val().narrow(0, 0, tokens);
        let segment = self.segments.weight.val().narrow(0, 0, 1);
        let sum = self.words.forward(ids) + (positions + segment).unsqueeze();
        self.dropout.forward(self.norm.forward(sum))
    }
}
