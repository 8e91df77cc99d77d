//! A segment: the passages of one commit, never changed afterwards.

mod clustered;
mod flat;
mod flat_rows;
mod header;
mod inverted_lists;
mod layout;
mod passage_ids;
mod verify;

use std::ops::Range;

use crate::codec::{BadCode, CodesRef};
use crate::scoring::{CentroidScores, PackedQuery, Scratch};
use crate::storage::{Array, SectionFile};
use crate::{CentroidId, Error, PassageId, ResidualCodec};
use clustered::Clustered;
use flat::Flat;
use header::SegmentHeader;
use passage_ids::PassageIds;

pub(crate) use clustered::ClusteredCodes;
pub(crate) use flat::FlatRowsRef;
pub(crate) use flat_rows::FlatRows;
pub(crate) use layout::Layout;

/// Passages with ascending ids, stored as exact rows (flat) or as codes (clustered).
#[derive(Debug, Clone)]
pub struct Segment {
    file: SectionFile,
    ids: PassageIds,
    num_tokens: usize,
    /// First token of each passage, then the number of tokens.
    offsets: Array<u64>,
    body: Body,
}

#[derive(Debug, Clone)]
enum Body {
    Flat(Flat),
    Clustered(Clustered),
}

/// The tokens of one passage.
#[derive(Debug, Clone, Copy)]
pub(crate) enum StoredTokens<'a> {
    Flat(FlatRowsRef<'a>),
    Codes(CodesRef<'a>),
}

impl Segment {
    /// Reads a segment of an index of `dim` with `codec`; only its header.
    pub(crate) fn open(
        file: SectionFile,
        dim: usize,
        codec: Option<&ResidualCodec>,
    ) -> Result<Self, Error> {
        let header: SegmentHeader = file.header()?;
        if header.dim != dim {
            return Err(file.corrupt("segment of another dimension"));
        }
        let body = match (header.bits, codec) {
            (None, _) => Body::Flat(Flat::open(&file, dim, header.num_tokens)?),
            (Some(_), Some(codec)) => Body::Clustered(Clustered::open(&file, &header, codec)?),
            (Some(_), None) => return Err(file.corrupt("codes without a codec")),
        };
        let ids = PassageIds::open(&file, &header)?;
        let offsets = file.array("offsets", file.checked_size(ids.len(), 1, 1)?)?;
        Ok(Self { file, ids, num_tokens: header.num_tokens, offsets, body })
    }

    pub(crate) fn file(&self) -> &SectionFile {
        &self.file
    }

    /// Whether tokens are stored as exact rows. Otherwise they are stored as codes, with inverted lists.
    pub fn is_flat(&self) -> bool {
        matches!(self.body, Body::Flat(_))
    }

    /// Number of passages, deleted ones included.
    pub fn num_passages(&self) -> usize {
        self.ids.len()
    }

    /// Number of tokens, those of deleted passages included.
    pub fn num_tokens(&self) -> usize {
        self.num_tokens
    }

    /// The id of the passage at `position`.
    ///
    /// # Panics
    /// If `position` is not below [`num_passages`](Self::num_passages).
    pub fn passage_id(&self, position: usize) -> PassageId {
        self.ids.at(position)
    }

    /// The position of the passage, if the segment has it.
    pub(crate) fn position(&self, passage: PassageId) -> Option<usize> {
        self.ids.position(passage)
    }

    /// The first id, and the one after the last.
    pub(crate) fn id_range(&self) -> Range<u32> {
        self.ids.range()
    }

    /// Number of tokens of the passage at `position`.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    ///
    /// # Panics
    /// If `position` is not below [`num_passages`](Self::num_passages).
    pub fn passage_tokens(&self, position: usize) -> Result<usize, Error> {
        self.tokens(position).map(|tokens| tokens.len())
    }

    /// The inverted list of `centroid`: positions of the passages that have a token in its cell, ascending.
    /// Empty in a flat segment.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    pub fn cell(
        &self,
        centroid: CentroidId,
    ) -> Result<impl Iterator<Item = usize> + use<'_>, Error> {
        let positions = match &self.body {
            Body::Flat(_) => None,
            Body::Clustered(clustered) => Some(
                clustered
                    .cell(centroid)
                    .ok_or_else(|| self.file.corrupt(format!("inverted list {}", centroid.0)))?,
            ),
        };
        let positions = positions.into_iter().flatten().map(|position| position as usize);
        Ok(positions.take_while(|&position| position < self.num_passages()))
    }

    pub(crate) fn coarse_score(
        &self,
        scores: &CentroidScores,
        position: usize,
    ) -> Result<Option<u32>, Error> {
        let tokens = self.tokens(position)?;
        Ok(match &self.body {
            Body::Clustered(clustered) if !tokens.is_empty() => {
                Some(clustered.coarse_score(scores, tokens))
            }
            _ => None,
        })
    }

    pub(crate) fn byte_score(
        &self,
        query: &PackedQuery,
        scores: Option<&CentroidScores>,
        position: usize,
        scratch: &mut Scratch,
    ) -> Result<Option<f32>, Error> {
        let tokens = self.tokens(position)?;
        if tokens.is_empty() {
            return Ok(None);
        }
        scratch.reset();
        let raised = match (&self.body, scores) {
            (Body::Flat(flat), _) => {
                flat.raise(query, tokens, scratch);
                Ok(())
            }
            (Body::Clustered(clustered), Some(scores)) => {
                clustered.raise(query, scores, tokens, scratch)
            }
            (Body::Clustered(_), None) => Err(BadCode::Centroid { token: 0 }),
        };
        raised.map_err(|cause| self.bad(position, cause))?;
        let score = scratch.sum(query);
        if score.is_finite() {
            Ok(Some(score))
        } else {
            Err(self.bad(position, BadCode::NotFinite))
        }
    }

    /// Raises `best[n]` to the largest dot product of row n of the query with any decoded token.
    pub(crate) fn best_dots(
        &self,
        query: &PackedQuery,
        codec: Option<&ResidualCodec>,
        position: usize,
        best: &mut [f32],
    ) -> Result<(), Error> {
        let dim = query.dim();
        let tokens = self.tokens(position)?;
        let mut rows = vec![0.0; TOKENS_PER_DECODE.min(tokens.len()) * dim];
        let end = tokens.end;
        for first in tokens.step_by(TOKENS_PER_DECODE) {
            let block = first..end.min(first + TOKENS_PER_DECODE);
            let rows = &mut rows[..block.len() * dim];
            self.decode_rows(codec, block, rows).map_err(|cause| self.bad(position, cause))?;
            query.panels().best_dots(rows, best);
        }
        Ok(())
    }

    /// The decoded tokens of the passage at `position`, `[tokens, dim]`, row-major.
    pub(crate) fn decode(
        &self,
        codec: Option<&ResidualCodec>,
        dim: usize,
        position: usize,
    ) -> Result<Vec<f32>, Error> {
        let tokens = self.tokens(position)?;
        let mut rows = vec![0.0; tokens.len() * dim];
        let decoded = self.decode_rows(codec, tokens, &mut rows);
        decoded.map_err(|cause| self.bad(position, cause))?;
        Ok(rows)
    }

    fn decode_rows(
        &self,
        codec: Option<&ResidualCodec>,
        tokens: Range<usize>,
        rows: &mut [f32],
    ) -> Result<(), BadCode> {
        let dim = rows.len().checked_div(tokens.len()).unwrap_or(1).max(1);
        match (&self.body, codec) {
            (Body::Flat(flat), _) => flat.decode(tokens, dim, rows),
            (Body::Clustered(clustered), Some(codec)) => {
                codec.decode(clustered.codes(tokens), rows)
            }
            (Body::Clustered(_), None) => Err(BadCode::Centroid { token: 0 }),
        }
    }

    /// The tokens of the passage at `position` as they are stored, checked so that another segment may store
    /// them.
    pub(crate) fn stored(&self, position: usize) -> Result<StoredTokens<'_>, Error> {
        let tokens = self.tokens(position)?;
        let stored = match &self.body {
            Body::Flat(flat) => flat.checked_rows(tokens).map(StoredTokens::Flat),
            Body::Clustered(clustered) => clustered.checked_codes(tokens).map(StoredTokens::Codes),
        };
        stored.map_err(|cause| self.bad(position, cause))
    }

    /// Numbers of the tokens of a passage within the segment.
    fn tokens(&self, position: usize) -> Result<Range<usize>, Error> {
        let offsets = self.offsets.as_slice();
        let bounds = (offsets[position].try_into().ok()).zip(offsets[position + 1].try_into().ok());
        let (start, end): (usize, usize) = bounds
            .filter(|&(start, end)| start <= end && end <= self.num_tokens)
            .ok_or_else(|| self.file.corrupt(format!("token range of passage {position}")))?;
        Ok(start..end)
    }

    fn bad(&self, position: usize, cause: BadCode) -> Error {
        self.file.corrupt(format!("passage at {position}: {cause}"))
    }
}

/// Tokens that are decoded and then scored together; their rows stay in the first-level cache.
const TOKENS_PER_DECODE: usize = 8;
