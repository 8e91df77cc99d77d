//! The weight of each token of the vocabulary in a collection.

use std::collections::{HashMap, HashSet};

use crate::{Error, Tokenizer};

/// The weight of each token: 1 for a token that separates passages best, 0 for a token of every
/// passage.
///
/// With [`FreshWeights::LEXICAL`](crate::FreshWeights::LEXICAL) and
/// [`Colbert::weigh_tokens`](crate::Colbert::weigh_tokens) a model starts as a lexical matcher that
/// weighs rare words more than frequent ones, as BM25 does.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenWeights {
    /// Weights by id, for the tokens whose weight is not 1.
    below_one: HashMap<u32, f32>,
}

impl TokenWeights {
    /// Inverse document frequencies in `passages`, divided by the largest possible one:
    /// `ln(1 + (N - n + 0.5) / (n + 0.5))` for a token that occurs in `n` of `N` passages. This is the form
    /// of BM25 that does not become negative (Lucene's).
    ///
    /// A token of no passage has the weight 1, except `[MASK]` and the marker of a query: passages cannot
    /// contain them, and their weight is 0.
    ///
    /// # Errors
    /// Those of [`Tokenizer::encode_passage`].
    pub fn idf<'a>(
        tokenizer: &Tokenizer,
        passages: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, Error> {
        let mut num_passages = 0;
        let mut frequencies: HashMap<u32, usize> = HashMap::new();
        for passage in passages {
            num_passages += 1;
            let tokens = HashSet::<u32>::from_iter(tokenizer.encode_passage(passage)?.ids);
            tokens.into_iter().for_each(|id| *frequencies.entry(id).or_default() += 1);
        }
        let greatest = idf(0, num_passages);
        let share = |frequency| (idf(frequency, num_passages) / greatest) as f32;
        let seen = frequencies.into_iter().map(|(id, frequency)| (id, share(frequency)));
        let of_queries = tokenizer.tokens_of_queries().map(|id| (id, 0.0));
        Ok(Self { below_one: seen.chain(of_queries).collect() })
    }

    /// The weight of the token `id`, in `[0, 1]`.
    pub fn of(&self, id: u32) -> f32 {
        self.below_one.get(&id).copied().unwrap_or(1.0)
    }
}

fn idf(frequency: usize, num_passages: usize) -> f64 {
    let with = frequency as f64;
    let without = (num_passages - frequency) as f64;
    (1.0 + (without + 0.5) / (with + 0.5)).ln()
}
