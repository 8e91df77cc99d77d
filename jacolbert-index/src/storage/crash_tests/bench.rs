//! A folder on the disk that is made to have one state after the other.

use std::path::{Path, PathBuf};

use super::power_loss::FolderState;
use super::scenarios::{Contents, Scenario, contents};
use super::watched_disk::{Change, Watch};

pub(super) type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// A folder of its own for a test, in memory where there is one: the disk is a model here.
pub(super) struct Bench {
    pub(super) root: tempfile::TempDir,
}

impl Bench {
    pub(super) fn new() -> Outcome<Self> {
        let memory = Path::new("/dev/shm");
        let in_memory = memory.is_dir().then(|| tempfile::tempdir_in(memory));
        Ok(Self { root: in_memory.unwrap_or_else(tempfile::tempdir)? })
    }

    pub(super) fn folder(&self) -> PathBuf {
        self.root.path().join("index")
    }

    pub(super) fn show(&self, state: &FolderState) -> Outcome<PathBuf> {
        let folder = self.folder();
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        for (name, content) in state.iter().flatten() {
            std::fs::create_dir_all(&folder)?;
            std::fs::write(folder.join(name), content)?;
        }
        if state.is_some() {
            std::fs::create_dir_all(&folder)?;
        }
        Ok(folder)
    }
}

pub(super) fn state_of(folder: &Path) -> Outcome<FolderState> {
    if !folder.exists() {
        return Ok(None);
    }
    let read = |entry: std::io::Result<std::fs::DirEntry>| -> std::io::Result<_> {
        let entry = entry?;
        Ok((entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path())?))
    };
    Ok(Some(std::fs::read_dir(folder)?.map(read).collect::<Result<_, _>>()?))
}

/// A scenario that was carried out.
pub(super) struct Played {
    pub(super) start: FolderState,
    pub(super) log: Vec<Change>,
    pub(super) before: Option<Contents>,
    pub(super) after: Option<Contents>,
}

impl Scenario {
    pub(super) fn start(&self, bench: &Bench) -> Outcome<FolderState> {
        let _no_syncing = Watch::new(&bench.folder(), None);
        bench.show(&None)?;
        self.before.iter().try_for_each(|step| step(&bench.folder()))?;
        state_of(&bench.folder())
    }

    pub(super) fn play(&self, bench: &Bench) -> Outcome<Played> {
        let start = self.start(bench)?;
        let before = contents(&bench.folder())?;
        let watch = Watch::new(&bench.folder(), None);
        (self.change)(&bench.folder())?;
        let log = watch.log();
        let after = contents(&bench.folder())?;
        assert_ne!(before, after, "{}: the scenario changes nothing", self.name);
        Ok(Played { start, log, before, after })
    }
}
