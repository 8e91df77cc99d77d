//! Deriving the columns of a block.

use std::collections::HashMap;

use super::layout::{BLOCK, KIND, SETTINGS, part_name};
use super::path_tree::PathTree;
use super::path_values::PathValues;
use crate::Error;
use crate::filter::{FieldValue, members};
use crate::store::{Companion, CompanionParts, DocumentBlock};

/// Derives the columns of metadata; see [`layout`](super::layout).
#[derive(Debug, Clone, Copy)]
pub(crate) struct MetadataColumns;

impl Companion for MetadataColumns {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn settings(&self) -> Vec<u8> {
        SETTINGS.into()
    }

    fn derive(
        &self,
        block: &DocumentBlock<&[u8]>,
        parts: &mut CompanionParts,
    ) -> Result<(), Error> {
        let tree = paths_of(block)?;
        let chosen = tree.chosen();
        let is_complete = chosen.len() == tree.len();
        let mut values: HashMap<usize, PathValues<'_>> =
            chosen.into_iter().map(|node| (node, PathValues::default())).collect();
        for document in 0..block.num_documents() {
            let damage = |_| block.corrupt_metadata(document);
            let found = values_of(block.written_metadata_of(document)?, |parent, key| {
                tree.child(parent, key)
            });
            for (node, value) in found.map_err(damage)? {
                if let Some(values) = values.get_mut(&node) {
                    values.push(document, value);
                }
            }
        }
        for (node, values) in values {
            let columns = values.to_columns(block.num_documents());
            let columns = columns.map_err(|error| block.corrupt(error.to_string()))?;
            parts.add(part_name(&tree.keys(node)), columns);
        }
        let repeats = block.has_repeated_ids()?;
        parts.add(BLOCK, vec![u8::from(is_complete), u8::from(repeats)]);
        Ok(())
    }
}

/// All paths of the metadata of `block`.
fn paths_of(block: &DocumentBlock<&[u8]>) -> Result<PathTree, Error> {
    let mut tree = PathTree::new();
    for document in 0..block.num_documents() {
        let metadata = block.written_metadata_of(document)?;
        let found = values_of(metadata, |parent, key| tree.count(parent, key));
        found.map_err(|_| block.corrupt_metadata(document))?;
    }
    Ok(tree)
}

/// The values in the JSON text `metadata`, each with the node of its path, as `child` finds it. What has no node is
/// left out.
fn values_of<'m>(
    metadata: &'m str,
    mut child: impl FnMut(usize, &str) -> Option<usize>,
) -> serde_json::Result<Vec<(usize, FieldValue<'m>)>> {
    let metadata: &serde_json::value::RawValue = serde_json::from_str(metadata)?;
    let mut values = Vec::new();
    let mut open = vec![(0, FieldValue::parse(metadata.get())?)];
    while let Some((node, value)) = open.pop() {
        if let FieldValue::Object(json) = value {
            for (key, value) in members(json)? {
                if let Some(child) = child(node, &key) {
                    open.push((child, FieldValue::parse(value)?));
                }
            }
        }
        if node != 0 {
            values.push((node, value));
        }
    }
    Ok(values)
}
