//! Batches: which texts go through the model together.

use std::cmp::Reverse;

use crate::{BatchSize, BertConfig, Device, Encoding};

/// Tokens of a batch on the CPU.
const TOKENS_ON_CPU: usize = 1_024;

/// Maximum number of bytes of a batch on other devices.
const BYTES_ON_OTHERS: u64 = 1 << 29;

/// Matrices `[tokens, hidden]` that are alive at once in attention: the layer's input, the queries, keys and
/// values, a copy of these three by head, and the output of the heads.
const MATRICES_IN_ATTENTION: usize = 8;

/// Matrices `[heads, tokens, tokens]` of a text: scores, masked scores, and their softmax.
const SCORES_IN_ATTENTION: usize = 3;

/// Matrices `[tokens, hidden]` in the feed-forward block: its input and its output.
const MATRICES_IN_FEED_FORWARD: usize = 2;

/// Matrices `[tokens, intermediate]`: before the activation, after it, and two while it is computed.
const INNER_IN_FEED_FORWARD: usize = 4;

/// The shape that determines the memory of a pass.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Footprint {
    hidden: usize,
    intermediate: usize,
    heads: usize,
}

impl Footprint {
    pub(crate) fn of(config: &BertConfig) -> Self {
        Self {
            hidden: config.hidden_size,
            intermediate: config.intermediate_size,
            heads: config.num_attention_heads,
        }
    }

    /// Bytes per text in a batch that is padded to `width` tokens.
    fn bytes(&self, width: usize) -> u64 {
        let product = |factors: &[usize]| {
            factors.iter().fold(1_u64, |product, &factor| product.saturating_mul(factor as u64))
        };
        let scores = product(&[SCORES_IN_ATTENTION, self.heads, width]);
        let attention = product(&[MATRICES_IN_ATTENTION, self.hidden]).saturating_add(scores);
        let feed_forward = product(&[MATRICES_IN_FEED_FORWARD, self.hidden])
            .saturating_add(product(&[INNER_IN_FEED_FORWARD, self.intermediate]));
        product(&[width, size_of::<f32>()]).saturating_mul(attention.max(feed_forward))
    }
}

/// The maximum size of a batch.
#[derive(Debug, Clone, Copy)]
pub(crate) enum BatchLimit {
    Tokens(usize),
    Bytes(u64, Footprint),
}

impl BatchLimit {
    pub(crate) fn new(size: BatchSize, footprint: Footprint, device: &Device) -> Self {
        match size {
            BatchSize::Tokens(tokens) => Self::Tokens(tokens),
            BatchSize::Bytes(bytes) => Self::Bytes(bytes, footprint),
            BatchSize::ByDevice if device.is_processor() => Self::Tokens(TOKENS_ON_CPU),
            BatchSize::ByDevice => Self::Bytes(BYTES_ON_OTHERS, footprint),
        }
    }

    /// Maximum number of texts of `width` tokens in a batch, from 1.
    pub(crate) fn texts(&self, width: usize) -> usize {
        let width = width.max(1);
        let texts = match self {
            Self::Tokens(tokens) => tokens / width,
            Self::Bytes(bytes, footprint) => {
                usize::try_from(bytes / footprint.bytes(width).max(1)).unwrap_or(usize::MAX)
            }
        };
        texts.max(1)
    }

    /// Maximum number of tokens in a batch of texts of `width` tokens, from 1.
    pub(crate) fn tokens(&self, width: usize) -> usize {
        match self {
            Self::Tokens(tokens) => (*tokens).max(1),
            Self::Bytes(..) => self.texts(width).saturating_mul(width.max(1)),
        }
    }
}

