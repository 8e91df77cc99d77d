//! Building an index: rows are collected, a codebook is trained, passages become segments.

mod builder;
mod packer;
mod plan;

pub use builder::IndexBuilder;
pub(crate) use packer::{SegmentPacker, TokenFormat};
pub(crate) use plan::BuildPlan;
