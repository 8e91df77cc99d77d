//! A file beside a block of documents: named parts behind a checked header.

use std::any::Any;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::companion_header::{BlockStamp, CompanionHeader};
use crate::Error;

/// Name of the part with the settings that a companion depends on.
pub(super) const SETTINGS: &str = "settings";

/// An opened companion of a block, whose header has been checked. A part is checked when it is first read.
///
/// | bytes | content |
/// |---|---|
/// | 0..8 | magic `JaColCom` |
/// | 8..12 | version, 1 |
/// | 12..16 | number of parts n |
/// | 16..20 | CRC-32 of the header, computed with these four bytes set to zero |
/// | 20..24 | CRC-32 of the block |
/// | 24..32 | length of the block |
/// | 32..40 | length of this file |
/// | 40..48 | length of the names |
/// | 48..56 | kind, padded with zeros |
/// | 56..64 | zero |
/// | 32n | the table of parts, in the order of their names |
/// | | the names, UTF-8, one after the other |
///
/// An entry of the table: end of the name (byte of the file), offset and length of the part (`u64` each), CRC-32 of
/// the part, and zero (`u32` each). The header ends with the names. Parts begin at multiples of 8.
#[derive(Debug, Clone)]
#[allow(dead_code, reason = "each feature uses a part of it")]
pub(crate) struct CompanionFile<B> {
    path: PathBuf,
    bytes: B,
    header: Arc<CompanionHeader>,
    opened: Arc<OnceLock<Box<dyn Any + Send + Sync>>>,
}

#[allow(dead_code, reason = "each feature uses a part of it")]
impl<B: AsRef<[u8]>> CompanionFile<B> {
    /// Checks the header of `bytes`; `path` is for messages.
    ///
    /// # Errors
    /// [`Error::Version`], [`Error::Corrupt`].
    pub(crate) fn new(path: &Path, bytes: B) -> Result<Self, Error> {
        let header = Arc::new(CompanionHeader::parse(path, bytes.as_ref())?);
        Ok(Self { path: path.into(), bytes, header, opened: Arc::default() })
    }

    /// Which kind of companion it is.
    pub(crate) fn kind(&self) -> &str {
        &self.header.kind
    }

    /// Where it lies; for messages.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// All bytes of the file, as they were given.
    pub(crate) fn bytes(&self) -> &B {
        &self.bytes
    }

    /// The same file over borrowed bytes.
    pub(super) fn as_slice(&self) -> CompanionFile<&[u8]> {
        CompanionFile {
            path: self.path.clone(),
            bytes: self.bytes.as_ref(),
            header: self.header.clone(),
            opened: self.opened.clone(),
        }
    }

    /// Checks that it was made for the block `stamp`.
    pub(super) fn check_block(&self, stamp: BlockStamp) -> Result<(), Error> {
        if self.header.block == stamp {
            return Ok(());
        }
        Err(self.corrupt("it belongs to another block of documents"))
    }

    /// The names of all parts, ascending.
    pub(crate) fn part_names(&self) -> impl Iterator<Item = &str> {
        self.header.parts.iter().map(|part| part.name.as_str())
    }

    /// The bytes of the file that are the part `name`; `None` if there is no such part. Its checksum is compared
    /// the first time.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    pub(crate) fn part_range(&self, name: &str) -> Result<Option<Range<usize>>, Error> {
        let parts = &self.header.parts;
        let Ok(at) = parts.binary_search_by(|part| part.name.as_str().cmp(name)) else {
            return Ok(None);
        };
        let part = &parts[at];
        let content = &self.bytes.as_ref()[part.range.clone()];
        if *part.is_whole.get_or_init(|| crc32fast::hash(content) == part.checksum) {
            return Ok(Some(part.range.clone()));
        }
        Err(self.corrupt(format!("checksum of the part {name:?}")))
    }

    /// The part `name`, as [`part_range`](Self::part_range) finds it.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    pub(crate) fn part(&self, name: &str) -> Result<Option<&[u8]>, Error> {
        Ok(self.part_range(name)?.map(|range| &self.bytes.as_ref()[range]))
    }

    /// What the file depends on beside its block.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    pub(crate) fn settings(&self) -> Result<&[u8], Error> {
        Ok(self.part(SETTINGS)?.unwrap_or_default())
    }

    /// Whether `other` is the same file: its place, its block and the checksums of its parts are the same. What one has
    /// opened can then stand for the other.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.path == other.path && self.header == other.header
    }

    /// What `open` makes of the file, which is kept for the next call. All calls for one kind give one type.
    ///
    /// # Errors
    /// Those of `open`, which is then called again the next time.
    pub(crate) fn opened<T: Any + Send + Sync>(
        &self,
        open: impl FnOnce() -> Result<T, Error>,
    ) -> Result<&T, Error> {
        if self.opened.get().is_none() {
            let opened = Box::new(open()?);
            // Another thread may have been faster; both opened the same bytes.
            let _ = self.opened.set(opened);
        }
        let opened = self.opened.get().and_then(|opened| opened.downcast_ref());
        Ok(opened.expect("a kind of companion is opened as one type"))
    }

    pub(crate) fn corrupt(&self, what: impl Into<String>) -> Error {
        Error::corrupt(&self.path, what)
    }
}

