//! One layer of the encoder.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};

use super::attention::Attention;
use super::feed_forward::FeedForward;
use crate::burn::products::Format;
use crate::{BertConfig, FreshWeights};

/// Self-attention, then the feed-forward block.
#[derive(Module, Debug)]
pub(crate) struct BertLayer {
    pub(crate) attention: Attention,
    pub(crate) feed_forward: FeedForward,
}

impl BertLayer {
    pub(super) fn new(config: &BertConfig, fresh: FreshWeights, device: &Device) -> Self {
        Self {
            attention: Attention::new(config, fresh, device),
            feed_forward: FeedForward::new(config, fresh, device),
        }
    }

    pub(super) fn linears(&mut self) -> [&mut Linear; 6] {
        let Attention { query, key, value, output, .. } = &mut self.attention;
        let FeedForward { inner, outer, .. } = &mut self.feed_forward;
        [query, key, value, output, inner, outer]
    }

    /// `[batch, tokens, hidden]` to the same; `mask` `[batch, 1, 1, tokens]` is added to the scores.
    pub(super) fn forward(&self, hidden: Tensor<3>, mask: Tensor<4>, format: Format) -> Tensor<3> {
        let hidden = self.attention.forward(hidden, mask, format);
        self.feed_forward.forward(hidden, format)
    }
}
