//! The pieces of a Unigram model.

use rayon::ThreadPoolBuilder;
use tokenizers::models::unigram::{Unigram, UnigramTrainer};

use super::alphabet::Alphabet;
use super::words::Words;
use crate::Error;

/// A piece and the logarithm of its probability.
pub(super) type Piece = (String, f64);

/// What the crate tokenizers adds to the scores of characters that it puts back, from one to the next.
const STEP: f64 = 1e-4;

/// Substrings to choose from, those with the largest product of frequency and length, for each piece
/// that is kept; the crate begins with a million whatever is kept.
const SEEDS_PER_PIECE: usize = 20;

/// At most `num_pieces` pieces that spell `words` best, the likeliest first; the alphabet among them.
pub(super) fn pieces(
    words: Words,
    alphabet: &Alphabet,
    num_pieces: usize,
) -> Result<Vec<Piece>, Error> {
    let trainer = UnigramTrainer::builder()
        .show_progress(false)
        .vocab_size(num_pieces as u32)
        .seed_size(SEEDS_PER_PIECE * num_pieces)
        .initial_alphabet(alphabet.chars().collect())
        .build()
        .map_err(|source| Error::TokenizerTraining(source.into()))?;
    let mut unigram = Unigram::default();
    // The sums over several threads come in no fixed order.
    let pool = ThreadPoolBuilder::new().num_threads(1).build();
    let pool = pool.map_err(|source| Error::TokenizerTraining(source.into()))?;
    pool.install(|| trainer.do_train(words.into_counts(), &mut unigram))
        .map_err(Error::TokenizerTraining)?;
    Ok(in_order(unigram.iter().cloned().collect()))
}

/// Sorts `pieces`, and settles what the crate tokenizers leaves to the order of a hash table:
/// characters that training dropped it gives scores from the lowest upwards, a [`STEP`] apart. Those
/// as low as that get the lowest.
fn in_order(mut pieces: Vec<Piece>) -> Vec<Piece> {
    let lowest = pieces.iter().map(|(_, score)| *score).fold(f64::INFINITY, f64::min);
    let is_char = |piece: &str| piece.chars().nth(1).is_none();
    let chars = pieces.iter().filter(|(piece, _)| is_char(piece)).count();
    let below = lowest + STEP * chars as f64;
    let dropped = pieces.iter_mut().filter(|(piece, score)| is_char(piece) && *score < below);
    dropped.for_each(|(_, score)| *score = lowest);
    pieces.sort_by(|(a, score_a), (b, score_b)| score_b.total_cmp(score_a).then(a.cmp(b)));
    pieces
}
