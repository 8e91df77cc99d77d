//! The late-interaction model: BERT, a projection, unit rows.

use burn::module::{Initializer, Module};
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Bool, Device, Tensor};

use super::batch::Batch;
use super::bert::{Bert, redrawn};
use super::fresh_weights::FreshWeights;
use super::products::{Format, exact};
use super::token_weights::TokenWeights;
use crate::formula::MIN_NORM;
use crate::{BertConfig, Error, Precision};

/// A ColBERT: token ids in, one unit vector of length `dim` per kept token out.
#[derive(Module, Debug)]
pub struct Colbert {
    pub(super) bert: Bert,
    pub(super) linear: Linear,
    #[module(skip)]
    precision: Precision,
    #[module(skip)]
    format: Format,
}

/// Embeddings of a batch of texts, still on the device.
#[derive(Debug, Clone)]
pub struct TokenEmbeddings {
    /// `[batch, tokens, dim]`: unit rows where `keep` is true, zeros elsewhere.
    pub tensor: Tensor<3>,
    /// `[batch, tokens]`: which rows count.
    pub keep: Tensor<2, Bool>,
}

impl Colbert {
    /// A model with fresh weights and embeddings of length `dim`.
    ///
    /// # Panics
    /// As [`BertConfig::init`].
    pub fn new(config: &BertConfig, dim: usize, device: &Device) -> Self {
        Self::drawn(config, dim, FreshWeights::BERT, device)
    }

    /// As [`new`](Self::new), with weights drawn as `fresh` says.
    ///
    /// # Panics
    /// As [`BertConfig::init`].
    pub fn drawn(config: &BertConfig, dim: usize, fresh: FreshWeights, device: &Device) -> Self {
        let initializer = Initializer::Normal { mean: 0.0, std: config.initializer_range };
        let linear = LinearConfig::new(config.hidden_size, dim).with_bias(false);
        Self {
            bert: config.init_with(fresh, device),
            linear: linear.with_initializer(initializer).init(device),
            precision: Precision::F32,
            format: Format::F32,
        }
    }

    /// The model with embeddings of words that lie the nearer to each other the less they count: the
    /// vector `v` of a token with the weight `a` becomes `√(1-a) c + √a v`, where `c` is drawn once
    /// with the spread of the words'.
    ///
    /// Of fresh, nearly orthogonal vectors two different tokens get the cosine `√((1-a)(1-b))`. A
    /// query's token without weight then finds its like in every passage, so that it changes no
    /// order, and what a passage lacks with another token is as much as the token counts for.
    pub fn weigh_tokens(mut self, weights: &TokenWeights) -> Self {
        self.bert = self.bert.weigh_tokens(weights);
        self
    }

    /// The model with a first layer that adds to each token what stands beside it, so that MaxSim finds
    /// a query's words best where they stand together, as BM25 over pairs of tokens does.
    ///
    /// Heads of the first layer look at the token before and at the one after by turns. Each side adds a
    /// random projection of its neighbour's vector, of `share` times that vector's squared length: with
    /// 0.25, of half its length. To find the neighbour, positions get vectors that turn from place to place
    /// (as in Vaswani et al., "Attention Is All You Need", 2017, with angles drawn evenly from 0 to π). As many
    /// columns of the hidden vectors as a head has are theirs: word embeddings are 0 there, and the
    /// projection to the model's output does not read them. Heads of 32 columns or more have nine tenths of
    /// their attention and more where they should; of fewer, less.
    ///
    /// For fresh weights as [`FreshWeights::LEXICAL`] draws them, after
    /// [`weigh_tokens`](Self::weigh_tokens): words, positions and the first layer's attention are
    /// written anew in part or as a whole. All of it can be learned further.
    ///
    /// # Errors
    /// [`Error::Neighbours`] if there is no layer with two heads of two columns at least, or `share` is not
    /// a number from 0.
    pub fn blend_neighbours(mut self, share: f64) -> Result<Self, Error> {
        if !(self.bert.can_blend_neighbours() && share.is_finite() && share >= 0.0) {
            return Err(Error::Neighbours { share, heads: self.bert.head_widths() });
        }
        let device = self.device();
        let columns = self.bert.columns();
        self.bert = self.bert.blend_neighbours(share, &device);
        redrawn(&mut self.linear.weight, |linear| columns.words_only(linear, 0));
        Ok(self)
    }

    /// Length of an embedding.
    pub fn dim(&self) -> usize {
        let [_, dim] = self.linear.weight.lazy_shape().dims();
        dim
    }

    /// Where the weights are. Fresh weights are not drawn by asking.
    pub fn device(&self) -> Device {
        self.linear.weight.lazy_device()
    }

    /// The same model, multiplying in another number format; its embeddings are `f32` still.
    ///
    /// # Errors
    /// [`Error::Precision`] if its device cannot.
    pub fn with_precision(self, precision: Precision) -> Result<Self, Error> {
        let format = Format::on(precision, &self.device())?;
        Ok(Self { precision, format, ..self })
    }

    /// The same model, multiplying in `f32`.
    pub fn in_full_precision(self) -> Self {
        Self { precision: Precision::F32, format: Format::F32, ..self }
    }

    /// The same model, for encoding: the weights that are multiplied are kept in the format of the
    /// products, so that they need not be converted for each batch.
    pub(crate) fn with_weights_as_multiplied(mut self) -> Self {
        let format = self.format;
        self.bert.linears().chain([&mut self.linear]).for_each(|linear| format.keep(linear));
        self
    }

    /// The number format of its products.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// Embeddings `[batch, tokens, dim]` of a batch: `normalize(linear(bert(ids)))`, then zeros in
    /// the rows that are not kept.
    pub fn forward(&self, batch: Batch) -> TokenEmbeddings {
        let Batch { ids, attention, keep } = batch;
        let hidden = self.bert.forward_in(self.format, ids, attention);
        let unit = normalize(exact(self.format.linear(&self.linear, hidden)));
        let tensor = unit * keep.clone().float().unsqueeze_dim(2);
        TokenEmbeddings { tensor, keep }
    }
}

/// Rows of length 1, `x / max(‖x‖, 1e-12)`. The bound is set before the root, whose slope at 0 is
/// infinite.
fn normalize(rows: Tensor<3>) -> Tensor<3> {
    let squares = rows.clone().square().sum_dim(2);
    rows / squares.clamp_min(MIN_NORM * MIN_NORM).sqrt()
}
