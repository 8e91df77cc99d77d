//! Checksums that identify a model.

use std::collections::BTreeMap;
use std::fmt;

use jacolbert_core::Checksum;

/// Checksums that identify a model. They cover everything that gives a vector its meaning.
///
/// Models whose weights are equal as `f32` have the same fingerprint in every layout, file format and
/// backend, also after saving, and with every version of this crate. The maximum lengths of queries and
/// passages do not count: they limit how much of a text is read, not what a vector means. A fingerprint
/// does not protect against forgery.
///
/// Its text looks like `1f8ac10f-00c0ffee-5eed5eed`. Store the text and compare it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    /// Checksum of the names, shapes and values of the weights.
    pub weights: u32,
    /// Checksum of the vocabulary, markers and skiplist, and of the ids of some Japanese texts, which
    /// depend on the dictionary.
    pub tokenizer: u32,
    /// Checksum of the settings that the shapes of the weights do not show: heads, activation, epsilon,
    /// and whether the tokens of a query attend to its masks.
    pub settings: u32,
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}-{:08x}-{:08x}", self.weights, self.tokenizer, self.settings)
    }
}

/// The checksum of weights, independent of their order.
#[derive(Debug, Default)]
pub(crate) struct WeightsChecksum {
    tensors: BTreeMap<String, u32>,
}

impl WeightsChecksum {
    /// Adds a tensor as a checkpoint in the layout of colbert-ai stores it.
    pub(crate) fn add(&mut self, stored_name: String, shape: &[usize], values: &[f32]) {
        let mut checksum = Checksum::default();
        shape.iter().for_each(|&size| checksum.number(size as u64));
        checksum.floats(values);
        self.tensors.insert(stored_name, checksum.finish());
    }

    pub(crate) fn finish(&self) -> u32 {
        let mut checksum = Checksum::default();
        for (name, &tensor) in &self.tensors {
            checksum.text(name);
            checksum.number(tensor.into());
        }
        checksum.finish()
    }
}