/// Collects the parts of a companion file.
#[derive(Debug, Default)]
pub(crate) struct CompanionParts {
    parts: Vec<(String, Vec<u8>)>,
}

impl CompanionParts {
    /// Adds a part; no other has its name.
    pub(crate) fn add(&mut self, name: impl Into<String>, content: Vec<u8>) {
        self.parts.push((name.into(), content));
    }

    /// The file of the kind `kind`, at most eight bytes long, for the block `stamp`.
    pub(super) fn build(mut self, kind: &str, stamp: BlockStamp) -> Vec<u8> {
        self.parts.sort();
        CompanionHeader::write(kind, stamp, &self.parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> Vec<u8> {
        let mut parts = CompanionParts::default();
        parts.add("numbers", vec![1, 2, 3]);
        parts.add("年", "令和".into());
        parts.add("", Vec::new());
        parts.build("columns", BlockStamp::of(b"block"))
    }

    fn open(bytes: &[u8]) -> Result<CompanionFile<&[u8]>, Error> {
        CompanionFile::new(Path::new("file"), bytes)
    }

    #[test]
    fn parts_come_back() -> Result<(), Error> {
        let bytes = file();
        let file = open(&bytes)?;
        assert_eq!(
            (file.kind(), file.path(), *file.bytes()),
            ("columns", Path::new("file"), &*bytes)
        );
        assert_eq!(file.part_names().collect::<Vec<_>>(), ["", "numbers", "年"]);
        assert_eq!(file.part("numbers")?, Some(&[1, 2, 3][..]));
        assert_eq!(file.part("年")?, Some("令和".as_bytes()));
        assert_eq!(file.part("")?, Some(&[][..]));
        assert_eq!(file.part("月")?, None);
        file.check_block(BlockStamp::of(b"block"))?;
        assert!(matches!(file.check_block(BlockStamp::of(b"other")), Err(Error::Corrupt { .. })));
        Ok(())
    }

    #[test]
    fn every_altered_byte_of_the_header_is_an_error() -> Result<(), Error> {
        let good = file();
        let header_len = 64 + 3 * 32 + "numbers年".len();
        for at in 0..header_len {
            let mut bad = good.clone();
            bad[at] ^= 0x41;
            match open(&bad) {
                Err(Error::Version { .. }) => assert!((8..12).contains(&at), "byte {at}"),
                Err(Error::Corrupt { .. }) => assert!(!(8..12).contains(&at), "byte {at}"),
                other => panic!("byte {at}: {other:?}"),
            }
        }
        Ok(())
    }

    #[test]
    fn every_truncation_and_every_byte_more_is_an_error() {
        let good = file();
        for len in 0..good.len() {
            assert!(matches!(open(&good[..len]), Err(Error::Corrupt { .. })), "{len} bytes");
        }
        let longer = [&good[..], &[0]].concat();
        assert!(matches!(open(&longer), Err(Error::Corrupt { .. })));
    }

    #[test]
    fn an_altered_part_is_an_error_when_it_is_read() -> Result<(), Error> {
        let good = file();
        let at = open(&good)?.part_range("numbers")?.map_or(0, |range| range.start);
        let mut bad = good.clone();
        bad[at + 1] ^= 1;
        let bad = open(&bad)?;
        assert_eq!(bad.part("年")?, Some("令和".as_bytes()));
        for _ in 0..2 {
            assert!(matches!(bad.part("numbers"), Err(Error::Corrupt { .. })));
        }
        Ok(())
    }

    #[test]
    fn the_opened_form_is_kept_and_an_error_is_not() -> Result<(), Error> {
        let bytes = file();
        let file = open(&bytes)?;
        assert!(file.opened::<u8>(|| Err(file.corrupt("no"))).is_err());
        assert_eq!(*file.opened(|| Ok(1u8))?, 1);
        assert_eq!(*file.clone().opened(|| Ok(2u8))?, 1);
        Ok(())
    }
}
