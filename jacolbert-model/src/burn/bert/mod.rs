//! The BERT encoder, one layer a file.

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
    /// A BERT with fresh weights, drawn as [`FreshWeights::BERT`] says.
    ///
    /// # Panics
    /// If `num_attention_heads` does not divide `hidden_size`, or a dropout is not in `[0, 1)`;
    /// [`BertConfig::from_dir`] lets neither through.
    pub fn init(&self, device: &Device) -> Bert {
        self.init_with(FreshWeights::BERT, device)
    }

    /// A BERT with fresh weights, drawn as `fresh` says.
    ///
    /// # Panics
    /// As [`init`](Self::init).
    pub fn init_with(&self, fresh: FreshWeights, device: &Device) -> Bert {
        let layer = |_| BertLayer::new(self, fresh, device);
        Bert {
            embeddings: BertEmbeddings::new(self, fresh, device),
            layers: (0..self.num_hidden_layers).map(layer).collect(),
        }
    }

    /// A fresh linear layer, `[.., d_input]` to `[.., d_output]`: normal weights of `share` times the
    /// usual deviation, zero bias.
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

    /// The same without the first `count` positions, of which there are more: an XLM-RoBERTa, whose texts
    /// begin at a later position than 0, then is a BERT.
    pub(crate) fn without_positions(mut self, count: usize) -> Self {
        self.embeddings = self.embeddings.without_positions(count);
        self
    }

    /// All that it multiplies with.
    pub(crate) fn linears(&mut self) -> impl Iterator<Item = &mut Linear> {
        self.layers.iter_mut().flat_map(BertLayer::linears)
    }

    /// Last hidden states `[batch, tokens, hidden]` of `ids` `[batch, tokens]`.
    ///
    /// `attention` `[batch, tokens]` is true for the tokens that the others may see. There must not
    /// be more tokens than the model has positions.
    pub fn forward(&self, ids: Tensor<2, Int>, attention: Tensor<2, Bool>) -> Tensor<3> {
        self.forward_in(Format::F32, ids, attention)
    }

    /// As [`forward`](Self::forward), multiplying in another number format; hidden states are `f32` still.
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

/// What is added to attention scores, `[batch, 1, 1, tokens]`: 0 for tokens that may be seen.
fn additive_mask(attention: Tensor<2, Bool>) -> Tensor<4> {
    attention.bool_not().float().mul_scalar(UNSEEN).unsqueeze_dims(&[1, 2])
}