/// The batches, as positions of texts. Texts of similar length share a batch, so that there is little padding. The
/// longest come first, so that a batch that is too large for the memory fails at once.
pub(crate) fn batches(encodings: &[Encoding], limit: BatchLimit) -> Vec<Vec<usize>> {
    let width = |text: usize| encodings[text].ids.len();
    let mut order: Vec<usize> = (0..encodings.len()).collect();
    order.sort_by_key(|&text| Reverse(width(text)));
    let mut rest = order.as_slice();
    let batches = std::iter::from_fn(|| {
        let size = limit.texts(width(*rest.first()?)).min(rest.len());
        let (batch, others) = rest.split_at(size);
        rest = others;
        Some(batch.to_vec())
    });
    batches.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FOOTPRINT: Footprint = Footprint { hidden: 8, intermediate: 16, heads: 2 };

    fn texts(lengths: &[usize]) -> Vec<Encoding> {
        let text = |&length: &usize| Encoding {
            ids: vec![7; length],
            attention: vec![true; length],
            keep: vec![true; length],
            tokens_cut: 0,
        };
        lengths.iter().map(text).collect()
    }

    #[test]
    fn a_long_text_needs_memory_by_its_square() {
        // 8 matrices of 8 columns, and 3 of two heads; the block behind it has 80 columns.
        assert_eq!(FOOTPRINT.bytes(10), 10 * (8 * 8 + 3 * 2 * 10) * 4);
        assert_eq!(FOOTPRINT.bytes(1), (2 * 8 + 4 * 16) * 4);
        assert!(FOOTPRINT.bytes(1_000) > 50 * FOOTPRINT.bytes(100));
    }

    #[test]
    fn other_devices_have_as_much_as_the_docs_say() {
        let limit = BatchLimit::Bytes(BYTES_ON_OTHERS, Footprint::of(&BertConfig::default()));
        assert_eq!([200, 512].map(|width| limit.tokens(width)), [9_600, 5_120]);
    }

    #[test]
    fn the_cpu_has_tokens_and_what_is_said_holds_everywhere() {
        let limit = |size| BatchLimit::new(size, FOOTPRINT, &Device::cpu());
        assert!(matches!(limit(BatchSize::ByDevice), BatchLimit::Tokens(TOKENS_ON_CPU)));
        assert!(matches!(limit(BatchSize::Tokens(3)), BatchLimit::Tokens(3)));
        assert!(matches!(limit(BatchSize::Bytes(3)), BatchLimit::Bytes(3, _)));
        assert_eq!(limit(BatchSize::Bytes(4 * FOOTPRINT.bytes(10))).tokens(10), 40);
        assert_eq!([0, 7].map(|tokens| limit(BatchSize::Tokens(tokens)).tokens(512)), [1, 7]);
    }

    proptest! {
        #[test]
        fn every_text_is_in_one_batch_and_no_batch_is_too_large(
            lengths in prop::collection::vec(0usize..60, 0..40),
            size in prop_oneof![
                (0usize..200).prop_map(BatchSize::Tokens),
                (0u64..200_000).prop_map(BatchSize::Bytes),
            ],
        ) {
            let limit = BatchLimit::new(size, FOOTPRINT, &Device::cpu());
            let batches = batches(&texts(&lengths), limit);
            for batch in &batches {
                let width = batch.iter().map(|&text| lengths[text]).max().unwrap_or(0);
                let fits = match size {
                    BatchSize::Tokens(tokens) => batch.len() * width <= tokens,
                    _ => batch.len() as u64 * FOOTPRINT.bytes(width) <= size_in_bytes(size),
                };
                prop_assert!(fits || batch.len() == 1);
            }
            let mut numbers = batches.concat();
            prop_assert!(numbers.iter().map(|&n| lengths[n]).is_sorted_by(|a, b| a >= b));
            numbers.sort_unstable();
            prop_assert!(numbers.into_iter().eq(0..lengths.len()));
        }
    }

    fn size_in_bytes(size: BatchSize) -> u64 {
        match size {
            BatchSize::Bytes(bytes) => bytes,
            _ => 0,
        }
    }
}
