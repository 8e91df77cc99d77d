//! One chunk of a foreign index, in memory.

use std::path::{Path, PathBuf};

use super::json::{ChunkCounts, read};
use super::torch_file::{TorchFile, fault};
use super::{PlaidCodec, PlaidFault, PlaidPassage};
use crate::Error;

/// The codes of a chunk's passages; all of them are known to be within the codec.
#[derive(Debug)]
pub(super) struct Chunk {
    lengths: std::vec::IntoIter<usize>,
    codes: Vec<u32>,
    /// Packed residuals, `[tokens, dim * bits / 8]`.
    residuals: Vec<u8>,
    /// Tokens of the passages handed out.
    done: usize,
}

impl Chunk {
    pub(super) fn open(
        folder: &Path,
        number: usize,
        counts: ChunkCounts,
        codec: &PlaidCodec,
    ) -> Result<Self, Error> {
        let path = folder.join(format!("doclens.{number}.json"));
        let lengths: Vec<usize> = read(&path)?;
        agree(&path, "passages", counts.num_passages, lengths.len())?;
        let num_tokens = lengths.iter().fold(0usize, |sum, &len| sum.saturating_add(len));
        agree(&path, "tokens", counts.num_embeddings, num_tokens)?;
        let codes = codes(folder.join(format!("{number}.codes.pt")), num_tokens, codec)?;
        let path = folder.join(format!("{number}.residuals.pt"));
        let packed_len = codec.bits().packed_len(codec.dim());
        let residuals = TorchFile::open(&path, 1)?.u8s(0, &[num_tokens, packed_len])?;
        Ok(Self { lengths: lengths.into_iter(), codes, residuals, done: 0 })
    }

    pub(super) fn next(&mut self, codec: &PlaidCodec) -> Option<PlaidPassage> {
        let tokens = self.done..self.done + self.lengths.next()?;
        self.done = tokens.end;
        let packed_len = codec.bits().packed_len(codec.dim());
        let packed = &self.residuals[tokens.start * packed_len..tokens.end * packed_len];
        let levels = levels(packed, codec.bits().get());
        Some(PlaidPassage { codes: self.codes[tokens].to_vec(), levels })
    }
}

pub(super) fn agree(
    path: &Path,
    what: &'static str,
    expected: usize,
    found: usize,
) -> Result<(), Error> {
    if expected == found {
        return Ok(());
    }
    let (expected, found) = (expected as u64, found as u64);
    Err(fault(path, PlaidFault::Disagrees { what, expected, found }))
}

fn codes(path: PathBuf, num_tokens: usize, codec: &PlaidCodec) -> Result<Vec<u32>, Error> {
    let codes = TorchFile::open(&path, 1)?.integers(0, &[num_tokens])?;
    let num_centroids = codec.num_centroids();
    let checked = codes.into_iter().enumerate().map(|(token, code)| {
        let known = u32::try_from(code).ok().filter(|&code| (code as usize) < num_centroids);
        known.ok_or_else(|| fault(&path, PlaidFault::Code { token, code, num_centroids }))
    });
    checked.collect()
}

/// The level of every component. Components lie in a byte from its highest bit down, and so do the
/// bits of a level, of which the lowest comes first: in the byte turned round both go upwards.
fn levels(packed: &[u8], bits: usize) -> Vec<u8> {
    let mask = u8::MAX >> (8 - bits);
    let of_byte = |byte: &u8| {
        let turned = byte.reverse_bits();
        (0..8).step_by(bits).map(move |shift| turned >> shift & mask)
    };
    packed.iter().flat_map(of_byte).collect()
}
