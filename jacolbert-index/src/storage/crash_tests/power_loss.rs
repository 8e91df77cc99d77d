//! What a folder may look like after the power failed: the weakest promises that POSIX makes.
//!
//! - The content of a file is sure once the file is synced. What was written since may be there in
//!   whole, in part, as zeros, or not at all, later writes even without earlier ones.
//! - Names are sure once the folder is synced. Until then each name may stand for anything that it
//!   stood for since the last sync, whatever the other names do. A rename over a name never leaves
//!   that name without a file (POSIX, `rename`), but may leave the old name beside it.
//! - A new folder is sure once the folder above it is synced.
//!
//! File systems with a journal keep more order than this. The laws need no more than this.

use std::collections::BTreeMap;

use super::watched_disk::Change;

/// Names and contents of the files of a folder; `None` if the folder itself is missing.
pub(super) type FolderState = Option<BTreeMap<String, Vec<u8>>>;

/// More states than this at one point are not all made, only those in which at most two names
/// differ from the oldest or from the newest state.
const ALL_STATES: usize = 4096;

/// A folder, as the disk has it for sure and as it may have it.
#[derive(Debug, Clone, Default)]
pub(super) struct UnsureFolder {
    exists: bool,
    is_sure: bool,
    files: Vec<UnsureFile>,
    /// The files that each name stood for since the last sync, the present one last.
    names: BTreeMap<String, Vec<Option<usize>>>,
}

#[derive(Debug, Clone, Default)]
struct UnsureFile {
    sure: Vec<u8>,
    writes: Vec<(usize, Vec<u8>)>,
}

impl UnsureFolder {
    /// A folder whose state is on disk for sure.
    pub(super) fn sure(state: FolderState) -> Self {
        let mut folder = Self { exists: state.is_some(), is_sure: true, ..Default::default() };
        for (name, sure) in state.unwrap_or_default() {
            folder.files.push(UnsureFile { sure, writes: Vec::new() });
            folder.names.insert(name, vec![Some(folder.files.len() - 1)]);
        }
        folder
    }

    pub(super) fn apply(&mut self, change: &Change) {
        match change {
            Change::CreateFolder => (self.exists, self.is_sure) = (true, false),
            Change::SyncParent => self.is_sure = true,
            Change::Create(name) => {
                self.files.push(UnsureFile::default());
                self.name(name, Some(self.files.len() - 1));
            }
            Change::Write { name, at, bytes } => {
                self.file(name).writes.push((*at, bytes.clone()));
            }
            Change::SyncFile(name) => {
                let file = self.file(name);
                *file = UnsureFile { sure: file.content(), writes: Vec::new() };
            }
            Change::Rename { from, to } => {
                let file = self.present(from);
                self.name(to, file);
                self.name(from, None);
            }
            Change::Remove(name) => self.name(name, None),
            Change::SyncFolder => self.names.values_mut().for_each(|stood_for| {
                stood_for.drain(..stood_for.len() - 1);
            }),
        }
    }

    /// The folder as it is as long as the power is on, whoever is killed.
    pub(super) fn present_state(&self) -> FolderState {
        let present = self.names.iter().filter_map(|(name, stood_for)| {
            let file = stood_for.last().copied().flatten()?;
            Some((name.clone(), self.files[file].content()))
        });
        self.exists.then(|| present.collect())
    }

    /// Every state that the folder may be found in when the power is back.
    pub(super) fn states(&self) -> Vec<FolderState> {
        let names: Vec<&String> = self.names.keys().collect();
        let choices: Vec<Vec<Option<Vec<u8>>>> =
            self.names.values().map(|stood_for| self.contents(stood_for)).collect();
        let lens: Vec<usize> = choices.iter().map(Vec::len).collect();
        let state = |picks: Vec<usize>| {
            let files = picks.iter().zip(&choices).map(|(&pick, choices)| choices[pick].clone());
            let named = names.iter().zip(files);
            named.filter_map(|(name, file)| Some(((*name).clone(), file?))).collect()
        };
        let mut states = Vec::new();
        if self.exists {
            states.extend(picks(&lens).into_iter().map(|picks| Some(state(picks))));
        }
        if !self.exists || !self.is_sure {
            states.push(None);
        }
        states
    }

    /// What may be found under a name that stood for these files, oldest first.
    fn contents(&self, stood_for: &[Option<usize>]) -> Vec<Option<Vec<u8>>> {
        let mut contents = Vec::new();
        for file in stood_for {
            let found = file.map_or(vec![None], |file| {
                self.files[file].contents().into_iter().map(Some).collect()
            });
            let new: Vec<_> = found.into_iter().filter(|c| !contents.contains(c)).collect();
            contents.extend(new);
        }
        contents
    }

    fn name(&mut self, name: &str, file: Option<usize>) {
        self.names.entry(name.into()).or_insert(vec![None]).push(file);
    }

    fn present(&self, name: &str) -> Option<usize> {
        self.names.get(name)?.last().copied().flatten()
    }

    fn file(&mut self, name: &str) -> &mut UnsureFile {
        let file = self.present(name).unwrap_or_else(|| panic!("{name} is written, but missing"));
        &mut self.files[file]
    }
}

