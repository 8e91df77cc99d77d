//! The paths of keys in the metadata of a block, and in how many documents each is.

use std::collections::HashMap;

use super::layout::{MAX_DEPTH, MAX_PATHS};

/// A tree of paths; each is a node, the first is that of no keys.
#[derive(Debug)]
pub(super) struct PathTree {
    nodes: Vec<PathNode>,
}

#[derive(Debug, Default)]
struct PathNode {
    parent: usize,
    key: String,
    depth: usize,
    num_values: usize,
    children: HashMap<String, usize>,
}

impl PathTree {
    pub(super) fn new() -> Self {
        Self { nodes: vec![PathNode::default()] }
    }

    /// The node behind `key`, which has one value more from now on; `None` where paths with columns end.
    pub(super) fn count(&mut self, parent: usize, key: &str) -> Option<usize> {
        let depth = self.nodes[parent].depth + 1;
        if depth > MAX_DEPTH {
            return None;
        }
        let node = self.child(parent, key).unwrap_or_else(|| {
            let node = self.nodes.len();
            self.nodes[parent].children.insert(key.into(), node);
            let key = key.into();
            self.nodes.push(PathNode { parent, key, depth, ..PathNode::default() });
            node
        });
        self.nodes[node].num_values += 1;
        Some(node)
    }

    /// The node behind `key`.
    pub(super) fn child(&self, parent: usize, key: &str) -> Option<usize> {
        self.nodes[parent].children.get(key).copied()
    }

    /// Number of paths.
    pub(super) fn len(&self) -> usize {
        self.nodes.len() - 1
    }

    /// The nodes of the paths that have columns, in no order that matters.
    pub(super) fn chosen(&self) -> Vec<usize> {
        let mut nodes: Vec<usize> = (1..self.nodes.len()).collect();
        if nodes.len() > MAX_PATHS {
            // Among paths of equally many values, those come first that come first in the block.
            nodes.sort_by_key(|&node| std::cmp::Reverse(self.nodes[node].num_values));
            nodes.truncate(MAX_PATHS);
        }
        nodes
    }

    /// The keys of a path.
    pub(super) fn keys(&self, mut node: usize) -> Vec<&str> {
        let mut keys = Vec::new();
        while node != 0 {
            keys.push(self.nodes[node].key.as_str());
            node = self.nodes[node].parent;
        }
        keys.reverse();
        keys
    }
}
