//! Texts that go through the model together.

use burn::tensor::{Bool, Device, Tensor, TensorData};
use jacolbert_model::{Batch, Colbert, Encoding, TokenEmbeddings};

use crate::parameters;
use crate::random::{derived, seeded};

/// Texts that go through the model together.
pub(crate) struct Chunk<'a> {
    encodings: &'a [Encoding],
    /// How many texts are before it.
    first: usize,
    /// Tokens of the longest text, in whatever chunk.
    width: usize,
    seed: u64,
}

impl<'a> Chunk<'a> {
    /// All of `encodings`, at most `texts` in a chunk.
    pub(crate) fn all(
        encodings: &'a [Encoding],
        texts: usize,
        seed: u64,
    ) -> impl Iterator<Item = Self> {
        let width = encodings.iter().map(|encoding| encoding.ids.len()).max().unwrap_or(0);
        let texts = texts.clamp(1, encodings.len().max(1));
        encodings.chunks(texts).enumerate().map(move |(number, encodings)| {
            let seed = derived(seed, number as u64);
            Self { encodings, first: number * texts, width, seed }
        })
    }

    /// Embeddings `[texts, width, dim]`, the same each time.
    pub(crate) fn embed(&self, model: &Colbert) -> TokenEmbeddings {
        let device = model.device();
        let embeddings = seeded(&device, self.seed, || model.forward(self.batch(&device)));
        widened(embeddings, self.width, &device)
    }

    /// The same of a model that drops nothing, being on a device without autodiff.
    pub(crate) fn embed_in_use(&self, model: &Colbert) -> TokenEmbeddings {
        let device = model.device();
        widened(model.forward(self.batch(&device)), self.width, &device)
    }

    fn batch(&self, device: &Device) -> Batch {
        let encodings: Vec<&Encoding> = self.encodings.iter().collect();
        Batch::new(&encodings, device)
    }

    /// From the loss's gradient at all embeddings, `[all texts, width, dim]`, the parameters' share
    /// by way of this chunk.
    pub(crate) fn gradients(&self, model: &Colbert, at_embeddings: &Tensor<3>) -> Vec<Tensor<1>> {
        let share = at_embeddings.clone().narrow(0, self.first, self.encodings.len());
        let product = self.embed(model).tensor * share.autodiff();
        parameters::gradients(model, product.sum().backward())
    }
}

/// The same with rows of zeros, which are not kept, up to `width` tokens.
fn widened(embeddings: TokenEmbeddings, width: usize, device: &Device) -> TokenEmbeddings {
    let TokenEmbeddings { tensor, keep } = embeddings;
    let [texts, tokens, dim] = tensor.dims();
    if tokens == width {
        return TokenEmbeddings { tensor, keep };
    }
    let rows = Tensor::zeros([texts, width - tokens, dim], device);
    let dropped = vec![false; texts * (width - tokens)];
    let dropped = TensorData::new(dropped, [texts, width - tokens]);
    let dropped = Tensor::<2, Bool>::from_data(dropped, device);
    TokenEmbeddings {
        tensor: Tensor::cat(vec![tensor, rows], 1),
        keep: Tensor::cat(vec![keep, dropped], 1),
    }
}
