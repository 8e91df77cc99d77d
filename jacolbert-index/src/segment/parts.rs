//! What a segment is made of.

use std::path::Path;

use super::{ClusteredParts, FlatParts, Segment};
use crate::Error;
use crate::storage::{Bytes, FileKind, SectionFile, SectionFileBuilder};

/// How the tokens of a segment are stored.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Parts<'a> {
    Flat(FlatParts<'a>),
    Clustered(ClusteredParts<'a>),
}

impl Segment {
    /// The file of a segment, in memory. Passage p has the tokens `offsets[p]..offsets[p + 1]` and the
    /// id `ids[p]`; ids ascend.
    pub(crate) fn file_of(
        dim: usize,
        ids: &[u32],
        offsets: &[u64],
        parts: Parts<'_>,
    ) -> Result<SectionFile, Error> {
        let first_id = ids.first().copied().unwrap_or_default();
        let end = ids.last().map_or(first_id, |last| last + 1);
        let num_tokens = offsets.last().copied().unwrap_or_default();
        let (bits, num_centroids) = parts.header();
        let lists = parts.lists(offsets);
        let list_bytes = lists.as_ref().map_or(0, |(_, bytes)| bytes.len() as u64);
        let (first_id, end) = (u64::from(first_id), u64::from(end));
        let passages = ids.len() as u64;
        let params =
            [dim as u64, bits, passages, num_tokens, num_centroids, list_bytes, first_id, end];
        let mut builder = SectionFileBuilder::new(FileKind::Segment, params);
        builder = builder.section("offsets", offsets);
        if end - first_id != passages {
            builder = builder.section("ids", ids);
        }
        let narrow = parts.narrow_codes();
        builder = match &parts {
            Parts::Flat(flat) => flat.sections(builder),
            Parts::Clustered(clustered) => clustered.sections(builder, narrow.as_deref()),
        };
        if let Some((starts, bytes)) = &lists {
            builder = builder.section("starts", starts).section("lists", bytes);
        }
        let in_memory = Path::new("segment in memory");
        SectionFile::from_bytes(in_memory, Bytes::Owned(builder.build()), FileKind::Segment)
    }
}

impl Parts<'_> {
    /// Bits of a residual, 0 in a flat segment, and the number of centroids.
    fn header(&self) -> (u64, u64) {
        match self {
            Self::Flat(_) => (0, 0),
            Self::Clustered(parts) => {
                (parts.codec.bits().get() as u64, parts.codec.num_centroids() as u64)
            }
        }
    }

    fn lists(&self, offsets: &[u64]) -> Option<(Vec<u32>, Vec<u8>)> {
        match self {
            Self::Flat(_) => None,
            Self::Clustered(parts) => Some(parts.lists(offsets)),
        }
    }

    fn narrow_codes(&self) -> Option<Vec<u16>> {
        match self {
            Self::Flat(_) => None,
            Self::Clustered(parts) => parts.narrow_codes(),
        }
    }
}
