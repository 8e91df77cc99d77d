//! Laws of a disk that is full: a small file system of its own, where the system lets us mount one.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error as StdError;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use jacolbert_index::{Bits, Error, Index, IndexBuilder, IndexWriter, PassageId};

use crate::history::Plain;
use crate::sample::{DIM, index, options, passages};

const PAGE: u64 = 4096;

/// A file system of one mebibyte; unmounted when it is dropped, whatever happened.
struct SmallDisk {
    mounted_on: tempfile::TempDir,
}

impl SmallDisk {
    /// `None`, and it says so, where nothing can be mounted: that takes Linux and root.
    fn mount() -> io::Result<Option<Self>> {
        let mounted_on = tempfile::tempdir()?;
        let options = ["-t", "tmpfs", "-o", "size=1m", "none"];
        let mounted = Command::new("mount").args(options).arg(mounted_on.path()).output();
        let said = match mounted {
            Ok(output) if output.status.success() => return Ok(Some(Self { mounted_on })),
            Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
            Err(error) => error.to_string(),
        };
        // Past the test harness, which keeps what tests print.
        writeln!(io::stderr(), "SKIPPED, as no small disk can be mounted: {}", said.trim_end())?;
        Ok(None)
    }

    fn index(&self) -> PathBuf {
        self.mounted_on.path().join("index")
    }

    fn ballast(&self) -> PathBuf {
        self.mounted_on.path().join("ballast")
    }

    /// Fills the disk up to the last `num_pages` pages.
    fn leave(&self, num_pages: u64) -> io::Result<()> {
        let mut ballast = File::create(self.ballast())?;
        let mut len = 0u64;
        loop {
            match ballast.write(&[1; PAGE as usize]) {
                Ok(n) => len += n as u64,
                Err(error) if error.kind() == ErrorKind::StorageFull => break,
                Err(error) => return Err(error),
            }
        }
        ballast.set_len(len - num_pages * PAGE)
    }

    fn make_room(&self) -> io::Result<()> {
        fs::remove_file(self.ballast())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _it_is_temporary = Command::new("umount").arg(self.mounted_on.path()).status();
    }
}

/// Names and lengths of the files in a folder.
fn files(folder: &Path) -> io::Result<BTreeMap<PathBuf, u64>> {
    if !folder.exists() {
        return Ok(BTreeMap::new());
    }
    let entry = |entry: io::Result<fs::DirEntry>| {
        let entry = entry?;
        Ok((entry.path(), entry.metadata()?.len()))
    };
    fs::read_dir(folder)?.map(entry).collect()
}

/// Checks the error of a commit for which there was no room, and returns the file that it names.
fn full(result: Result<Index, Error>, folder: &Path) -> Result<Option<PathBuf>, Box<dyn StdError>> {
    match result {
        Ok(_) => Ok(None),
        Err(Error::Io { path, source }) => {
            assert_eq!(source.kind(), ErrorKind::StorageFull, "{source}");
            assert!(path.starts_with(folder), "{}", path.display());
            Ok(Some(path))
        }
        Err(other) => Err(format!("{other:?}").into()),
    }
}

#[test]
fn a_commit_without_room_changes_nothing_and_takes_nothing() -> Result<(), Box<dyn StdError>> {
    let Some(disk) = SmallDisk::mount()? else { return Ok(()) };
    let folder = disk.index();
    let sources = passages(60, 51)?;
    index(&sources[..10], options(Bits::Eight))?.save(&folder)?;
    let before = files(&folder)?;
    let commit = || {
        let mut writer = IndexWriter::open(&folder)?;
        sources.iter().try_for_each(|source| writer.add(source.as_ref()).map(|_| ()))?;
        writer.delete(PassageId(1))?;
        writer.attach("texts", &[7; 10_000]);
        writer.commit().map(|committed| committed.index)
    };
    let mut named = BTreeSet::new();
    for num_pages in 0.. {
        disk.leave(num_pages)?;
        let Some(path) = full(commit(), &folder)? else { break };
        named.insert(path);
        Plain::built(10).compare(&Index::open(&folder)?, &sources)?;
        let after = without_lock(&files(&folder)?);
        assert_eq!(after, without_lock(&before), "what was written is removed");
    }
    assert!(named.len() >= 4, "segment, deletions, attachment and manifest: {named:?}");
    let index = Index::open(&folder)?;
    index.verify()?;
    assert_eq!(index.num_passages(), 10 + sources.len() - 1);
    Ok(())
}

#[test]
fn a_build_without_room_leaves_no_index_and_no_file() -> Result<(), Box<dyn StdError>> {
    let Some(disk) = SmallDisk::mount()? else { return Ok(()) };
    let folder = disk.index();
    let sources = passages(40, 52)?;
    let build = || -> Result<Index, Error> {
        let mut builder = IndexBuilder::create(&folder, DIM, options(Bits::Eight))?;
        builder.attach_written("early texts", &[7; 10_000])?;
        sources.iter().try_for_each(|source| builder.add(source.as_ref()).map(|_| ()))?;
        builder.attach("texts", &[7; 10_000]);
        builder.build()
    };
    let mut named = BTreeSet::new();
    for num_pages in 0.. {
        disk.leave(num_pages)?;
        let Some(path) = full(build(), &folder)? else { break };
        named.insert(path);
        assert!(matches!(Index::open(&folder), Err(Error::NotAnIndex { .. })));
        assert_eq!(without_lock(&files(&folder)?), BTreeMap::new(), "what was written is removed");
    }
    assert!(named.len() >= 4, "spool, codec, segment, attachment and manifest: {named:?}");
    disk.make_room()?;
    Plain::built(sources.len()).compare(&Index::open(&folder)?, &sources)?;
    IndexWriter::open(&folder)?.commit()?.index.verify()?;
    Ok(())
}

fn without_lock(files: &BTreeMap<PathBuf, u64>) -> BTreeMap<PathBuf, u64> {
    let mut files = files.clone();
    files.retain(|path, _| !path.ends_with("writer.lock"));
    files
}
