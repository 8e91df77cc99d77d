//! A partly downloaded file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::PathBuf;

use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use ureq::Body;
use ureq::http::Response;

use crate::Error;
use crate::client::HubClient;
use crate::listing::{ContentId, RemoteFile};

/// Bytes of one read.
const PIECE: usize = 1 << 16;

/// The beginning of a git-LFS pointer, and its largest length.
const POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";
const MAX_POINTER: u64 = 1024;

/// The bytes of a file received so far, and their digest.
pub(crate) struct PartialDownload<'a> {
    path: PathBuf,
    written: File,
    length: u64,
    digest: Context,
    file: &'a RemoteFile,
}

impl<'a> PartialDownload<'a> {
    /// Opens what an earlier download left at `path`, or an empty file.
    pub(crate) fn open(path: PathBuf, file: &'a RemoteFile) -> Result<Self, Error> {
        let open =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let written = open.map_err(|source| Error::io(&path, source))?;
        let mut partial = Self { path, written, length: 0, digest: new_digest(file), file };
        partial.digest_written()?;
        Ok(partial)
    }

    /// Receives the rest and returns the path of the complete file, whose length and digest are those
    /// that the hub lists.
    pub(crate) fn receive(
        mut self,
        client: &HubClient<'_>,
        commit: &str,
        report: &mut dyn FnMut(u64) -> Result<(), Error>,
    ) -> Result<PathBuf, Error> {
        let url = client.file_url(commit, &self.file.name);
        let mut retries = client.options.retries;
        while self.length < self.file.length {
            match self.receive_once(client, commit, &url, report) {
                Err(Error::Broken { .. }) if retries > 0 => retries -= 1,
                Err(error @ Error::Length { .. }) => return self.discard(error),
                received => received?,
            }
        }
        self.written.sync_all().map_err(|source| Error::io(&self.path, source))?;
        if hex(self.digest.clone()) != self.file.content.hex() {
            return self.discard(Error::Content { url });
        }
        if self.is_pointer()? {
            return self.discard(Error::Pointer { url });
        }
        Ok(self.path)
    }

    /// Whether the file only names a large one that git LFS keeps elsewhere.
    fn is_pointer(&self) -> Result<bool, Error> {
        if self.length > MAX_POINTER {
            return Ok(false);
        }
        let bytes = fs::read(&self.path).map_err(|source| Error::io(&self.path, source))?;
        Ok(bytes.starts_with(POINTER))
    }

    fn receive_once(
        &mut self,
        client: &HubClient<'_>,
        commit: &str,
        url: &str,
        report: &mut dyn FnMut(u64) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let response = client.fetch_file(commit, &self.file.name, self.length)?;
        if self.length > 0 && start_of(&response) != Some(self.length) {
            self.restart()?;
            if response.status() == 206 {
                let what = "another range than asked for".into();
                return Err(Error::Reply { url: url.into(), what });
            }
        }
        let announced = content_length(&response).map(|rest| self.length.saturating_add(rest));
        if let Some(found) = announced.filter(|&found| found != self.file.length) {
            return Err(self.wrong_length(url, found));
        }
        self.append_all(response.into_body().into_reader(), url, report)
    }

    fn append_all(
        &mut self,
        mut body: impl Read,
        url: &str,
        report: &mut dyn FnMut(u64) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut piece = [0; PIECE];
        report(self.length)?;
        while self.length < self.file.length {
            let n = match body.read(&mut piece) {
                Ok(0) => return Err(self.broken(url, io::ErrorKind::UnexpectedEof.into())),
                Ok(n) => n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.broken(url, error)),
            };
            if n as u64 > self.file.length - self.length {
                return Err(self.wrong_length(url, self.length + n as u64));
            }
            self.append(&piece[..n])?;
            report(self.length)?;
        }
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.written.write_all(bytes).map_err(|source| Error::io(&self.path, source))?;
        self.digest.update(bytes);
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Drops what is there and starts again.
    fn restart(&mut self) -> Result<(), Error> {
        let emptied = self.written.set_len(0).and_then(|()| self.written.rewind());
        emptied.map_err(|source| Error::io(&self.path, source))?;
        self.length = 0;
        self.digest = new_digest(self.file);
        Ok(())
    }

    fn digest_written(&mut self) -> Result<(), Error> {
        let mut piece = [0; PIECE];
        loop {
            let read = self.written.read(&mut piece);
            let n = read.map_err(|source| Error::io(&self.path, source))?;
            if n == 0 {
                return Ok(());
            }
            self.length += n as u64;
            self.digest.update(&piece[..n]);
            if self.length > self.file.length {
                return self.restart();
            }
        }
    }

    /// Removes the useless file and returns the reason as an error.
    fn discard(self, reason: Error) -> Result<PathBuf, Error> {
        drop(self.written);
        fs::remove_file(&self.path).map_err(|source| Error::io(&self.path, source))?;
        Err(reason)
    }

    fn wrong_length(&self, url: &str, found: u64) -> Error {
        Error::Length { url: url.into(), expected: self.file.length, found }
    }

    fn broken(&self, url: &str, source: io::Error) -> Error {
        Error::Broken { url: url.into(), received: self.length, expected: self.file.length, source }
    }
}

fn new_digest(file: &RemoteFile) -> Context {
    match file.content {
        ContentId::Sha256(_) => Context::new(&SHA256),
        ContentId::GitSha1(_) => {
            let mut digest = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
            digest.update(format!("blob {}\0", file.length).as_bytes());
            digest
        }
    }
}

fn hex(digest: Context) -> String {
    digest.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Length of the response by its header. A body alone cannot tell an empty file from an unknown length.
fn content_length(response: &Response<Body>) -> Option<u64> {
    response.headers().get("content-length")?.to_str().ok()?.parse().ok()
}

/// Position of the first byte of the response in the file: 0 if the response is the whole file.
fn start_of(response: &Response<Body>) -> Option<u64> {
    if response.status() != 206 {
        return Some(0);
    }
    let range = response.headers().get("content-range")?.to_str().ok()?;
    range.strip_prefix("bytes ")?.split_once('-')?.0.parse().ok()
}
