//! Passages from the files of `encode`, streamed: as they are, and past their end made from them.
//!
//! # The rule past the end
//!
//! Copy 0 is the collection as encoded. Passage `i` of copy `r >= 1` crosses passage `i` with a
//! partner drawn from all: the head of one and the tail of the other, cut at the same fraction, drawn
//! from 1/4 to 3/4; which of the two gives the head is drawn too. Every token then gets noise of its
//! own, of the length at which the cosine to the token is 0.95 on average, and is brought back to
//! length 1. All draws are seeded by copy and passage, so that a passage is the same in any order.
//!
//! Why: with plain noisy copies of passages, either the original stands far above its copies, which
//! are then no distractors at all, or (little noise) ten of a kind tie at the top. A crossed passage
//! shares half of its tokens with any one passage, so that its scores lie between a hit's and a
//! stranger's, as in a large collection with many passages about a subject; its tokens, their order
//! and its length are those of real passages; and the noise keeps any two tokens apart, so that
//! neither k-means nor the codec meets the same vector twice.

use std::error::Error;
use std::io;
use std::path::Path;

use crate::npy::Npy;

/// Length of the noise over that of a token: the tangent of the angle whose cosine is 0.95.
const NOISE: f32 = 0.3287;

/// The embeddings of a folder.
pub struct Collection {
    embeddings: Npy,
    queries: Npy,
    /// First token of each passage, then the number of tokens.
    offsets: Vec<usize>,
    dim: usize,
}

impl Collection {
    /// Opens the folder; the embeddings stay on disk.
    pub fn open(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let embeddings = Npy::open::<f32>(&folder.join("embeddings.npy"))?;
        let queries = Npy::open::<f32>(&folder.join("queries.npy"))?;
        let lengths = Npy::open::<i64>(&folder.join("doclens.npy"))?.read_all::<i64>()?;
        let mut offsets = vec![0usize];
        for length in lengths {
            let end = offsets[offsets.len() - 1].checked_add(usize::try_from(length)?);
            offsets.push(end.ok_or("doclens.npy is out of range")?);
        }
        let &[tokens, dim] = embeddings.shape() else {
            return Err("embeddings.npy is not [tokens, dim]".into());
        };
        match queries.shape() {
            &[_, _, query_dim] if query_dim == dim => {}
            _ => return Err("queries.npy is not [queries, query tokens, dim]".into()),
        }
        if offsets.last() != Some(&tokens) || tokens == 0 {
            return Err("doclens.npy does not fit embeddings.npy".into());
        }
        Ok(Self { embeddings, queries, offsets, dim })
    }

    /// Length of an embedding.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Tokens of the collection as encoded.
    pub fn num_tokens(&self) -> usize {
        self.offsets[self.offsets.len() - 1]
    }

    fn num_passages(&self) -> usize {
        self.offsets.len() - 1
    }

    /// `n` queries `[query tokens, dim]`, evenly spaced over all.
    pub fn queries(&self, n: usize) -> io::Result<Vec<Vec<f32>>> {
        let num_queries = self.queries.shape()[0];
        let values = self.queries.shape()[1] * self.dim;
        let n = n.min(num_queries);
        let query = |place: usize| {
            let mut query = Vec::with_capacity(values);
            self.queries.read(place * num_queries / n * values, values, &mut query)?;
            Ok(query)
        };
        (0..n).map(query).collect()
    }

    /// Whole passages `[tokens, dim]` until there are `num_tokens` tokens.
    pub fn passages(&self, num_tokens: usize) -> Passages<'_> {
        Passages { collection: self, next: 0, tokens_left: num_tokens }
    }

    /// Passage `i` of copy `copy`.
    fn passage(&self, copy: usize, i: usize) -> io::Result<Vec<f32>> {
        let mut values = Vec::new();
        if copy == 0 {
            self.read(i, 0.0, 1.0, &mut values)?;
            return Ok(values);
        }
        let mut draw = Draw::new(copy, i);
        let partner = (draw.next() % self.num_passages() as u64) as usize;
        let cut = 0.5 + 0.25 * draw.symmetric();
        let (head, tail) = if draw.next() & 1 == 0 { (i, partner) } else { (partner, i) };
        self.read(head, 0.0, cut, &mut values)?;
        self.read(tail, cut, 1.0, &mut values)?;
        values.chunks_exact_mut(self.dim).for_each(|token| disturb(token, &mut draw));
        Ok(values)
    }

    /// Tokens of passage `i` between two fractions of it, appended to `values`.
    fn read(&self, i: usize, from: f32, to: f32, values: &mut Vec<f32>) -> io::Result<()> {
        let start = self.offsets[i];
        let end = self.offsets[i + 1];
        let at = |fraction: f32| start + (fraction * (end - start) as f32).round() as usize;
        let from = at(from);
        let to = at(to).min(end);
        self.embeddings.read(from * self.dim, (to - from) * self.dim, values)
    }
}

/// Iterates over passages; see [`Collection::passages`].
pub struct Passages<'a> {
    collection: &'a Collection,
    next: usize,
    tokens_left: usize,
}

impl Iterator for Passages<'_> {
    type Item = io::Result<Vec<f32>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.tokens_left == 0 {
            return None;
        }
        let num_passages = self.collection.num_passages();
        let passage = self.collection.passage(self.next / num_passages, self.next % num_passages);
        self.next += 1;
        let tokens = passage.as_ref().map_or(0, |passage| passage.len() / self.collection.dim);
        self.tokens_left = self.tokens_left.saturating_sub(tokens);
        Some(passage)
    }
}

/// Adds noise to a unit row and brings it back to length 1.
fn disturb(token: &mut [f32], draw: &mut Draw) {
    // A component spread evenly over -1 to 1 has the mean square 1/3.
    let size = NOISE * (3.0 / token.len() as f32).sqrt();
    token.iter_mut().for_each(|value| *value += size * draw.symmetric());
    let norm = token.iter().map(|value| value * value).sum::<f32>().sqrt();
    token.iter_mut().for_each(|value| *value /= norm);
}

/// SplitMix64 (Steele, Lea and Flood 2014), one sequence a passage.
struct Draw {
    state: u64,
}

impl Draw {
    fn new(copy: usize, passage: usize) -> Self {
        // Mixed once, so that the sequences of neighbours do not overlap.
        let mut seed = Self { state: ((copy as u64) << 40) | passage as u64 };
        Self { state: seed.next() }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from -1 to 1.
    fn symmetric(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disturbed_tokens_have_length_1_and_a_cosine_of_0_95_on_average() {
        let mut draw = Draw::new(1, 7);
        let mut sum = 0.0;
        for _ in 0..200 {
            let mut token: Vec<f32> = (0..128).map(|_| draw.symmetric()).collect();
            let norm = token.iter().map(|value| value * value).sum::<f32>().sqrt();
            token.iter_mut().for_each(|value| *value /= norm);
            let before = token.clone();
            disturb(&mut token, &mut draw);
            let length: f32 = token.iter().map(|value| value * value).sum();
            assert!((length - 1.0).abs() < 1e-4);
            sum += before.iter().zip(&token).map(|(a, b)| a * b).sum::<f32>();
        }
        assert!((sum / 200.0 - 0.95).abs() < 0.01, "{}", sum / 200.0);
    }
}
