//! The checksum of the settings that affect vectors and that the shapes of weights do not show.

use crate::{BertConfig, ColbertConfig};
use jacolbert_core::Checksum;

/// The checksum of heads, activation, epsilon, and whether a query's tokens attend to its masks.
pub(crate) fn settings_checksum(bert: &BertConfig, config: &ColbertConfig) -> u32 {
    let mut checksum = Checksum::default();
    checksum.number(bert.num_attention_heads as u64);
    checksum.text(bert.hidden_act.word());
    checksum.number(bert.layer_norm_eps.to_bits());
    checksum.number(config.attend_to_mask_tokens.into());
    checksum.finish()
}
