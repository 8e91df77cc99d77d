//! Settings of an export.

/// Where the vectors of an export come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum VectorSource {
    /// The collection, with the precision and pooling it stores them in: by default 2 bits per component, whose scores
    /// differ a little from the model's. Takes hardly more time than writing.
    #[default]
    Stored,
    /// The model, which encodes every passage again: as exact as the model, not pooled, and as slow as indexing.
    Encoded,
}

/// The number format of vectors in Parquet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Precision {
    /// 32 bits per component.
    #[default]
    F32,
    /// 16 bits per component: half the size. Components of unit vectors change by at most 0.0003.
    F16,
}
