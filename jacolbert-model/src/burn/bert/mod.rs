//! The BERT encoder, with one file per layer.

mod attention;
mod embeddings;
mod feed_forward;
mod layer;
mod neighbours;
mod redrawn;

use burn::module::{Initializer, Module};
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Bool, Device, Int, Tensor};

use super::fresh_weights::FreshWeights;
use super::products::Format;
use super::token_weights::TokenWeights;
use crate::BertConfig;
use crate::formula::UNSEEN;
use embeddings::BertEmbeddings;
use layer::BertLayer;
pub(super) use redrawn::redrawn;

/// A BERT encoder without pooler: token ids in, one contextual vector per token out.
///
/// Dropout acts only on a device with autodiff.
#[derive(Module, Debug)]
pub struct Bert {
    pub(crate) embeddings: BertEmbeddings,
    pub(crate) layers: Vec<BertLayer>,
}

impl BertConfig {
    /// A BERT with fresh weights, drawn by `fresh`.
    ///
    /// # Panics
    /// If `num_attention_heads` does not divide `hidden_size`, or a dropout is not in `[0, 1)`;
    /// [`BertConfig::from_dir`] refuses both.
    pub fn init(&self, fresh: FreshWeights, device: &Device) -> Bert {
        let layer = |_| BertLayer::new(self, fresh, device);
        Bert {
            embeddings: BertEmbeddings::new(self, fresh, device),
            layers: (0..self.num_hidden_layers).map(layer).collect(),
        }
    }

    /// A fresh linear layer, `[.., d_input]` to `[.., d_output]`: normal weights with `share` times the
    /// usual deviation, and a zero bias.
    fn linear(&self, d_input: usize, d_output: usize, share: f64, device: &Device) -> Linear {
        let std = self.initializer_range * share;
        let initializer = Initializer::Normal { mean: 0.0, std };
        let config = LinearConfig::new(d_input, d_output).with_bias(false);
        Linear {
            bias: Some(Initializer::Zeros.init([d_output], device)),
            ..config.with_initializer(initializer).init(device)
        }
    }
}

impl Bert {
    /// See [`Colbert::weigh_tokens`](crate::Colbert::weigh_tokens).
    pub(crate) fn weigh_tokens(mut self, weights: &TokenWeights) -> Self {
        self.embeddings.weigh_tokens(weights);
        self
    }

    /// The encoder without its first `count` positions. This makes a BERT of an XLM-RoBERTa, whose texts start
    /// at a later position than 0.
    pub(crate) fn without_positions(mut self, count: usize) -> Self {
        self.embeddings = self.embeddings.without_positions(count);
        self
    }

    /// The linear layers.
    pub(crate) fn linears(&mut self) -> impl Iterator<Item = &mut Linear> {
        self.layers.iter_mut().flat_map(BertLayer::linears)
    }

    /// The last hidden states, `[batch, tokens, hidden]`, of `ids`, `[batch, tokens]`.
    ///
    /// `attention`, `[batch, tokens]`, is true for the tokens that the others attend to. There must not be more
    /// tokens than positions of the model.
    pub fn forward(&self, ids: Tensor<2, Int>, attention: Tensor<2, Bool>) -> Tensor<3> {
        self.forward_in(Format::F32, ids, attention)
    }

    /// As [`forward`](Self::forward), multiplying in another number format. Hidden states stay `f32`.
    pub(crate) fn forward_in(
        &self,
        format: Format,
        ids: Tensor<2, Int>,
        attention: Tensor<2, Bool>,
    ) -> Tensor<3> {
        let mask = additive_mask(attention);
        let hidden = self.embeddings.forward(ids);
        let layers = self.layers.iter();
        layers.fold(hidden, |hidden, layer| layer.forward(hidden, mask.clone(), format))
    }
}

/// The mask that is added to attention scores, `[batch, 1, 1, tokens]`: 0 for tokens that are attended to.
fn additive_mask(attention: Tensor<2, Bool>) -> Tensor<4> {
    attention.bool_not().float().mul_scalar(UNSEEN).unsqueeze_dims(&[1, 2])
}
