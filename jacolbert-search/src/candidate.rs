//! A passage on its way through a search.

use jacolbert_index::{Index, PassageId, Segment};

use crate::Error;
use crate::hit::Hit;
use crate::ranking::Scored;

/// A passage that may be a hit: where it is stored, and the score that the last stage gave it.
///
/// Ids ascend with segments and positions, so that ties by place are ties by id.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Candidate {
    /// Number of the segment in [`Index::segments`].
    segment: u32,
    /// Position of the passage in the segment.
    position: u32,
    pub(crate) score: f32,
}

impl Candidate {
    /// The passage at `position` of segment number `segment`, not scored yet. An index has fewer than
    /// 2^32 passages, so that both fit.
    pub(crate) fn new(segment: usize, position: usize) -> Self {
        Self { segment: segment as u32, position: position as u32, score: 0.0 }
    }

    /// The passage with the id `passage`, not scored yet.
    pub(crate) fn locate(index: &Index, passage: PassageId) -> Result<Self, Error> {
        let (segment, position) = index.locate(passage)?;
        Ok(Self::new(segment, position))
    }

    pub(crate) fn with_score(self, score: f32) -> Self {
        Self { score, ..self }
    }

    pub(crate) fn segment(self, index: &Index) -> &Segment {
        &index.segments()[self.segment as usize]
    }

    pub(crate) fn position(self) -> usize {
        self.position as usize
    }

    pub(crate) fn passage(self, index: &Index) -> PassageId {
        self.segment(index).passage_id(self.position())
    }

    pub(crate) fn into_hit(self, index: &Index) -> Hit {
        Hit { passage: self.passage(index), score: self.score }
    }
}

impl Scored for Candidate {
    type Place = (u32, u32);

    fn score(&self) -> f32 {
        self.score
    }

    fn place(&self) -> (u32, u32) {
        (self.segment, self.position)
    }
}
