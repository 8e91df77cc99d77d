//! A file of named sections behind a checked header.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::array::Array;
use super::bytes::{ALIGNMENT, Bytes, OwnedBytes};
use super::section_header::{FileKind, KindHeader, KindWords, SectionEntry, SectionHeader, padded};
use crate::Error;

/// An opened file whose header has been checked.
#[derive(Debug, Clone)]
pub(crate) struct SectionFile {
    path: PathBuf,
    bytes: Arc<Bytes>,
    header: SectionHeader,
}

impl SectionFile {
    /// Opens the file at `path` and checks its header; the sections of a large file are not read.
    pub(crate) fn open(path: &Path, kind: FileKind) -> Result<Self, Error> {
        Self::from_bytes(path, Bytes::open(path)?, kind)
    }

    /// Checks the header of `bytes`; `path` is for messages.
    pub(crate) fn from_bytes(path: &Path, bytes: Bytes, kind: FileKind) -> Result<Self, Error> {
        let header = SectionHeader::read(path, bytes.as_slice(), kind)?;
        Ok(Self { path: path.into(), bytes: Arc::new(bytes), header })
    }

    /// What the header says of a file of the kind `H`.
    pub(crate) fn header<H: KindHeader>(&self) -> Result<H, Error> {
        H::from_words(self.header.words).map_err(|what| self.corrupt(what))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.as_slice()
    }

    /// The checksum of the header, which covers those of the sections.
    pub(crate) fn checksum(&self) -> u32 {
        self.header.checksum
    }

    /// The values of section `name`, of which there must be `len`.
    pub(crate) fn array<T: bytemuck::Pod>(
        &self,
        name: &'static str,
        len: usize,
    ) -> Result<Array<T>, Error> {
        let mut sections = self.header.sections.iter();
        let section = sections
            .find(|section| section.name == padded(name))
            .ok_or_else(|| self.corrupt(format!("section {name} is missing")))?;
        Array::new(self.bytes.clone(), section.range())
            .filter(|array| array.len() == len)
            .ok_or_else(|| self.corrupt(format!("section {name} is not {len} values long")))
    }

    /// `a * b + c`, or an error that blames the header.
    pub(crate) fn checked_size(&self, a: usize, b: usize, c: usize) -> Result<usize, Error> {
        let size = a.checked_mul(b).and_then(|product| product.checked_add(c));
        size.ok_or_else(|| self.corrupt("sizes overflow"))
    }

    /// Reads every section and compares its checksum.
    pub(crate) fn verify(&self) -> Result<(), Error> {
        for section in &self.header.sections {
            if crc32fast::hash(&self.bytes()[section.range()]) != section.checksum {
                let name = String::from_utf8_lossy(&section.name);
                let name = name.trim_end_matches('\0');
                return Err(self.corrupt(format!("checksum of section {name}")));
            }
        }
        Ok(())
    }

    pub(crate) fn corrupt(&self, what: impl Into<String>) -> Error {
        Error::corrupt(&self.path, what)
    }
}

/// Collects sections and lays out the file.
pub(crate) struct SectionFileBuilder<'a> {
    kind: FileKind,
    words: KindWords,
    sections: Vec<(&'static str, &'a [u8])>,
}

impl<'a> SectionFileBuilder<'a> {
    pub(crate) fn new<H: KindHeader>(header: &H) -> Self {
        Self { kind: H::KIND, words: header.to_words(), sections: Vec::new() }
    }

    /// Adds the section `name`, at most eight bytes long.
    pub(crate) fn section<T: bytemuck::Pod>(mut self, name: &'static str, values: &'a [T]) -> Self {
        self.sections.push((name, bytemuck::cast_slice(values)));
        self
    }

    /// The file in memory; `name` is for messages.
    pub(crate) fn build(self, name: &str) -> Result<SectionFile, Error> {
        let mut end = SectionHeader::len(self.sections.len());
        let mut entries = Vec::with_capacity(self.sections.len());
        for (name, content) in &self.sections {
            let start = end.next_multiple_of(ALIGNMENT);
            end = start + content.len();
            entries.push(SectionEntry::new(name, start, content));
        }
        let mut file = OwnedBytes::zeroed(end);
        let bytes = file.as_mut_slice();
        let header = SectionHeader::to_bytes(self.kind, self.words, &entries, end);
        bytes[..header.len()].copy_from_slice(&header);
        for ((_, content), entry) in self.sections.iter().zip(entries) {
            bytes[entry.range()].copy_from_slice(content);
        }
        SectionFile::from_bytes(Path::new(name), Bytes::Owned(file), self.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of a segment, whatever they are.
    struct AnyWords(KindWords);

    impl KindHeader for AnyWords {
        const KIND: FileKind = FileKind::Segment;

        fn from_words(words: KindWords) -> Result<Self, &'static str> {
            Ok(Self(words))
        }

        fn to_words(&self) -> KindWords {
            self.0
        }
    }

    fn file() -> Result<Vec<u8>, Error> {
        let builder = SectionFileBuilder::new(&AnyWords([3, 1, 4, 1, 5, 9, 2, 6]));
        let builder = builder.section("words", &[1u32, 2, 3]).section("halves", &[7u16]);
        Ok(builder.build("file")?.bytes().into())
    }

    fn open(bytes: &[u8]) -> Result<SectionFile, Error> {
        SectionFile::from_bytes(Path::new("file"), Bytes::copied(bytes), FileKind::Segment)
    }

    #[test]
    fn sections_come_back() -> Result<(), Error> {
        let file = open(&file()?)?;
        assert_eq!(file.array::<u32>("words", 3)?.as_slice(), [1, 2, 3]);
        assert_eq!(file.array::<u16>("halves", 1)?.as_slice(), [7]);
        assert_eq!(file.header::<AnyWords>()?.0, [3, 1, 4, 1, 5, 9, 2, 6]);
        file.verify()
    }

    #[test]
    fn every_altered_header_byte_is_an_error() -> Result<(), Error> {
        let good = file()?;
        let header_len = SectionHeader::len(2);
        for at in 0..header_len {
            let mut bad = good.clone();
            bad[at] ^= 0x41;
            let error = open(&bad);
            let versioned = (8..12).contains(&at);
            match error {
                Err(Error::Version { .. }) => assert!(versioned),
                Err(Error::Corrupt { .. }) => assert!(!versioned),
                other => panic!("byte {at}: {other:?}"),
            }
        }
        Ok(())
    }

    #[test]
    fn every_truncation_is_an_error() -> Result<(), Error> {
        let good = file()?;
        for len in 0..good.len() {
            assert!(matches!(open(&good[..len]), Err(Error::Corrupt { .. })), "{len} bytes");
        }
        Ok(())
    }

    #[test]
    fn verify_finds_every_altered_payload_byte() -> Result<(), Error> {
        let good = file()?;
        let payload = open(&good)?;
        for section in &payload.header.sections {
            for at in section.range() {
                let mut bad = good.clone();
                bad[at] ^= 1;
                assert!(matches!(open(&bad)?.verify(), Err(Error::Corrupt { .. })));
            }
        }
        Ok(())
    }

    #[test]
    fn wrong_length_and_unknown_sections_are_named() -> Result<(), Error> {
        let file = open(&file()?)?;
        for error in [file.array::<u32>("words", 4), file.array::<u32>("verbs", 3)] {
            assert!(matches!(error, Err(Error::Corrupt { .. })));
        }
        Ok(())
    }
}
