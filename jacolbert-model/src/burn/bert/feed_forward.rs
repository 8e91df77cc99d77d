//! The feed-forward block with its residual and norm.

use burn::module::Module;
use burn::nn::{Dropout, DropoutConfig, LayerNorm, LayerNormConfig, Linear};
use burn::tensor::activation::{gelu, gelu_approximate, relu};
use burn::tensor::{Device, Tensor};

use crate::burn::products::{Format, exact};
use crate::{Activation, BertConfig, FreshWeights};

/// `norm(x + outer(activation(inner(x))))`.
#[derive(Module, Debug)]
pub(crate) struct FeedForward {
    pub(crate) inner: Linear,
    pub(crate) outer: Linear,
    pub(crate) norm: LayerNorm,
    pub(crate) dropout: Dropout,
    #[module(skip)]
    pub(crate) activation: Activation,
}

impl FeedForward {
    pub(super) fn new(config: &BertConfig, fresh: FreshWeights, device: &Device) -> Self {
        let hidden = config.hidden_size;
        let inner = config.intermediate_size;
        Self {
            inner: config.linear(hidden, inner, 1.0, device),
            outer: config.linear(inner, hidden, fresh.blocks, device),
            norm: LayerNormConfig::new(hidden).with_epsilon(config.layer_norm_eps).init(device),
            dropout: DropoutConfig::new(config.hidden_dropout_prob).init(),
            activation: config.hidden_act,
        }
    }

    /// `[batch, tokens, hidden]` to the same.
    pub(super) fn forward(&self, hidden: Tensor<3>, format: Format) -> Tensor<3> {
        let inner = format.linear(&self.inner, hidden.clone());
        let active = match self.activation {
            Activation::Gelu => gelu(inner),
            Activation::GeluTanh => gelu_approximate(inner),
            Activation::Relu => relu(inner),
        };
        let output = self.dropout.forward(exact(format.linear(&self.outer, active)));
        self.norm.forward(output + hidden)
    }
}
