//! Texts that go through the model together.

use burn::tensor::{Bool, Device, Tensor, TensorData};
use jacolbert_model::{Batch, Colbert, Encoding, TokenEmbeddings};

use crate::parameters;
use crate::random::{derive_seed, with_seed};

/// Texts that go through the model together.
pub(crate) struct Chunk<'a> {
    encodings: &'a [Encoding],
    /// Number of texts before it.
    first: usize,
    /// Tokens of the longest text of all chunks.
    width: usize,
    seed: u64,
}

impl<'a> Chunk<'a> {
    /// Splits `encodings` into chunks of at most `texts`.
    pub(crate) fn split(
        encodings: &'a [Encoding],
        texts: usize,
        seed: u64,
    ) -> impl Iterator<Item = Self> {
        let width = encodings.iter().map(|encoding| encoding.ids.len()).max().unwrap_or(0);
        let texts = texts.clamp(1, encodings.len().max(1));
        encodings.chunks(texts).enumerate().map(move |(number, encodings)| {
            let seed = derive_seed(seed, number as u64);
            Self { encodings, first: number * texts, width, seed }
        })
    }

    /// Computes the embeddings, `[texts, width, dim]`; they are the same each time.
    pub(crate) fn embed(&self, model: &Colbert) -> TokenEmbeddings {
        let device = model.device();
        let embeddings = with_seed(&device, self.seed, || model.forward(self.batch(&device)));
        widen(embeddings, self.width, &device)
    }

    /// Computes the embeddings of a model without dropout, on a device without autodiff.
    pub(crate) fn embed_without_dropout(&self, model: &Colbert) -> TokenEmbeddings {
        let device = model.device();
        widen(model.forward(self.batch(&device)), self.width, &device)
    }

    fn batch(&self, device: &Device) -> Batch {
        let encodings: Vec<&Encoding> = self.encodings.iter().collect();
        Batch::new(&encodings, device)
    }

    /// Computes the contribution of this chunk to the gradient of the parameters, from the loss's gradient
    /// at all embeddings, `[all texts, width, dim]`.
    pub(crate) fn gradients(&self, model: &Colbert, at_embeddings: &Tensor<3>) -> Vec<Tensor<1>> {
        let part = at_embeddings.clone().narrow(0, self.first, self.encodings.len());
        let product = self.embed(model).tensor * part.autodiff();
        parameters::gradients(model, product.sum().backward())
    }
}

/// Pads the embeddings with rows of zeros, which are not kept, to `width` tokens.
fn widen(embeddings: TokenEmbeddings, width: usize, device: &Device) -> TokenEmbeddings {
    let TokenEmbeddings { tensor, keep } = embeddings;
    let [texts, tokens, dim] = tensor.dims();
    if tokens == width {
        return TokenEmbeddings { tensor, keep };
    }
    let rows = Tensor::zeros([texts, width - tokens, dim], device);
    let padding = vec![false; texts * (width - tokens)];
    let data = TensorData::new(padding, [texts, width - tokens]);
    let not_kept = Tensor::<2, Bool>::from_data(data, device);
    TokenEmbeddings {
        tensor: Tensor::cat(vec![tensor, rows], 1),
        keep: Tensor::cat(vec![keep, not_kept], 1),
    }
}
