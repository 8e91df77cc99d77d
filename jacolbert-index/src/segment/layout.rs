//! How the tokens of a segment are stored, and the file that they make.

use super::Segment;
use super::clustered::ClusteredCodes;
use super::flat::FlatRowsRef;
use super::header::SegmentHeader;
use crate::storage::{SectionFile, SectionFileBuilder};
use crate::{Bits, Error};

/// The tokens of a segment to be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Layout<'a> {
    Flat(FlatRowsRef<'a>),
    Clustered(ClusteredCodes<'a>),
}

impl Segment {
    /// The file of a segment, in memory. Passage p has the tokens `offsets[p]..offsets[p + 1]` and the
    /// id `ids[p]`; ids ascend.
    pub(crate) fn build_file(
        dim: usize,
        ids: &[u32],
        offsets: &[u64],
        layout: Layout<'_>,
    ) -> Result<SectionFile, Error> {
        let first_id = ids.first().copied().unwrap_or_default();
        let lists = layout.lists(offsets);
        let header = SegmentHeader {
            dim,
            bits: layout.bits(),
            num_passages: ids.len(),
            num_tokens: offsets.last().copied().unwrap_or_default() as usize,
            num_centroids: layout.num_centroids(),
            list_bytes: lists.as_ref().map_or(0, |(_, bytes)| bytes.len()),
            ids: first_id..ids.last().map_or(first_id, |last| last + 1),
        };
        let mut builder = SectionFileBuilder::new(&header).section("offsets", offsets);
        if header.ids.len() != ids.len() {
            builder = builder.section("ids", ids);
        }
        let narrow = layout.narrow_codes();
        builder = match &layout {
            Layout::Flat(rows) => rows.sections(builder),
            Layout::Clustered(codes) => codes.sections(builder, narrow.as_deref()),
        };
        if let Some((starts, bytes)) = &lists {
            builder = builder.section("starts", starts).section("lists", bytes);
        }
        builder.build("segment in memory")
    }
}

impl Layout<'_> {
    fn bits(&self) -> Option<Bits> {
        match self {
            Self::Flat(_) => None,
            Self::Clustered(codes) => Some(codes.codec.bits()),
        }
    }

    fn num_centroids(&self) -> usize {
        match self {
            Self::Flat(_) => 0,
            Self::Clustered(codes) => codes.codec.num_centroids(),
        }
    }

    fn lists(&self, offsets: &[u64]) -> Option<(Vec<u32>, Vec<u8>)> {
        match self {
            Self::Flat(_) => None,
            Self::Clustered(codes) => Some(codes.lists(offsets)),
        }
    }

    fn narrow_codes(&self) -> Option<Vec<u16>> {
        match self {
            Self::Flat(_) => None,
            Self::Clustered(codes) => codes.narrow_codes(),
        }
    }
}
