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
    /// `[batch, tokens, dim]`: unit rows where `keep` is true, zero rows elsewhere.
    pub tensor: Tensor<3>,
    /// `[batch, tokens]`: which rows count.
    pub keep: Tensor<2, Bool>,
}

impl Colbert {
    /// A model with fresh weights and embeddings of dimension `dim`.
    ///
    /// # Panics
    /// As [`BertConfig::init`].
    pub fn new(config: &BertConfig, dim: usize, device: &Device) -> Self {
        Self::drawn(config, dim, FreshWeights::BERT, device)
    }

    /// As [`new`](Self::new), with weights drawn by `fresh`.
    ///
    /// # Panics
    /// As [`BertConfig::init`].
    pub fn drawn(config: &BertConfig, dim: usize, fresh: FreshWeights, device: &Device) -> Self {
        let initializer = Initializer::Normal { mean: 0.0, std: config.initializer_range };
        let linear = LinearConfig::new(config.hidden_size, dim).with_bias(false);
        Self {
            bert: config.init(fresh, device),
            linear: linear.with_initializer(initializer).init(device),
            precision: Precision::F32,
            format: Format::F32,
        }
    }

    /// Moves the word embeddings of tokens with a low weight towards one common vector: the vector `v` of a token
    /// with the weight `a` becomes `√(1-a) c + √a v`. The vector `c` is drawn once, with the spread of the word
    /// embeddings.
    ///
    /// Fresh vectors are nearly orthogonal, so two different tokens get the cosine `√((1-a)(1-b))`. A query token
    /// without weight then scores about the same in every passage and does not affect the order; a passage that
    /// lacks another token loses about that token's weight.
    pub fn weigh_tokens(mut self, weights: &TokenWeights) -> Self {
        self.bert = self.bert.weigh_tokens(weights);
        self
    }

    /// Makes the first layer add the neighbours of each token, so that MaxSim prefers passages in which the words of a
    /// query stand together, like BM25 over pairs of tokens.
    ///
    /// The heads of the first layer alternate between the token before and the token after. Each side adds a random
    /// projection of the neighbour's vector with `share` times its squared length: half its length for 0.25. To find
    /// the neighbour, positions get rotary codes (as in Vaswani et al., "Attention Is All You Need", 2017, with angles
    /// drawn uniformly from 0 to π). They take as many columns of the hidden vectors as a head has: word embeddings
    /// are 0 in these columns, and the output projection ignores them. Heads of at least 32 columns put 90 % or more
    /// of their attention on the neighbour; narrower heads put less.
    ///
    /// Use it on weights drawn by [`FreshWeights::LEXICAL`], after [`weigh_tokens`](Self::weigh_tokens). It
    /// overwrites word embeddings and the output projection in part, and position embeddings and the attention of
    /// the first layer entirely. Training can change all of them.
    ///
    /// # Errors
    /// [`Error::Neighbours`] unless the first layer has at least two heads of at least two columns, and `share` is
    /// finite and at least 0.
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

    /// Dimension of an embedding.
    pub fn dim(&self) -> usize {
        let [_, dim] = self.linear.weight.lazy_shape().dims();
        dim
    }

    /// The device of the weights. This does not draw fresh weights.
    pub fn device(&self) -> Device {
        self.linear.weight.lazy_device()
    }

    /// The same model, multiplying in another number format. Its embeddings stay `f32`.
    ///
    /// # Errors
    /// [`Error::Precision`] if the device does not support it.
    pub fn with_precision(self, precision: Precision) -> Result<Self, Error> {
        let format = Format::on(precision, &self.device())?;
        Ok(Self { precision, format, ..self })
    }

    /// The same model, multiplying in `f32`.
    pub fn in_full_precision(self) -> Self {
        Self { precision: Precision::F32, format: Format::F32, ..self }
    }

    /// The same model for encoding: matrices are stored in the format of the products, so that they need no
    /// conversion for each batch.
    pub(crate) fn with_weights_as_multiplied(mut self) -> Self {
        let format = self.format;
        self.bert.linears().chain([&mut self.linear]).for_each(|linear| format.keep(linear));
        self
    }

    /// The number format of its products.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// The embeddings `[batch, tokens, dim]` of a batch: `normalize(linear(bert(ids)))`, with zeros in the rows that
    /// are not kept.
    pub fn forward(&self, batch: Batch) -> TokenEmbeddings {
        let Batch { ids, attention, keep } = batch;
        let hidden = self.bert.forward_in(self.format, ids, attention);
        let unit = normalize(exact(self.format.linear(&self.linear, hidden)));
        let tensor = unit * keep.clone().float().unsqueeze_dim(2);
        TokenEmbeddings { tensor, keep }
    }
}

/// Rows of length 1, `x / max(‖x‖, 1e-12)`. The bound applies before the root, because the slope of the root at 0
/// is infinite.
fn normalize(rows: Tensor<3>) -> Tensor<3> {
    let squares = rows.clone().square().sum_dim(2);
    rows / squares.clamp_min(MIN_NORM * MIN_NORM).sqrt()
}
