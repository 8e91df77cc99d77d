//! The initialisation of a fresh model.

/// The initialisation of a fresh model: weights come from a normal distribution around 0. Its standard
/// deviation is [`initializer_range`](crate::BertConfig::initializer_range) times these factors. Biases
/// are 0.
///
/// ```
/// use jacolbert_model::FreshWeights;
///
/// assert_eq!(FreshWeights::default(), FreshWeights::BERT);
/// assert!(FreshWeights::LEXICAL.blocks < FreshWeights::BERT.blocks);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FreshWeights {
    /// Factor for the last matrix of each attention and feed-forward block, whose output is added to the
    /// block's input; from 0. With 0, each layer starts as the identity, apart from its norms.
    pub blocks: f64,
    /// Factor for the embeddings of positions and segments; from 0. With 0, a token starts with the same
    /// vector at every position.
    pub positions: f64,
}

impl FreshWeights {
    /// The same deviation for all weights, as in the original BERT.
    pub const BERT: Self = Self { blocks: 1.0, positions: 1.0 };

    /// A model that matches words before its first training step: equal tokens have similar embeddings, and
    /// different tokens have nearly orthogonal ones, so that MaxSim counts the query tokens that a passage
    /// contains.
    ///
    /// It is for training on little data without a pretrained encoder: a model drawn as [`BERT`](Self::BERT)
    /// would have to learn this first.
    pub const LEXICAL: Self = Self { blocks: 0.1, positions: 0.1 };
}

impl Default for FreshWeights {
    fn default() -> Self {
        Self::BERT
    }
}
