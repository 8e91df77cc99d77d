//! Laws of crashes: whatever stops a commit, and wherever, the folder shows the state before it or
//! the state after it, and the next writer goes on from there.
//!
//! Each scenario is carried out once, its changes to the folder are listed, and the states that each
//! stop may leave are made and opened.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::bench::{Bench, Outcome, Played, state_of};
use super::power_loss::{FolderState, UnsureFolder};
use super::scenarios::{Contents, SCENARIOS, Scenario, check_go_on, contents};
use super::watched_disk::{Change, Failure, Lasting, Watch};
use crate::Error;
use crate::storage::manifest::{MANIFEST, Manifest};

/// The position past the change that shows the new state: the manifest's rename.
fn shown(log: &[Change]) -> Option<usize> {
    log.iter().position(|change| matches!(change, Change::Rename { .. })).map(|at| at + 1)
}

/// Opens states, each only once.
struct Judge<'a> {
    bench: &'a Bench,
    seen: HashMap<FolderState, Option<Contents>>,
    /// Whether the next writer is tried on each state.
    with_next_writer: bool,
}

impl<'a> Judge<'a> {
    fn new(bench: &'a Bench, with_next_writer: bool) -> Self {
        Self { bench, seen: HashMap::new(), with_next_writer }
    }

    /// What a reader sees in `state`, which must be whole.
    fn contents(&mut self, state: &FolderState) -> Outcome<Option<Contents>> {
        let state = if self.with_next_writer { state.clone() } else { named_files(state) };
        if let Some(contents) = self.seen.get(&state) {
            return Ok(contents.clone());
        }
        let folder = self.bench.show(&state)?;
        let found = contents(&folder)?;
        if self.with_next_writer {
            let _no_syncing = Watch::new(&folder, None);
            check_go_on(&folder, &found)?;
        }
        self.seen.insert(state, found.clone());
        Ok(found)
    }
}

/// The state without the files that no reader looks at.
fn named_files(state: &FolderState) -> FolderState {
    let mut state = state.clone()?;
    let manifest =
        state.get(MANIFEST).and_then(|text| Manifest::from_text(Path::new(""), text).ok());
    let files = manifest.iter().flat_map(|manifest| manifest.files());
    let named: HashSet<String> = files.map(|file| file.name.clone()).collect();
    state.retain(|name, _| name == MANIFEST || named.contains(name));
    Some(state)
}

/// The states around a change: those that may be found before its end, and the one after it.
fn allowed(played: &Played, num_done: usize) -> Vec<&Option<Contents>> {
    let synced = |at: usize| played.log.get(at) == Some(&Change::SyncFolder);
    match shown(&played.log) {
        Some(shown) if num_done > shown && synced(shown) => vec![&played.after],
        Some(shown) if num_done >= shown => vec![&played.before, &played.after],
        _ => vec![&played.before],
    }
}

#[test]
fn a_power_failure_leaves_the_state_before_or_after() -> Outcome<()> {
    for scenario in SCENARIOS {
        let bench = Bench::new()?;
        let played = scenario.play(&bench)?;
        let mut judge = Judge::new(&bench, true);
        let mut folder = UnsureFolder::sure(played.start.clone());
        for num_done in 0..=played.log.len() {
            let allowed = allowed(&played, num_done);
            for state in folder.states() {
                let found = judge.contents(&state);
                let found = found.map_err(|e| format!("{} + {num_done}: {e}", scenario.name))?;
                assert!(allowed.contains(&&found), "{} + {num_done}: {found:#?}", scenario.name);
            }
            played.log.get(num_done).into_iter().for_each(|change| folder.apply(change));
        }
        assert_eq!(folder.present_state(), state_after(scenario, &bench)?, "the log is complete");
        eprintln!("{}: {} changes, {} states", scenario.name, played.log.len(), judge.seen.len());
    }
    Ok(())
}

fn state_after(scenario: &Scenario, bench: &Bench) -> Outcome<FolderState> {
    scenario.play(bench)?;
    state_of(&bench.folder())
}

#[test]
fn a_killed_writer_leaves_what_the_next_one_and_a_power_failure_cannot_break() -> Outcome<()> {
    for scenario in SCENARIOS {
        let bench = Bench::new()?;
        let played = scenario.play(&bench)?;
        let mut judge = Judge::new(&bench, false);
        let mut killed = UnsureFolder::sure(played.start.clone());
        for num_done in 0..=played.log.len() {
            let found = check_next_writer(&killed, &played, num_done, &mut judge);
            found.map_err(|e| format!("{} + {num_done}: {e}", scenario.name))?;
            played.log.get(num_done).into_iter().for_each(|change| killed.apply(change));
        }
        eprintln!("{}: {} changes, {} states", scenario.name, played.log.len(), judge.seen.len());
    }
    Ok(())
}

