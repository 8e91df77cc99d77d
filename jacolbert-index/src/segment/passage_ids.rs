//! The ids of a segment's passages: a range, or a list if ids within the range are missing.

use std::ops::Range;

use super::header::SegmentHeader;
use crate::storage::{Array, SectionFile};
use crate::{Error, PassageId};

/// Ids of passages, ascending.
#[derive(Debug, Clone)]
pub(super) struct PassageIds {
    range: Range<u32>,
    len: usize,
    /// Absent if no id of the range is missing.
    listed: Option<Array<u32>>,
}

impl PassageIds {
    pub(super) fn open(file: &SectionFile, header: &SegmentHeader) -> Result<Self, Error> {
        let range = header.ids.clone();
        let len = header.num_passages;
        let listed = (len != range.len()).then(|| file.array("ids", len)).transpose()?;
        Ok(Self { range, len, listed })
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn range(&self) -> Range<u32> {
        self.range.clone()
    }

    pub(super) fn at(&self, position: usize) -> PassageId {
        assert!(position < self.len, "a position of the segment");
        PassageId(match &self.listed {
            Some(listed) => listed.as_slice()[position],
            None => self.range.start + position as u32,
        })
    }

    pub(super) fn position(&self, id: PassageId) -> Option<usize> {
        if !self.range.contains(&id.0) {
            return None;
        }
        match &self.listed {
            Some(listed) => listed.as_slice().binary_search(&id.0).ok(),
            None => Some((id.0 - self.range.start) as usize),
        }
    }

    pub(super) fn are_ascending(&self) -> bool {
        self.listed.as_ref().is_none_or(|listed| {
            let ids = listed.as_slice();
            ids.is_sorted_by(|a, b| a < b)
                && ids.first().is_none_or(|&first| first == self.range.start)
                && ids.last().is_none_or(|&last| last + 1 == self.range.end)
        })
    }
}
