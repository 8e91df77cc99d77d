//! The current path of a walk through a module.

use crate::checkpoint::stored_name;

/// Names and container types from the model down to a parameter, as Burn's walks report them.
#[derive(Debug, Default)]
pub(super) struct ModulePath {
    steps: Vec<(String, String)>,
}

impl ModulePath {
    pub(super) fn enter(&mut self, name: &str, container_type: &str) {
        self.steps.push((name.into(), container_type.into()));
    }

    pub(super) fn exit(&mut self) {
        self.steps.pop();
    }

    /// The name of this parameter in a checkpoint.
    pub(super) fn stored_name(&self) -> String {
        let names: Vec<&str> = self.steps.iter().map(|(name, _)| name.as_str()).collect();
        stored_name(&names.join("."))
    }

    /// Whether this is a parameter of a linear layer, whose matrix is stored `[outputs, inputs]` and
    /// computed with `[inputs, outputs]`.
    pub(super) fn is_linear(&self) -> bool {
        self.steps.last().is_some_and(|(_, container_type)| container_type == "Struct:Linear")
    }
}
