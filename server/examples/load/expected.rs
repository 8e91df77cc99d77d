//! What must be true of the documents of a client.

use std::collections::BTreeMap;

use anyhow::ensure;

/// A state of a document: its version, or none if it is not there.
pub(crate) type State = Option<u64>;

/// The documents of a client, each with the states that it may have: one after an acknowledged change, and more after
/// changes without an answer.
#[derive(Default)]
pub(crate) struct Expected {
    states: BTreeMap<String, Vec<State>>,
}

impl Expected {
    /// A change to `state` was acknowledged.
    pub(crate) fn acknowledge(&mut self, id: &str, state: State) {
        self.states.insert(id.to_owned(), vec![state]);
    }

    /// A change to `state` had no answer: it was made or not.
    pub(crate) fn doubt(&mut self, id: &str, state: State) {
        let states = self.states.entry(id.to_owned()).or_insert_with(|| vec![None]);
        if !states.contains(&state) {
            states.push(state);
        }
    }

    /// Whether the document is there for sure.
    pub(crate) fn is_present(&self, id: &str) -> bool {
        self.states.get(id).is_some_and(|states| states.iter().all(Option::is_some))
    }

    /// Ids of all documents that were ever named.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.states.keys().map(String::as_str)
    }

    /// Checks that the document may have the state that was seen.
    pub(crate) fn check(&self, id: &str, seen: State) -> anyhow::Result<()> {
        let may_be = self.states.get(id).map_or([None].as_slice(), Vec::as_slice);
        ensure!(may_be.contains(&seen), "{id} is {seen:?}, and must be one of {may_be:?}");
        Ok(())
    }

    /// Checks the states of all documents: those that were seen, and those that were not.
    pub(crate) fn check_all(&self, seen: &BTreeMap<String, u64>) -> anyhow::Result<()> {
        seen.iter().try_for_each(|(id, version)| self.check(id, Some(*version)))?;
        let mut absent = self.ids().filter(|id| !seen.contains_key(*id));
        absent.try_for_each(|id| self.check(id, None))
    }
}
