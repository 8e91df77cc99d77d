//! Options of an encoder.

use serde::{Deserialize, Serialize};

/// Options of an [`Encoder`](crate::Encoder). Options change embeddings only by rounding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EncodeOptions {
    /// Batch size. Default: [`BatchSize::ByDevice`]. Larger batches use a GPU better and take more memory.
    pub batch: BatchSize,
}

/// Batch size. A longer text forms its own batch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BatchSize {
    /// 1,024 [`Tokens`](Self::Tokens) on the CPU, and 512 MiB (2²⁹ [`Bytes`](Self::Bytes)) on any other device. For
    /// a BERT-base, that is about 9,600 tokens in texts of 200 tokens and 5,100 in texts of 512.
    #[default]
    ByDevice,
    /// Maximum number of tokens, including padding; from 1. On a CPU, with the small demonstration model, 256 to
    /// 2,048 take about the same time and 4,096 is slower.
    Tokens(usize),
    /// Maximum number of bytes for intermediate results; weights do not count.
    ///
    /// The estimate covers the tensors that one layer keeps in memory at once with Burn's operations in `f32`, from
    /// the shape of the model and the length of the texts. Memory that the device's allocator holds back, and that
    /// autotuning needs, is not included.
    Bytes(u64),
}
