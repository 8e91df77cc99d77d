//! One text as the model reads it.

use crate::BertConfig;

/// Token ids of one text, with markers and filling, and what the model does with each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoding {
    /// Token ids, `[tokens]`.
    pub ids: Vec<u32>,
    /// `[tokens]`: whether the other tokens see this one.
    pub attention: Vec<bool>,
    /// `[tokens]`: whether this token's embedding counts in MaxSim.
    pub keep: Vec<bool>,
    /// Tokens at the text's end for which there was no room.
    pub tokens_cut: usize,
}

/// Why a model cannot take an [`Encoding`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodingFault {
    /// Not everything is said of every token.
    #[error(
        "has {ids} tokens, and says of {attention} whether others see them, of {keep} whether they count"
    )]
    Lengths {
        /// Length of [`Encoding::ids`].
        ids: usize,
        /// Length of [`Encoding::attention`].
        attention: usize,
        /// Length of [`Encoding::keep`].
        keep: usize,
    },
    /// There is no token, or there are more than the model has positions.
    #[error("has {tokens} tokens; the model takes from 1 to {positions}")]
    Tokens {
        /// Its tokens.
        tokens: usize,
        /// Positions of the model.
        positions: usize,
    },
    /// A token that the model has no embedding for.
    #[error("has id {id} at token {token}, the model has {vocab_size} embeddings")]
    Id {
        /// The token's place, from 0.
        token: usize,
        /// Its id.
        id: u32,
        /// Tokens that the model knows.
        vocab_size: usize,
    },
}

impl Encoding {
    /// Whether a model of that shape can take it.
    pub(crate) fn check(&self, model: &BertConfig) -> Result<(), EncodingFault> {
        let (ids, attention, keep) = (self.ids.len(), self.attention.len(), self.keep.len());
        if (attention, keep) != (ids, ids) {
            return Err(EncodingFault::Lengths { ids, attention, keep });
        }
        let positions = model.max_position_embeddings;
        if !(1..=positions).contains(&ids) {
            return Err(EncodingFault::Tokens { tokens: ids, positions });
        }
        let vocab_size = model.vocab_size;
        match self.ids.iter().enumerate().find(|&(_, &id)| id as usize >= vocab_size) {
            Some((token, &id)) => Err(EncodingFault::Id { token, id, vocab_size }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoding(ids: &[u32]) -> Encoding {
        let all = vec![true; ids.len()];
        Encoding { ids: ids.into(), attention: all.clone(), keep: all, tokens_cut: 0 }
    }

    #[test]
    fn what_a_model_cannot_take_is_told_by_its_fault() {
        let model = BertConfig { vocab_size: 5, max_position_embeddings: 3, ..Default::default() };
        assert_eq!(encoding(&[0, 4, 0]).check(&model), Ok(()));
        let fault = |encoding: Encoding| encoding.check(&model).expect_err("a fault");
        for tokens in [0, 4] {
            let found = fault(encoding(&vec![0; tokens]));
            assert_eq!(found, EncodingFault::Tokens { tokens, positions: 3 });
        }
        let found = fault(encoding(&[0, 5]));
        assert_eq!(found, EncodingFault::Id { token: 1, id: 5, vocab_size: 5 });
        let short = Encoding { attention: vec![true], ..encoding(&[0, 0]) };
        let long = Encoding { keep: vec![true; 3], ..encoding(&[0, 0]) };
        assert_eq!(fault(short), EncodingFault::Lengths { ids: 2, attention: 1, keep: 2 });
        assert_eq!(fault(long), EncodingFault::Lengths { ids: 2, attention: 2, keep: 3 });
    }
}
