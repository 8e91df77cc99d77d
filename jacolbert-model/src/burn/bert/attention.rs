//! Multi-head self-attention with its output projection, residual and norm.

use burn::module::Module;
use burn::nn::{Dropout, DropoutConfig, LayerNorm, LayerNormConfig, Linear};
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor};

use crate::burn::products::{Format, exact};
use crate::{BertConfig, FreshWeights};

/// `norm(x + output(softmax(q kᵀ / √d + mask) v))`, with `d` the length of a head's vectors.
///
/// The products are written out, because the attention operations of Burn's backends differ in how
/// they treat a mask (Burn's issue 4325) and have no backward pass on GPUs.
#[derive(Module, Debug)]
pub(crate) struct Attention {
    pub(crate) query: Linear,
    pub(crate) key: Linear,
    pub(crate) value: Linear,
    pub(crate) output: Linear,
    pub(crate) norm: LayerNorm,
    pub(crate) weights_dropout: Dropout,
    pub(crate) output_dropout: Dropout,
    pub(crate) num_heads: usize,
}

impl Attention {
    pub(super) fn new(config: &BertConfig, fresh: FreshWeights, device: &Device) -> Self {
        let hidden = config.hidden_size;
        assert!(hidden.is_multiple_of(config.num_attention_heads));
        let linear = |share| config.linear(hidden, hidden, share, device);
        Self {
            query: linear(1.0),
            key: linear(1.0),
            value: linear(1.0),
            output: linear(fresh.blocks),
            norm: LayerNormConfig::new(hidden).with_epsilon(config.layer_norm_eps).init(device),
            weights_dropout: DropoutConfig::new(config.attention_probs_dropout_prob).init(),
            output_dropout: DropoutConfig::new(config.hidden_dropout_prob).init(),
            num_heads: config.num_attention_heads,
        }
    }

    /// `[batch, tokens, hidden]` to the same; `mask` `[batch, 1, 1, tokens]` is added to the scores.
    pub(super) fn forward(&self, hidden: Tensor<3>, mask: Tensor<4>, format: Format) -> Tensor<3> {
        let [batch, tokens, size] = hidden.dims();
        let scale = ((size / self.num_heads) as f32).sqrt();
        let query = format.linear(&self.query, hidden.clone()).div_scalar(scale);
        let key = format.linear(&self.key, hidden.clone());
        let value = format.linear(&self.value, hidden.clone());

        let scores = exact(self.heads(query).matmul(self.heads(key).transpose())) + mask;
        let weights = self.weights_dropout.forward(softmax(scores, 3)).cast(format.dtype());
        let context = weights.matmul(self.heads(value)).swap_dims(1, 2);

        let context = context.reshape([batch, tokens, size]);
        let output = exact(format.linear(&self.output, context));
        self.norm.forward(self.output_dropout.forward(output) + hidden)
    }

    /// `[batch, tokens, hidden]` to `[batch, heads, tokens, d]`.
    fn heads(&self, vectors: Tensor<3>) -> Tensor<4> {
        let [batch, tokens, size] = vectors.dims();
        vectors.reshape([batch, tokens, self.num_heads, size / self.num_heads]).swap_dims(1, 2)
    }
}
