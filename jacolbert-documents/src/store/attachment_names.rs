//! The names under which the files of a block are attached to an index.

use std::path::Path;

use jacolbert_index::Index;

use crate::Error;

/// Names of attachments that are blocks of documents begin with this.
pub(super) const BLOCKS: &str = "documents-";

/// Between the kind of a file and the first passage id of its block.
const FROM: &str = "-from-";

/// The name under which the block with the first passage id `first_id` is attached to an index.
///
/// ```
/// assert_eq!(jacolbert_documents::block_name(7), "documents-from-7");
/// ```
pub fn block_name(first_id: usize) -> String {
    format!("documents{FROM}{first_id}")
}

/// The name of the companion of this kind, beside the block with the first passage id `first_id`.
pub(super) fn companion_name(kind: &str, first_id: usize) -> String {
    format!("{kind}{FROM}{first_id}")
}

/// The kind of the companion that is attached as `name`, and the first passage id of its block; `None` if it is
/// no companion.
pub(super) fn parse_companion_name(name: &str) -> Option<(&str, usize)> {
    let (kind, first_id) = name.rsplit_once(FROM).filter(|_| !name.starts_with(BLOCKS))?;
    Some((kind, first_id.parse().ok()?))
}

/// The feature that a program needs to change an index with companions of this kind; `None` if this program can.
pub(super) fn missing_feature(kind: &str) -> Option<&str> {
    match kind {
        // Changed metadata, which every program can read and write.
        "metadata" => None,
        "columns" => (!cfg!(feature = "filter")).then_some("filter"),
        "words" => (!cfg!(feature = "words")).then_some("words"),
        // Of a later version of this crate.
        other => Some(other),
    }
}

/// Checks that this program can write every file that lies beside the blocks of `index`; `folder` is for messages.
///
/// A program that cannot must not change the documents, since it would leave files that do not match them. It can
/// read and search them. Only the names of attachments are looked at.
///
/// # Errors
/// [`Error::MissingFeature`].
pub fn check_features(folder: &Path, index: &Index) -> Result<(), Error> {
    let kinds = index.attachments().filter_map(|(name, _)| parse_companion_name(name));
    match kinds.into_iter().find_map(|(kind, _)| missing_feature(kind)) {
        Some(feature) => {
            Err(Error::MissingFeature { path: folder.into(), feature: feature.into() })
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_companions_are_read_as_written() {
        let name = companion_name("columns", 7);
        assert_eq!(name, "columns-from-7");
        assert_eq!(parse_companion_name(&name), Some(("columns", 7)));
        for name in ["settings", "documents-3", "documents-from-3", "words-from-", "words-from-x"] {
            assert_eq!(parse_companion_name(name), None, "{name}");
        }
    }
}
