//! The download of a checkpoint into the cache.

use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;

use crate::Error;
use crate::cache::{HubCache, has_length};
use crate::client::HubClient;
use crate::listing::{Listing, RemoteFile};
use crate::name::model_name;
use crate::options::HubOptions;
use crate::partial_download::PartialDownload;

/// Progress of a download.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct HubProgress<'a> {
    /// The current file, as the hub names it.
    pub file: &'a str,
    /// Bytes received, of all files to download. It falls if a file has to start again.
    pub done: u64,
    /// Bytes of all files to download.
    pub of: u64,
}

/// Returns the folder of the checkpoint `name` in the cache, and downloads what the cache lacks.
///
/// `name` is `owner/name`, or the address of the model's page. Only the files that a checkpoint needs are downloaded. A file enters the cache only if its length
/// and SHA are those that the hub lists.
///
/// | revision | requests |
/// |---|---|
/// | any, with `options.offline` | none |
/// | a commit that this function downloaded before | none |
/// | a branch or tag that has not moved | one, for its commit |
/// | any other | one, and one for each file that the cache lacks |
///
/// If the hub cannot be reached, or responds with status 429 or 5xx, the function returns what the
/// cache has for the revision, as the hub's other clients do.
///
/// ```no_run
/// use std::ops::ControlFlow;
///
/// use jacolbert_hub::{HubOptions, fetch_checkpoint};
///
/// // A commit never moves: nobody can change what is loaded.
/// let revision = "0123456789abcdef0123456789abcdef01234567".into();
/// let options = HubOptions { revision, ..Default::default() };
/// let folder = fetch_checkpoint("bclavie/JaColBERT", &options, &mut |progress| {
///     eprint!("\r{} {}/{}", progress.file, progress.done, progress.of);
///     ControlFlow::Continue(())
/// })?;
/// # Ok::<(), jacolbert_hub::Error>(())
/// ```
///
/// # Errors
/// [`Error::Name`], [`Error::Model`], [`Error::Revision`], [`Error::File`], [`Error::EmptyFile`],
/// [`Error::Pointer`], [`Error::Refused`],
/// [`Error::NotCached`], [`Error::Unreachable`], [`Error::Broken`], [`Error::Length`],
/// [`Error::Content`], [`Error::Status`], [`Error::Reply`], [`Error::Io`], and [`Error::Cancelled`] if
/// `on_progress` breaks.
pub fn fetch_checkpoint(
    name: &str,
    options: &HubOptions,
    on_progress: &mut dyn FnMut(HubProgress<'_>) -> ControlFlow<()>,
) -> Result<PathBuf, Error> {
    let name = model_name(name, &options.endpoint);
    let cache = HubCache::new(name, options)?;
    if options.offline {
        return cache.checkpoint();
    }
    if let Some(folder) = cache.pinned_checkpoint() {
        return Ok(folder);
    }
    let client = HubClient::new(name, options)?;
    match client.fetch_listing() {
        Ok(listing) => download_checkpoint(&client, &cache, &listing, on_progress),
        Err(error) if is_outage(&error) => cache.checkpoint().map_err(|_| error),
        Err(error) => Err(error),
    }
}

/// Whether the hub is down or overloaded, so that the request says nothing about the model.
fn is_outage(error: &Error) -> bool {
    match error {
        Error::Unreachable { .. } => true,
        Error::Status { status, .. } => *status == 429 || *status >= 500,
        _ => false,
    }
}

fn download_checkpoint(
    client: &HubClient<'_>,
    cache: &HubCache<'_>,
    listing: &Listing,
    on_progress: &mut dyn FnMut(HubProgress<'_>) -> ControlFlow<()>,
) -> Result<PathBuf, Error> {
    let files = listing.checkpoint_files()?;
    let is_missing =
        |file: &&RemoteFile| !has_length(&cache.snapshot_file(listing, file), file.length);
    let missing: Vec<&RemoteFile> = files.iter().filter(is_missing).collect();
    let of = missing.iter().map(|file| file.length).sum();
    let mut before = 0;
    for &file in &missing {
        let mut report = |n| {
            let progress = HubProgress { file: &file.name, done: before + n, of };
            match on_progress(progress) {
                ControlFlow::Continue(()) => Ok(()),
                ControlFlow::Break(()) => Err(Error::Cancelled),
            }
        };
        download_file(client, cache, listing, file, &mut report)?;
        before += file.length;
    }
    if !missing.is_empty() {
        cache.note_absent_files(listing)?;
    }
    cache.set_revision(listing)?;
    Ok(cache.snapshot(&listing.commit))
}

/// Puts `file` into the snapshot, and downloads it unless another snapshot has it.
fn download_file(
    client: &HubClient<'_>,
    cache: &HubCache<'_>,
    listing: &Listing,
    file: &RemoteFile,
    report: &mut dyn FnMut(u64) -> Result<(), Error>,
) -> Result<(), Error> {
    let _lock = cache.lock(file)?;
    // Another process may have downloaded it in the meantime, and be reading it now.
    if has_length(&cache.snapshot_file(listing, file), file.length) {
        return report(file.length);
    }
    let blob = cache.blob(file)?;
    if !has_length(&blob, file.length) {
        let partial = PartialDownload::open(cache.partial(file), file)?;
        let complete = partial.receive(client, &listing.commit, report)?;
        fs::rename(&complete, &blob).map_err(|source| Error::io(&blob, source))?;
    }
    cache.link(listing, file)?;
    report(file.length)
}
