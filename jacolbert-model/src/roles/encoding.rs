//! One text as the model reads it.

use super::encoding_fault::EncodingFault;
use crate::BertConfig;

/// The token ids of one text with markers and padding, and what the model does with each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoding {
    /// Token ids, `[tokens]`.
    pub ids: Vec<u32>,
    /// `[tokens]`: whether the other tokens see this one.
    pub attention: Vec<bool>,
    /// `[tokens]`: whether this token's embedding counts in MaxSim.
    pub keep: Vec<bool>,
    /// Number of tokens that were cut from the text's end.
    pub tokens_cut: usize,
}

impl Encoding {
    /// Checks that a model of the shape `model` can take it.
    pub(crate) fn check(&self, model: &BertConfig) -> Result<(), EncodingFault> {
        let ids = self.ids.len();
        let attention = self.attention.len();
        let keep = self.keep.len();
        if attention != ids || keep != ids {
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
    fn each_fault_is_reported() {
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
