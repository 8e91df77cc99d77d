//! One chunk of a foreign index, in memory.

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::codec::PlaidCodec;
use super::fault::PlaidFault;
use super::metadata::{ChunkCounts, Layout, read};
use super::npy_file::NpyFile;
use super::passage::PlaidPassage;
use super::torch_file::TorchFile;
use crate::Error;

/// The codes of a chunk's passages, checked against the number of centroids.
#[derive(Debug)]
pub(super) struct Chunk {
    lengths: std::vec::IntoIter<usize>,
    codes: Vec<u32>,
    /// Packed residuals, `[tokens, dim * bits / 8]`.
    residuals: Vec<u8>,
    /// Tokens of the passages that were read.
    done: usize,
}

impl Chunk {
    /// Opens chunk `number` of `counts`, which begins after `first_token` tokens.
    pub(super) fn open(
        folder: &Path,
        number: usize,
        counts: ChunkCounts,
        first_token: usize,
        layout: Layout,
        codec: &PlaidCodec,
    ) -> Result<Self, Error> {
        let lengths = lengths(folder, number, counts)?;
        let num_tokens = counts.num_embeddings;
        let tokens = first_token..first_token.saturating_add(num_tokens);
        let packed_len = codec.bits().packed_len(codec.dim());
        let (path, codes, residuals) = match layout {
            Layout::Torch { .. } => torch_tensors(folder, number, num_tokens, packed_len)?,
            Layout::Npy => npy_tensors(folder, number, tokens, packed_len)?,
        };
        let codes = checked(&path, codes, codec.num_centroids())?;
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

/// Number of tokens of each passage of chunk `number`, checked against `counts`.
pub(super) fn lengths(
    folder: &Path,
    number: usize,
    counts: ChunkCounts,
) -> Result<Vec<usize>, Error> {
    let path = folder.join(format!("doclens.{number}.json"));
    let lengths: Vec<usize> = read(&path)?;
    agree(&path, "passages", counts.num_passages, lengths.len())?;
    let num_tokens = lengths.iter().fold(0usize, |sum, &len| sum.saturating_add(len));
    agree(&path, "tokens", counts.num_embeddings, num_tokens)?;
    Ok(lengths)
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
    let expected = expected as u64;
    let found = found as u64;
    Err(Error::plaid(path, PlaidFault::Disagrees { what, expected, found }))
}

/// Codes and packed residuals of a chunk, and the file of the codes.
type Tensors = (PathBuf, Vec<i64>, Vec<u8>);

fn torch_tensors(
    folder: &Path,
    number: usize,
    num_tokens: usize,
    packed_len: usize,
) -> Result<Tensors, Error> {
    let path = folder.join(format!("{number}.codes.pt"));
    let codes = TorchFile::open(&path, 1)?.integers(0, &[num_tokens])?;
    let residuals = folder.join(format!("{number}.residuals.pt"));
    let residuals = TorchFile::open(&residuals, 1)?.u8s(0, &[num_tokens, packed_len])?;
    Ok((path, codes, residuals))
}

/// `tokens` are counted over the whole index, because fast-plaid merges the files of all chunks and removes
/// them. The file of a chunk beside the merged one is newer than it.
fn npy_tensors(
    folder: &Path,
    number: usize,
    tokens: Range<usize>,
    packed_len: usize,
) -> Result<Tensors, Error> {
    let (path, rows) = npy_place(folder, "codes", number, &tokens)?;
    let codes = NpyFile::open(&path)?.integers(rows)?;
    let (residuals, rows) = npy_place(folder, "residuals", number, &tokens)?;
    let residuals = NpyFile::open(&residuals)?.u8s(rows, packed_len)?;
    Ok((path, codes, residuals))
}

/// The file that has `what` of a chunk, and the chunk's rows in it.
fn npy_place(
    folder: &Path,
    what: &str,
    number: usize,
    tokens: &Range<usize>,
) -> Result<(PathBuf, Range<usize>), Error> {
    let own = |number| folder.join(format!("{number}.{what}.npy"));
    if own(number).exists() {
        return Ok((own(number), 0..tokens.len()));
    }
    let merged = folder.join(format!("merged_{what}.npy"));
    if (0..number).any(|before| own(before).exists()) {
        return Err(Error::plaid(&merged, PlaidFault::StaleMerge { number }));
    }
    Ok((merged, tokens.clone()))
}

fn checked(path: &Path, codes: Vec<i64>, num_centroids: usize) -> Result<Vec<u32>, Error> {
    let checked = codes.into_iter().enumerate().map(|(token, code)| {
        let known = u32::try_from(code).ok().filter(|&code| (code as usize) < num_centroids);
        known.ok_or_else(|| Error::plaid(path, PlaidFault::Code { token, code, num_centroids }))
    });
    checked.collect()
}

/// The level of every component. A byte stores its first component in the highest bits, and the bits of a
/// level in reverse order. With the bits of the byte reversed, both are in ascending order.
fn levels(packed: &[u8], bits: usize) -> Vec<u8> {
    let mask = u8::MAX >> (8 - bits);
    let of_byte = |byte: &u8| {
        let turned = byte.reverse_bits();
        (0..8).step_by(bits).map(move |shift| turned >> shift & mask)
    };
    packed.iter().flat_map(of_byte).collect()
}
