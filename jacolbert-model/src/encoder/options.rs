//! How an encoder works.

use serde::{Deserialize, Serialize};

/// How an [`Encoder`](crate::Encoder) works; none of it changes what comes out by more than rounding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EncodeOptions {
    /// How much goes through the model at once.
    pub batch: BatchSize,
}

/// How much goes through a model at once. A single text that is longer goes alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BatchSize {
    /// 1,024 [`Tokens`](Self::Tokens) on the CPU; on any other device what half a gigabyte
    /// (2²⁹ [`Bytes`](Self::Bytes)) has room for, some 9,600 tokens of a BERT-base in texts of 200, and 5,100
    /// in texts of 512.
    #[default]
    ByDevice,
    /// So many tokens, padding counted; from 1. On a CPU, tried with the small demonstration model,
    /// 256 to 2,048 are about alike and 4,096 is slower.
    Tokens(usize),
    /// As many texts as this much memory has room for, weights not counted.
    ///
    /// It is an estimate from the shape of the model and the length of the texts, in single precision, of
    /// all that is alive at once while one layer is computed by Burn's operations. What a device's
    /// allocator keeps for later, and what its kernels need while they are tuned, comes on top.
    Bytes(u64),
}
