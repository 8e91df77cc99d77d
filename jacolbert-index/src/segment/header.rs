//! What the header of a segment's file says.

use std::ops::Range;

use crate::Bits;
use crate::storage::{FileKind, KindHeader, KindWords};

/// Sizes of a segment.
#[derive(Debug)]
pub(super) struct SegmentHeader {
    pub(super) dim: usize,
    /// Bits of a residual component; `None` in a flat segment.
    pub(super) bits: Option<Bits>,
    pub(super) num_passages: usize,
    pub(super) num_tokens: usize,
    /// 0 in a flat segment.
    pub(super) num_centroids: usize,
    /// Bytes of the inverted lists.
    pub(super) list_bytes: usize,
    /// From the first id to the one after the last.
    pub(super) ids: Range<u32>,
}

impl KindHeader for SegmentHeader {
    const KIND: FileKind = FileKind::Segment;

    fn from_words(words: KindWords) -> Result<Self, &'static str> {
        let [dim, bits, num_passages, num_tokens, num_centroids, list_bytes, first_id, end_id] =
            words;
        let size = |word: u64| usize::try_from(word).map_err(|_| "sizes");
        let id = |word: u64| u32::try_from(word).map_err(|_| "range of passage ids");
        let bits = if bits == 0 { None } else { Some(Bits::try_from(bits).map_err(|_| "bits")?) };
        let ids = id(first_id)?..id(end_id)?;
        let num_passages = size(num_passages)?;
        if ids.start > ids.end || num_passages > ids.len() {
            return Err("range of passage ids");
        }
        Ok(Self {
            dim: size(dim)?,
            bits,
            num_passages,
            num_tokens: size(num_tokens)?,
            num_centroids: size(num_centroids)?,
            list_bytes: size(list_bytes)?,
            ids,
        })
    }

    fn to_words(&self) -> KindWords {
        [
            self.dim as u64,
            self.bits.map_or(0, u64::from),
            self.num_passages as u64,
            self.num_tokens as u64,
            self.num_centroids as u64,
            self.list_bytes as u64,
            self.ids.start.into(),
            self.ids.end.into(),
        ]
    }
}
