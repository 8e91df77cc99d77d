//! What tells one model from another.

use std::collections::BTreeMap;
use std::fmt;

use jacolbert_core::Checksum;

/// What tells one model from another: checksums of all that gives a vector its meaning.
///
/// It is the same for every layout, container and backend, and for a copy that was saved from here,
/// as long as the weights read as `f32` are the same; it does not change with a version of this
/// crate. Lengths of queries and passages are left out: they say how much of a text is read, not
/// what a vector means. It is no proof against forgery.
///
/// Its text, such as `1f8ac10f-00c0ffee-5eed5eed`, is made for being kept and compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    /// Of names, shapes and values of the weights.
    pub weights: u32,
    /// Of the vocabulary, of the ids that some Japanese texts get (and with them of the dictionary),
    /// of markers and skiplist.
    pub tokenizer: u32,
    /// Of what the weights' shapes do not say about the model: heads, activation, epsilon, and
    /// whether masks are seen.
    pub settings: u32,
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}-{:08x}-{:08x}", self.weights, self.tokenizer, self.settings)
    }
}

/// The checksum of weights, whatever the order in which they come.
#[derive(Debug, Default)]
pub(crate) struct WeightsChecksum {
    tensors: BTreeMap<String, u32>,
}

impl WeightsChecksum {
    /// Takes a tensor as a checkpoint in the layout of colbert-ai would store it.
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
