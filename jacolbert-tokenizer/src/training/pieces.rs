//! The pieces of a Unigram model.

use rayon::ThreadPoolBuilder;
use tokenizers::models::unigram::{Unigram, UnigramTrainer};

use super::alphabet::Alphabet;
use super::words::Words;
use crate::Error;

/// A piece and the logarithm of its probability.
pub(super) type Piece = (String, f64);

/// The difference between the scores of characters that the crate tokenizers adds again after training.
const STEP: f64 = 1e-4;

/// Candidate substrings for each piece that is kept, those with the largest product of frequency and length. The
/// crate's default is a million, however many are kept.
const SEEDS_PER_PIECE: usize = 20;

/// Trains at most `num_pieces` pieces on `words`, the characters of `alphabet` among them, the likeliest first.
pub(super) fn train_pieces(
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
        .map_err(|source| Error::Training(source.into()))?;
    let mut unigram = Unigram::default();
    // With several threads, the order of the sums is not fixed.
    let pool = ThreadPoolBuilder::new().num_threads(1).build();
    let pool = pool.map_err(|source| Error::Training(source.into()))?;
    pool.install(|| trainer.do_train(words.into_counts(), &mut unigram))
        .map_err(Error::Training)?;
    Ok(sorted(unigram.iter().cloned().collect()))
}

/// Sorts `pieces` and removes what depends on the order of a hash table: characters that training dropped get scores
/// from the lowest upwards, a [`STEP`] apart; here all of them get the lowest.
fn sorted(mut pieces: Vec<Piece>) -> Vec<Piece> {
    let lowest = pieces.iter().map(|(_, score)| *score).fold(f64::INFINITY, f64::min);
    let is_char = |piece: &str| piece.chars().nth(1).is_none();
    let chars = pieces.iter().filter(|(piece, _)| is_char(piece)).count();
    let below = lowest + STEP * chars as f64;
    let dropped = pieces.iter_mut().filter(|(piece, score)| is_char(piece) && *score < below);
    dropped.for_each(|(_, score)| *score = lowest);
    pieces.sort_by(|(a, score_a), (b, score_b)| score_b.total_cmp(score_a).then(a.cmp(b)));
    pieces
}
