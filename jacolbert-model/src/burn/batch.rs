//! Encoded texts as tensors, padded to the longest of them.

use burn::tensor::{Bool, Device, Int, Tensor, TensorData};

use crate::Encoding;

/// Token ids of several texts on a device, with their masks.
#[derive(Debug, Clone)]
pub struct Batch {
    /// `[batch, tokens]`: token ids, padded with 0.
    pub ids: Tensor<2, Int>,
    /// `[batch, tokens]`: which tokens the others attend to; false for padding.
    pub attention: Tensor<2, Bool>,
    /// `[batch, tokens]`: which rows of the embeddings count in MaxSim; false for padding.
    pub keep: Tensor<2, Bool>,
}

impl Batch {
    /// Copies `encodings`, at least one, to `device`, padded to the longest.
    ///
    /// The id of the padding does not matter, because no token attends to it and its embedding is zero.
    pub fn new(encodings: &[&Encoding], device: &Device) -> Self {
        let width = encodings.iter().map(|encoding| encoding.ids.len()).max().unwrap_or(0);
        let shape = [encodings.len(), width];
        let ids = |e: &Encoding| e.ids.iter().map(|&id| i64::from(id)).collect();
        let attention = padded(encodings, width, |encoding| encoding.attention.clone());
        let keep = padded(encodings, width, |encoding| encoding.keep.clone());
        Self {
            ids: Tensor::from_data(TensorData::new(padded(encodings, width, ids), shape), device),
            attention: Tensor::from_data(TensorData::new(attention, shape), device),
            keep: Tensor::from_data(TensorData::new(keep, shape), device),
        }
    }
}

/// Rows of `width` values, one after the other, each padded with the default.
fn padded<T: Clone + Default>(
    encodings: &[&Encoding],
    width: usize,
    row: impl Fn(&Encoding) -> Vec<T>,
) -> Vec<T> {
    let mut values = Vec::with_capacity(encodings.len() * width);
    for (n, encoding) in encodings.iter().enumerate() {
        values.extend(row(encoding));
        values.resize((n + 1) * width, T::default());
    }
    values
}
