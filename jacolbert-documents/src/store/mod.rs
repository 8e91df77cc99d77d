//! The texts, ids and metadata of a collection.

mod attached;
mod attachment_names;
mod block_builder;
mod block_header;
mod companion;
mod companion_file;
mod companion_header;
mod companions;
mod document_block;
mod document_changes;
mod document_set;
mod documents;
mod joining;
mod lookup;
mod matching;
mod metadata_changes;
mod sharing;
mod stored_passage;

pub use attachment_names::{block_name, check_features};
pub use block_builder::DocumentBlockBuilder;
#[cfg(any(feature = "filter", feature = "words"))]
pub(crate) use companion::Companion;
#[cfg(feature = "words")]
pub(crate) use companion::file_without_block;
#[cfg(any(feature = "filter", feature = "words"))]
pub(crate) use companion_file::{CompanionFile, CompanionParts};
pub use companions::{Companions, NewCompanion};
pub use document_block::DocumentBlock;
pub use document_changes::DocumentChanges;
#[cfg(feature = "filter")]
pub(crate) use document_set::DocumentSet;
pub use documents::Documents;
pub use joining::Join;
pub use matching::MatchingDocuments;
pub use stored_passage::StoredPassage;