impl UnsureFile {
    fn content(&self) -> Vec<u8> {
        self.with(self.writes.iter().map(|(at, bytes)| (*at, &bytes[..])))
    }

    fn with<'a>(&self, writes: impl Iterator<Item = (usize, &'a [u8])>) -> Vec<u8> {
        let mut content = self.sure.clone();
        for (at, bytes) in writes {
            content.resize(content.len().max(at + bytes.len()), 0);
            content[at..at + bytes.len()].copy_from_slice(bytes);
        }
        content
    }

    /// Every content that may be found, at some of the places where a write may be cut.
    fn contents(&self) -> Vec<Vec<u8>> {
        if self.writes.is_empty() {
            return vec![self.sure.clone()];
        }
        let whole = self.content();
        let mut contents = vec![self.sure.clone()];
        for (n, (at, bytes)) in self.writes.iter().enumerate() {
            let before = || self.writes[..n].iter().map(|(at, bytes)| (*at, &bytes[..]));
            for cut in [1, bytes.len() / 2, bytes.len().saturating_sub(1), bytes.len()] {
                let part = &bytes[..cut.min(bytes.len())];
                contents.push(self.with(before().chain([(*at, part)])));
            }
            let mut alone = self.with([(*at, &bytes[..])].into_iter());
            alone.resize(whole.len(), 0);
            contents.push(alone);
        }
        contents.push(vec![0; whole.len()]);
        let half = whole.len() / 2;
        contents.push([&vec![0; half], &whole[half..]].concat());
        contents.push([&whole[..half], &vec![0; whole.len() - half]].concat());
        contents.push(whole);
        contents
    }
}

/// All ways to pick one of `lens[i]` choices for each i, or the most telling of them.
fn picks(lens: &[usize]) -> Vec<Vec<usize>> {
    let product = lens.iter().try_fold(1usize, |product, len| product.checked_mul(*len));
    if product.is_some_and(|product| product <= ALL_STATES) {
        return lens.iter().fold(vec![vec![]], |picks, &len| {
            let longer = |pick: Vec<usize>| (0..len).map(move |next| [&pick[..], &[next]].concat());
            picks.into_iter().flat_map(longer).collect()
        });
    }
    let oldest = vec![0; lens.len()];
    let newest: Vec<usize> = lens.iter().map(|len| len - 1).collect();
    let mut picks = Vec::new();
    for base in [oldest, newest] {
        for (a, b) in (0..lens.len()).flat_map(|a| (0..a).map(move |b| (a, b))) {
            for (of_a, of_b) in (0..lens[a]).flat_map(|i| (0..lens[b]).map(move |j| (i, j))) {
                let mut pick = base.clone();
                (pick[a], pick[b]) = (of_a, of_b);
                picks.push(pick);
            }
        }
    }
    picks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(changes: &[Change]) -> UnsureFolder {
        let mut folder = UnsureFolder::sure(Some([("a".into(), b"old".to_vec())].into()));
        changes.iter().for_each(|change| folder.apply(change));
        folder
    }

    fn named(files: &[(&str, &[u8])]) -> FolderState {
        Some(files.iter().map(|(name, file)| (name.to_string(), file.to_vec())).collect())
    }

    fn new_file(synced: bool) -> Vec<Change> {
        let write = Change::Write { name: "b".into(), at: 0, bytes: b"new".to_vec() };
        let mut changes = vec![Change::Create("b".into()), write];
        changes.extend(synced.then(|| Change::SyncFile("b".into())));
        changes
    }

    #[test]
    fn nothing_is_sure_of_a_file_that_nobody_synced() {
        let states = folder(&new_file(false)).states();
        for b in [&b""[..], b"n", b"ne", b"new", b"\0\0\0", b"\0ew", b"n\0\0"] {
            assert!(states.contains(&named(&[("a", b"old"), ("b", b)])), "{b:?}");
        }
        assert!(states.contains(&named(&[("a", b"old")])));
    }

    #[test]
    fn a_rename_leaves_either_file_and_maybe_both_names() {
        let rename = Change::Rename { from: "b".into(), to: "a".into() };
        let changes = [new_file(true), vec![Change::SyncFolder, rename]].concat();
        let mut states = folder(&changes).states();
        states.sort();
        let mut expected = vec![
            named(&[("a", b"old"), ("b", b"new")]),
            named(&[("a", b"new"), ("b", b"new")]),
            named(&[("a", b"old")]),
            named(&[("a", b"new")]),
        ];
        expected.sort();
        assert_eq!(states, expected);
        let synced = folder(&[changes, vec![Change::SyncFolder]].concat());
        assert_eq!(synced.states(), [named(&[("a", b"new")])]);
    }

    #[test]
    fn too_many_choices_are_picked_two_at_a_time() {
        let picks = picks(&[3; 9]);
        assert!(picks.len() < 1000 && picks.contains(&vec![0; 9]) && picks.contains(&vec![2; 9]));
        assert!(picks.contains(&vec![0, 0, 1, 0, 0, 2, 0, 0, 0]));
    }
}