/// The next writer takes over what a killed one left, and the power fails at any of its changes.
fn check_next_writer(
    killed: &UnsureFolder,
    played: &Played,
    num_done: usize,
    judge: &mut Judge,
) -> Outcome<()> {
    let left = killed.present_state();
    let visible = judge.contents(&left)?;
    assert!(allowed(played, num_done).contains(&&visible), "{visible:#?}");
    let folder = judge.bench.show(&left)?;
    let watch = Watch::new(&folder, None);
    let next = check_go_on(&folder, &visible)?;
    let log = watch.log();
    let mut unsure = killed.clone();
    for (at, change) in log.iter().enumerate() {
        unsure.apply(change);
        for state in unsure.states() {
            let found = judge.contents(&state)?;
            let expected = [&played.before, &played.after, &next];
            assert!(expected.contains(&&found), "change {at} of the next writer: {found:#?}");
        }
    }
    for state in unsure.states() {
        assert_eq!(judge.contents(&state)?, next, "the next commit was durable");
    }
    Ok(())
}

const EIO: i32 = 5;
const ENOSPC: i32 = 28;

#[test]
fn a_change_that_fails_is_an_error_with_a_path_and_leaves_the_state_before() -> Outcome<()> {
    for scenario in SCENARIOS {
        let bench = Bench::new()?;
        let played = scenario.play(&bench)?;
        let num_changes = played.log.len();
        for at in 0..num_changes {
            for (errno, lasting) in
                [(EIO, Lasting::Once), (ENOSPC, Lasting::Once), (EIO, Lasting::FromThenOn)]
            {
                let failed =
                    check_failure(&bench, scenario, &played, Failure { at, errno, lasting });
                failed.map_err(|e| format!("{} + {at}: {e}", scenario.name))?;
            }
        }
    }
    Ok(())
}

fn check_failure(
    bench: &Bench,
    scenario: &Scenario,
    played: &Played,
    failure: Failure,
) -> Outcome<()> {
    let folder = bench.show(&played.start)?;
    let watch = Watch::new(&folder, Some(failure));
    let result = (scenario.change)(&folder);
    assert!(watch.num_tried() > failure.at, "no such change");
    let log = watch.log();
    drop(watch);
    let found = contents(&folder)?;
    match &result {
        Err(Error::Io { path, source }) => {
            let root = bench.root.path();
            assert!(path.starts_with(root) || root.starts_with(path), "{}", path.display());
            assert_eq!(source.raw_os_error(), Some(failure.errno));
            assert_eq!(found, played.before, "a failed commit changed the state");
        }
        Err(Error::NotDurable { path, source }) => {
            assert_eq!((path, source.raw_os_error()), (&folder, Some(failure.errno)));
            assert_eq!(found, played.after, "not durable, but in place");
        }
        Ok(()) => assert_eq!(found, played.after),
        Err(other) => return Err(format!("another error: {other}").into()),
    }
    if failure.lasting == Lasting::Once && matches!(result, Err(Error::Io { .. })) {
        let left = state_of(&folder)?;
        let named = named_files(&played.start);
        let left: Vec<String> = left.into_iter().flatten().map(|(name, _)| name).collect();
        let kept =
            |name: &String| name == "writer.lock" || named.iter().flatten().any(|n| n.0 == name);
        assert!(left.iter().all(kept), "a failed commit left {left:?}");
    }
    let _no_syncing = Watch::new(&folder, None);
    check_go_on(&folder, &found)?;
    check_power_failure_after(played, &log, &result, bench)
}

/// The power fails after the failure was told.
fn check_power_failure_after(
    played: &Played,
    log: &[Change],
    result: &Result<(), Error>,
    bench: &Bench,
) -> Outcome<()> {
    let mut unsure = UnsureFolder::sure(played.start.clone());
    log.iter().for_each(|change| unsure.apply(change));
    let expected = match result {
        Ok(()) => vec![&played.after],
        Err(Error::NotDurable { .. }) => vec![&played.before, &played.after],
        Err(_) => vec![&played.before],
    };
    let mut judge = Judge::new(bench, false);
    for state in unsure.states() {
        let found = judge.contents(&state)?;
        assert!(expected.contains(&&found), "after {result:?}: {found:#?}");
    }
    Ok(())
}
