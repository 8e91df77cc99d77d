//! A file that is being downloaded.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::PathBuf;

use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use ureq::Body;
use ureq::http::Response;

use super::client::HubClient;
use super::listing::{ContentId, RemoteFile};
use crate::Error;

/// Bytes that are read at once.
const PIECE: usize = 1 << 16;

/// The beginning of a file, with the digest of it.
pub(super) struct Part<'a> {
    path: PathBuf,
    written: File,
    length: u64,
    digest: Context,
    file: &'a RemoteFile,
}

impl<'a> Part<'a> {
    /// Goes on with what an earlier download left at `path`.
    pub(super) fn open(path: PathBuf, file: &'a RemoteFile) -> Result<Self, Error> {
        let open =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let written = open.map_err(|source| Error::io(&path, source))?;
        let mut part = Self { path, written, length: 0, digest: new_digest(file), file };
        part.digest_what_is_here()?;
        Ok(part)
    }

    /// Gets the rest and returns the path of the complete file, `file.length` bytes of the announced
    /// digest.
    pub(super) fn receive(
        mut self,
        client: &HubClient<'_>,
        commit: &str,
        tell: &mut dyn FnMut(u64),
    ) -> Result<PathBuf, Error> {
        let url = client.file_url(commit, &self.file.name);
        let mut retries = client.options.retries;
        while self.length < self.file.length {
            match self.receive_once(client, commit, &url, tell) {
                Err(Error::HubBroken { .. }) if retries > 0 => retries -= 1,
                Err(error @ Error::HubLength { .. }) => return self.discard(error),
                received => received?,
            }
        }
        self.written.sync_all().map_err(|source| Error::io(&self.path, source))?;
        if hex(self.digest.clone()) != self.file.content.hex() {
            return self.discard(Error::HubContent { url });
        }
        Ok(self.path)
    }

    fn receive_once(
        &mut self,
        client: &HubClient<'_>,
        commit: &str,
        url: &str,
        tell: &mut dyn FnMut(u64),
    ) -> Result<(), Error> {
        let answer = client.file(commit, &self.file.name, self.length)?;
        if self.length > 0 && start_of(&answer) != Some(self.length) {
            self.restart()?;
            if answer.status() == 206 {
                let what = "another range than asked for".into();
                return Err(Error::HubReply { url: url.into(), what });
            }
        }
        let announced = content_length(&answer).map(|rest| self.length.saturating_add(rest));
        if let Some(found) = announced.filter(|&found| found != self.file.length) {
            return Err(self.wrong_length(url, found));
        }
        self.append_all(answer.into_body().into_reader(), url, tell)
    }

    fn append_all(
        &mut self,
        mut body: impl Read,
        url: &str,
        tell: &mut dyn FnMut(u64),
    ) -> Result<(), Error> {
        let mut piece = [0; PIECE];
        tell(self.length);
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
            tell(self.length);
        }
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.written.write_all(bytes).map_err(|source| Error::io(&self.path, source))?;
        self.digest.update(bytes);
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Begins again with nothing.
    fn restart(&mut self) -> Result<(), Error> {
        let emptied = self.written.set_len(0).and_then(|()| self.written.rewind());
        emptied.map_err(|source| Error::io(&self.path, source))?;
        (self.length, self.digest) = (0, new_digest(self.file));
        Ok(())
    }

    fn digest_what_is_here(&mut self) -> Result<(), Error> {
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

    /// Removes what came, which is of no use, and says why.
    fn discard(self, reason: Error) -> Result<PathBuf, Error> {
        drop(self.written);
        fs::remove_file(&self.path).map_err(|source| Error::io(&self.path, source))?;
        Err(reason)
    }

    fn wrong_length(&self, url: &str, found: u64) -> Error {
        Error::HubLength { url: url.into(), expected: self.file.length, found }
    }

    fn broken(&self, url: &str, source: io::Error) -> Error {
        let (received, expected) = (self.length, self.file.length);
        Error::HubBroken { url: url.into(), received, expected, source }
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

/// Bytes of the answer. Its body does not tell nothing from anything.
fn content_length(answer: &Response<Body>) -> Option<u64> {
    answer.headers().get("content-length")?.to_str().ok()?.parse().ok()
}

/// The place of the first byte of the answer in the file: 0 if it is all of it.
fn start_of(answer: &Response<Body>) -> Option<u64> {
    if answer.status() != 206 {
        return Some(0);
    }
    let range = answer.headers().get("content-range")?.to_str().ok()?;
    range.strip_prefix("bytes ")?.split_once('-')?.0.parse().ok()
}
