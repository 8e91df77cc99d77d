//! The checksum of the settings that give vectors their meaning and that no weight's shape tells.

use crate::{BertConfig, ColbertConfig};
use jacolbert_core::Checksum;

/// Of heads, activation, epsilon, and whether a query's tokens see its masks.
pub(crate) fn settings_checksum(bert: &BertConfig, config: &ColbertConfig) -> u32 {
    let mut checksum = Checksum::default();
    checksum.number(bert.num_attention_heads as u64);
    checksum.text(bert.hidden_act.word());
    checksum.number(bert.layer_norm_eps.to_bits());
    checksum.number(config.attend_to_mask_tokens.into());
    checksum.finish()
}
