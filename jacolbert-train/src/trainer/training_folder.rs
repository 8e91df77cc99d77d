//! The folder of a training, in which checkpoints appear complete or not at all.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::Error;

/// Prefix of the number of the step, in the name of a checkpoint.
const STEP: &str = "step-";
/// Prefix of the number of the step, in the name of the best model.
const BEST: &str = "best-";

/// The folder of a training.
#[derive(Clone, Debug)]
pub(super) struct TrainingFolder {
    path: PathBuf,
}

impl TrainingFolder {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.into() }
    }

    /// The latest checkpoint, if there is one.
    pub(super) fn latest(&self) -> Result<Option<PathBuf>, Error> {
        Ok(self.steps(STEP)?.pop().map(|step| self.folder(STEP, step)))
    }

    /// Writes the checkpoint of step `step` with `write`, which gets an empty folder, and removes all but
    /// the `keep` latest ones.
    pub(super) fn save(
        &self,
        step: u64,
        keep: usize,
        write: impl FnOnce(&Path) -> Result<(), Error>,
    ) -> Result<PathBuf, Error> {
        let folder = self.write_folder(STEP, step, write)?;
        self.remove_all_but(STEP, keep)?;
        Ok(folder)
    }

    /// Writes the best model, of step `step`, and removes the previous best.
    pub(super) fn save_best(
        &self,
        step: u64,
        write: impl FnOnce(&Path) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.write_folder(BEST, step, write)?;
        let others = self.steps(BEST)?.into_iter().filter(|&other| other != step);
        others.map(|other| self.folder(BEST, other)).try_for_each(|folder| remove(&folder))
    }

    /// Writes a folder under a name that begins with a dot, and then renames it. A failure leaves
    /// nothing behind and does not change earlier folders.
    fn write_folder(
        &self,
        kind: &str,
        step: u64,
        write: impl FnOnce(&Path) -> Result<(), Error>,
    ) -> Result<PathBuf, Error> {
        let folder = self.folder(kind, step);
        let unfinished = self.path.join(format!(".{kind}{step:08}"));
        remove(&unfinished)?;
        fs::create_dir_all(&unfinished).map_err(|source| Error::io(&unfinished, source))?;
        let written = write(&unfinished).and_then(|()| sync_all(&unfinished));
        let renamed = written.and_then(|()| {
            remove(&folder)?;
            fs::rename(&unfinished, &folder).map_err(|source| Error::io(&folder, source))?;
            sync_names(&self.path)
        });
        if renamed.is_err() {
            // The first failure is the one to report.
            let _ = remove(&unfinished);
        }
        renamed.map(|()| folder)
    }

    fn remove_all_but(&self, kind: &str, keep: usize) -> Result<(), Error> {
        let steps = self.steps(kind)?;
        let surplus = steps.len().saturating_sub(keep);
        steps[..surplus].iter().try_for_each(|&step| remove(&self.folder(kind, step)))
    }

    /// The steps that have a folder of this kind, ascending.
    fn steps(&self, kind: &str) -> Result<Vec<u64>, Error> {
        let entries = match fs::read_dir(&self.path) {
            Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(|source| Error::io(&self.path, source))?,
        };
        let mut steps = Vec::new();
        for entry in entries {
            let name = entry.map_err(|source| Error::io(&self.path, source))?.file_name();
            let step = name.to_str().and_then(|name| name.strip_prefix(kind)?.parse().ok());
            steps.extend(step.filter(|&step| self.folder(kind, step).file_name() == Some(&name)));
        }
        steps.sort_unstable();
        Ok(steps)
    }

    fn folder(&self, kind: &str, step: u64) -> PathBuf {
        self.path.join(format!("{kind}{step:08}"))
    }
}

/// Removes a folder, if it exists.
fn remove(folder: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(folder) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(Error::io(folder, source)),
        _ => Ok(()),
    }
}

/// Waits until all contents of `folder` are on the disk.
fn sync_all(folder: &Path) -> Result<(), Error> {
    let entries = fs::read_dir(folder).map_err(|source| Error::io(folder, source))?;
    for entry in entries {
        let path = entry.map_err(|source| Error::io(folder, source))?.path();
        if path.is_dir() {
            sync_all(&path)?;
        } else {
            let file = File::options().write(true).open(&path);
            let synced = file.and_then(|file| file.sync_all());
            synced.map_err(|source| Error::io(&path, source))?;
        }
    }
    sync_names(folder)
}

/// Waits until the names in `folder` are on the disk.
#[cfg(unix)]
fn sync_names(folder: &Path) -> Result<(), Error> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|source| Error::io(folder, source))
}

#[cfg(not(unix))]
fn sync_names(_: &Path) -> Result<(), Error> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder that lives as long as its test.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> io::Result<Self> {
            let name = format!("jacolbert-training-folder-{}-{name}", std::process::id());
            let path = std::env::temp_dir().join(name);
            fs::create_dir(&path)?;
            Ok(Self(path))
        }

        fn names(&self) -> io::Result<Vec<String>> {
            let entries = fs::read_dir(&self.0)?;
            let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into()));
            let mut names = names.collect::<io::Result<Vec<String>>>()?;
            names.sort();
            Ok(names)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            // The system removes temporary folders that remain.
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn write(text: &str) -> impl FnOnce(&Path) -> Result<(), Error> {
        move |dir| {
            let path = dir.join("file");
            fs::write(&path, text).map_err(|source| Error::io(&path, source))
        }
    }

    type Tested = Result<(), Box<dyn std::error::Error>>;

    #[test]
    fn a_disk_that_is_full_half_way_leaves_what_was_there_and_nothing_else() -> Tested {
        let scratch = Scratch::new("full")?;
        let folder = TrainingFolder::new(&scratch.0);
        folder.save(3, 1, write("three"))?;
        folder.save_best(2, write("two"))?;
        let full = |dir: &Path| {
            write("half")(dir)?;
            Err(Error::io(dir, io::ErrorKind::StorageFull.into()))
        };
        assert!(matches!(folder.save(6, 1, full), Err(Error::Io { .. })));
        assert!(matches!(folder.save_best(6, full), Err(Error::Io { .. })));
        assert_eq!(scratch.names()?, ["best-00000002", "step-00000003"]);
        assert_eq!(folder.latest()?, Some(scratch.0.join("step-00000003")));
        assert_eq!(fs::read_to_string(scratch.0.join("step-00000003/file"))?, "three");
        assert_eq!(fs::read_to_string(scratch.0.join("best-00000002/file"))?, "two");
        Ok(())
    }

    #[test]
    fn the_latest_is_that_of_most_steps_whatever_else_is_there() -> Tested {
        let scratch = Scratch::new("latest")?;
        let folder = TrainingFolder::new(&scratch.0);
        assert_eq!(folder.latest()?, None);
        for step in [9, 100_000_000, 10] {
            folder.save(step, 9, write("a checkpoint"))?;
        }
        for other in ["step-", "step-x", "step-11", "step-999999999999999999999", ".step-00000012"]
        {
            fs::create_dir(scratch.0.join(other))?;
        }
        assert_eq!(folder.latest()?, Some(scratch.0.join("step-100000000")));
        Ok(())
    }

    #[test]
    fn a_checkpoint_of_the_same_step_takes_the_place_of_the_former() -> Tested {
        let scratch = Scratch::new("same")?;
        let folder = TrainingFolder::new(&scratch.0);
        folder.save(5, 1, write("former"))?;
        folder.save(5, 1, write("latter"))?;
        assert_eq!(fs::read_to_string(scratch.0.join("step-00000005/file"))?, "latter");
        Ok(())
    }
}
