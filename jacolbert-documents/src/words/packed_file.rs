//! The files of a segment of tantivy that are packed into the words of a block.

use std::path::Path;

use tantivy::index::SegmentComponent;

/// A file of tantivy's segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PackedFile {
    Terms,
    Postings,
    Positions,
    FieldNorms,
    FastFields,
    Store,
}

impl PackedFile {
    /// All of them, in the order of their numbers.
    pub(super) const ALL: [Self; 6] = [
        Self::Terms,
        Self::Postings,
        Self::Positions,
        Self::FieldNorms,
        Self::FastFields,
        Self::Store,
    ];

    /// The file that tantivy calls `path`, whatever the id of the segment.
    pub(super) fn of_path(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?;
        Self::ALL.into_iter().find(|file| file.part() == extension)
    }

    /// What tantivy calls it.
    pub(super) fn component(self) -> SegmentComponent {
        match self {
            Self::Terms => SegmentComponent::Terms,
            Self::Postings => SegmentComponent::Postings,
            Self::Positions => SegmentComponent::Positions,
            Self::FieldNorms => SegmentComponent::FieldNorms,
            Self::FastFields => SegmentComponent::FastFields,
            Self::Store => SegmentComponent::Store,
        }
    }

    /// The name of the part that holds it, which is the end of tantivy's name.
    pub(super) fn part(self) -> String {
        self.component().to_string()
    }
}
