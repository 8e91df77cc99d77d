//! How the weights of a fresh model are drawn.

/// How the weights of a fresh model are drawn: from a normal distribution around 0, whose deviation
/// is [`initializer_range`](crate::BertConfig::initializer_range) times what is said here. Biases
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
    /// For the last matrix of each attention and each feed-forward block, whose output is added to
    /// what went in; from 0. With 0 each layer begins as the identity, but for its norms.
    pub blocks: f64,
    /// For the embeddings of positions and segments; from 0. With 0 a token begins with the same
    /// vector wherever it stands.
    pub positions: f64,
}

impl FreshWeights {
    /// All alike, as in the original BERT.
    pub const BERT: Self = Self { blocks: 1.0, positions: 1.0 };

    /// A model that finds words before its first step: like tokens have like embeddings, unlike ones
    /// nearly orthogonal ones, so that MaxSim counts the tokens of a query that a passage has.
    ///
    /// For training on little data without a pretrained encoder: what a model that is drawn as BERT
    /// has to learn first is there from the beginning.
    pub const LEXICAL: Self = Self { blocks: 0.1, positions: 0.1 };
}

impl Default for FreshWeights {
    fn default() -> Self {
        Self::BERT
    }
}
