//! Checkpoints from a hub of models, in the cache that the hub's other clients use.

mod cache;
mod client;
mod listing;
mod options;
mod part;

use std::fs;
use std::path::PathBuf;

use crate::Error;
use cache::{HubCache, has_length};
use client::HubClient;
use listing::{Listing, RemoteFile};
use part::Part;

pub use options::{HubOptions, HubToken};

/// How far a download is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct HubProgress<'a> {
    /// The file that is coming, as the hub names it.
    pub file: &'a str,
    /// Bytes that are here, of all files to come. It falls where a file must be begun again.
    pub done: u64,
    /// Bytes of all files to come.
    pub of: u64,
}

/// The folder of the checkpoint `name` in the cache, where it is put if it is not there yet.
///
/// Only the files that a checkpoint needs are asked for. Each has the length and the SHA that the
/// hub announces, or does not come into the cache.
///
/// | what is asked for | requests |
/// |---|---|
/// | `options.offline` | none |
/// | a commit that this function downloaded before | none |
/// | a branch or tag that has not moved | one, for its commit |
/// | anything else | one, and one a file that the cache lacks |
///
/// Where the hub cannot be reached, or answers with 429 or 5xx, what the cache has for the revision
/// is taken, as the hub's other clients do.
///
/// ```no_run
/// use jacolbert::{HubOptions, hub_checkpoint};
///
/// // A commit never moves: nobody can change what is loaded.
/// let revision = "0123456789abcdef0123456789abcdef01234567".into();
/// let options = HubOptions { revision, ..Default::default() };
/// let folder = hub_checkpoint("bclavie/JaColBERT", &options, &mut |progress| {
///     eprint!("\r{} {}/{}", progress.file, progress.done, progress.of);
/// })?;
/// # Ok::<(), jacolbert::Error>(())
/// ```
///
/// # Errors
/// [`Error::HubName`], [`Error::HubModel`], [`Error::HubRevision`], [`Error::HubFile`],
/// [`Error::HubRefused`], [`Error::NotCached`], [`Error::HubUnreachable`], [`Error::HubBroken`],
/// [`Error::HubLength`], [`Error::HubContent`], [`Error::HubStatus`], [`Error::HubReply`],
/// [`Error::Io`].
pub fn hub_checkpoint(
    name: &str,
    options: &HubOptions,
    progress: &mut dyn FnMut(HubProgress<'_>),
) -> Result<PathBuf, Error> {
    let cache = HubCache::new(name, options)?;
    if options.offline {
        return cache.checkpoint();
    }
    if let Some(folder) = cache.pinned_checkpoint() {
        return Ok(folder);
    }
    let client = HubClient::new(name, options)?;
    match client.listing() {
        Ok(listing) => download(&client, &cache, &listing, progress),
        Err(error) if is_outage(&error) => cache.checkpoint().map_err(|_| error),
        Err(error) => Err(error),
    }
}

/// Whether the hub is down, rather than of another opinion.
fn is_outage(error: &Error) -> bool {
    match error {
        Error::HubUnreachable { .. } => true,
        Error::HubStatus { status, .. } => *status == 429 || *status >= 500,
        _ => false,
    }
}

fn download(
    client: &HubClient<'_>,
    cache: &HubCache<'_>,
    listing: &Listing,
    progress: &mut dyn FnMut(HubProgress<'_>),
) -> Result<PathBuf, Error> {
    let files = listing.checkpoint_files(client)?;
    let lacks = |file: &&RemoteFile| !has_length(&cache.snapshot_file(listing, file), file.length);
    let lacking: Vec<&RemoteFile> = files.iter().filter(lacks).collect();
    let of = lacking.iter().map(|file| file.length).sum();
    let mut before = 0;
    for &file in &lacking {
        let mut tell = |n| progress(HubProgress { file: &file.name, done: before + n, of });
        fetch(client, cache, listing, file, &mut tell)?;
        before += file.length;
    }
    if !lacking.is_empty() {
        cache.note_absent_files(listing)?;
    }
    cache.set_revision(listing)?;
    Ok(cache.snapshot(&listing.commit))
}

/// Puts `file` into the snapshot, from the hub if no other snapshot has it.
fn fetch(
    client: &HubClient<'_>,
    cache: &HubCache<'_>,
    listing: &Listing,
    file: &RemoteFile,
    tell: &mut dyn FnMut(u64),
) -> Result<(), Error> {
    let _lock = cache.lock(file)?;
    // Somebody else may have got it in the meantime, and read it now.
    if has_length(&cache.snapshot_file(listing, file), file.length) {
        tell(file.length);
        return Ok(());
    }
    let blob = cache.blob(file)?;
    if !has_length(&blob, file.length) {
        let part = Part::open(cache.part(file), file)?;
        let complete = part.receive(client, &listing.commit, tell)?;
        fs::rename(&complete, &blob).map_err(|source| Error::io(&blob, source))?;
    }
    tell(file.length);
    cache.link(listing, file)
}
