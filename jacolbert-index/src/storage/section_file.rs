//! A file of named sections behind a checked header.
//!
//! All numbers are little endian.
//!
//! | bytes | what |
//! |---|---|
//! | 0..8 | magic `JaColIdx` |
//! | 8..12 | format version |
//! | 12..16 | kind of file |
//! | 16..20 | number of sections, n |
//! | 20..24 | CRC-32 of bytes 0..96+32n, these four taken as zero |
//! | 24..32 | length of the file |
//! | 32..96 | eight parameters of the kind, `u64` each |
//! | 96..96+32n | per section: name (8 bytes, zero padded), CRC-32, zero (4), offset (8), length (8) |
//! | ... | the sections, each at a multiple of 64 |

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::bytes::{ALIGNMENT, OwnedBytes};
use super::{Array, Bytes};
use crate::{Error, FORMAT_VERSION};

const MAGIC: [u8; 8] = *b"JaColIdx";
pub(super) const FIXED_LEN: usize = 96;
pub(super) const ENTRY_LEN: usize = 32;
const CHECKSUM: std::ops::Range<usize> = 20..24;

/// Parameters of a file, whose meaning is that of its kind.
pub(crate) type Params = [u64; 8];

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    Codec = 1,
    Segment = 2,
    Deleted = 3,
}

/// An opened file whose header has been checked.
#[derive(Debug, Clone)]
pub(crate) struct SectionFile {
    path: PathBuf,
    bytes: Arc<Bytes>,
    params: Params,
    sections: Vec<Section>,
}

#[derive(Debug, Clone)]
pub(super) struct Section {
    pub(super) name: [u8; 8],
    pub(super) checksum: u32,
    pub(super) range: std::ops::Range<usize>,
}

impl SectionFile {
    /// Maps the file at `path` and checks its header; the sections are not read.
    pub(crate) fn open(path: &Path, kind: FileKind) -> Result<Self, Error> {
        Self::from_bytes(path, Bytes::map(path)?, kind)
    }

    /// Checks the header of `bytes`; `path` is for messages.
    pub(crate) fn from_bytes(path: &Path, bytes: Bytes, kind: FileKind) -> Result<Self, Error> {
        let corrupt = |what: &str| Error::corrupt(path, what);
        let all = bytes.as_slice();
        let header = Header::read(all).ok_or_else(|| corrupt("header is cut short"))?;
        if header.magic != MAGIC {
            return Err(corrupt("magic number"));
        }
        if header.version != FORMAT_VERSION {
            return Err(Error::version(path, header.version));
        }
        let table = table(all, header.num_sections).ok_or_else(|| corrupt("section count"))?;
        if header.checksum != header_checksum(&all[..FIXED_LEN + table.len()]) {
            return Err(corrupt("header checksum"));
        }
        if header.kind != kind as u32 {
            return Err(corrupt("kind of file"));
        }
        if header.len != all.len() as u64 {
            return Err(corrupt("file length"));
        }
        let sections: Option<Vec<Section>> =
            table.chunks_exact(ENTRY_LEN).map(|entry| Section::read(entry, all.len())).collect();
        let sections = sections.ok_or_else(|| corrupt("section bounds"))?;
        Ok(Self { path: path.into(), bytes: Arc::new(bytes), params: header.params, sections })
    }

    pub(crate) fn params(&self) -> &Params {
        &self.params
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.as_slice()
    }

    /// The checksum of the header, which covers those of the sections.
    pub(crate) fn checksum(&self) -> u32 {
        header_checksum(&self.bytes()[..FIXED_LEN + self.sections.len() * ENTRY_LEN])
    }

    /// The values of section `name`, of which there must be `len`.
    pub(crate) fn array<T: bytemuck::Pod>(
        &self,
        name: &'static str,
        len: usize,
    ) -> Result<Array<T>, Error> {
        let section = self
            .sections
            .iter()
            .find(|section| section.name == padded(name))
            .ok_or_else(|| self.corrupt(format!("section {name} is missing")))?;
        Array::new(self.bytes.clone(), section.range.clone())
            .filter(|array| array.len() == len)
            .ok_or_else(|| self.corrupt(format!("section {name} is not {len} values long")))
    }

    /// Parameter `at` as a size in memory.
    pub(crate) fn size(&self, at: usize) -> Result<usize, Error> {
        usize::try_from(self.params[at]).map_err(|_| self.corrupt(format!("parameter {at}")))
    }

    /// `a * b + c`, or an error that blames the header.
    pub(crate) fn checked_size(&self, a: usize, b: usize, c: usize) -> Result<usize, Error> {
        let size = a.checked_mul(b).and_then(|product| product.checked_add(c));
        size.ok_or_else(|| self.corrupt("sizes overflow"))
    }

    /// Reads every section and compares its checksum.
    pub(crate) fn verify(&self) -> Result<(), Error> {
        for section in &self.sections {
            if crc32fast::hash(&self.bytes()[section.range.clone()]) != section.checksum {
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

struct Header {
    magic: [u8; 8],
    version: u32,
    kind: u32,
    num_sections: u32,
    checksum: u32,
    len: u64,
    params: Params,
}

impl Header {
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut params = [0; 8];
        for (param, at) in params.iter_mut().zip((32..FIXED_LEN).step_by(8)) {
            *param = u64_at(bytes, at)?;
        }
        Some(Self {
            magic: *bytes.first_chunk()?,
            version: u32_at(bytes, 8)?,
            kind: u32_at(bytes, 12)?,
            num_sections: u32_at(bytes, 16)?,
            checksum: u32_at(bytes, CHECKSUM.start)?,
            len: u64_at(bytes, 24)?,
            params,
        })
    }
}

impl Section {
    fn read(entry: &[u8], file_len: usize) -> Option<Self> {
        let offset = usize::try_from(u64_at(entry, 16)?).ok()?;
        let end = offset.checked_add(usize::try_from(u64_at(entry, 24)?).ok()?)?;
        (end <= file_len).then_some(())?;
        let name = *entry.first_chunk()?;
        Some(Self { name, checksum: u32_at(entry, 8)?, range: offset..end })
    }
}

fn table(bytes: &[u8], num_sections: u32) -> Option<&[u8]> {
    let len = usize::try_from(num_sections).ok()?.checked_mul(ENTRY_LEN)?;
    bytes.get(FIXED_LEN..FIXED_LEN.checked_add(len)?)
}

pub(super) fn header_checksum(header: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&header[..CHECKSUM.start]);
    hasher.update(&[0; 4]);
    hasher.update(&header[CHECKSUM.end..]);
    hasher.finalize()
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

pub(super) fn padded(name: &str) -> [u8; 8] {
    let mut padded = [0; 8];
    padded.iter_mut().zip(name.bytes()).for_each(|(to, from)| *to = from);
    padded
}

/// Collects sections and lays out the file.
pub(crate) struct SectionFileBuilder<'a> {
    kind: FileKind,
    params: Params,
    sections: Vec<(&'static str, &'a [u8])>,
}

impl<'a> SectionFileBuilder<'a> {
    pub(crate) fn new(kind: FileKind, params: Params) -> Self {
        Self { kind, params, sections: Vec::new() }
    }

    /// Adds the section `name`, at most eight bytes long.
    pub(crate) fn section<T: bytemuck::Pod>(mut self, name: &'static str, values: &'a [T]) -> Self {
        self.sections.push((name, bytemuck::cast_slice(values)));
        self
    }

    /// The bytes of the file.
    pub(crate) fn build(self) -> OwnedBytes {
        let mut end = FIXED_LEN + self.sections.len() * ENTRY_LEN;
        let mut sections = Vec::with_capacity(self.sections.len());
        for (name, content) in &self.sections {
            let start = end.next_multiple_of(ALIGNMENT);
            end = start + content.len();
            let checksum = crc32fast::hash(content);
            sections.push(Section { name: padded(name), checksum, range: start..end });
        }
        let mut file = OwnedBytes::zeroed(end);
        let bytes = file.as_mut_slice();
        let header = header(self.kind, &self.params, &sections, end as u64);
        bytes[..header.len()].copy_from_slice(&header);
        for ((_, content), section) in self.sections.iter().zip(sections) {
            bytes[section.range].copy_from_slice(content);
        }
        file
    }
}

/// The header of a file of `len` bytes.
pub(super) fn header(kind: FileKind, params: &Params, sections: &[Section], len: u64) -> Vec<u8> {
    let mut header = Vec::with_capacity(FIXED_LEN + sections.len() * ENTRY_LEN);
    header.extend(MAGIC);
    header.extend(FORMAT_VERSION.to_le_bytes());
    header.extend((kind as u32).to_le_bytes());
    header.extend((sections.len() as u32).to_le_bytes());
    header.extend([0; 4]);
    header.extend(len.to_le_bytes());
    params.iter().for_each(|param| header.extend(param.to_le_bytes()));
    for section in sections {
        header.extend(section.name);
        header.extend(section.checksum.to_le_bytes());
        header.extend([0; 4]);
        header.extend((section.range.start as u64).to_le_bytes());
        header.extend((section.range.len() as u64).to_le_bytes());
    }
    let checksum = header_checksum(&header);
    header[CHECKSUM].copy_from_slice(&checksum.to_le_bytes());
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> Vec<u8> {
        let builder = SectionFileBuilder::new(FileKind::Segment, [3, 1, 4, 1, 5, 9, 2, 6]);
        builder.section("words", &[1u32, 2, 3]).section("halves", &[7u16]).build().as_slice().into()
    }

    fn open(bytes: &[u8]) -> Result<SectionFile, Error> {
        SectionFile::from_bytes(Path::new("file"), Bytes::copied(bytes), FileKind::Segment)
    }

    #[test]
    fn sections_come_back() -> Result<(), Error> {
        let file = open(&file())?;
        assert_eq!(file.array::<u32>("words", 3)?.as_slice(), [1, 2, 3]);
        assert_eq!(file.array::<u16>("halves", 1)?.as_slice(), [7]);
        assert_eq!(file.params()[5], 9);
        file.verify()
    }

    #[test]
    fn every_altered_header_byte_is_an_error() {
        let good = file();
        let header_len = FIXED_LEN + 2 * ENTRY_LEN;
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
    }

    #[test]
    fn every_truncation_is_an_error() {
        let good = file();
        for len in 0..good.len() {
            assert!(matches!(open(&good[..len]), Err(Error::Corrupt { .. })), "{len} bytes");
        }
    }

    #[test]
    fn verify_finds_every_altered_payload_byte() -> Result<(), Error> {
        let good = file();
        let payload = open(&good)?;
        for section in &payload.sections {
            for at in section.range.clone() {
                let mut bad = good.clone();
                bad[at] ^= 1;
                assert!(matches!(open(&bad)?.verify(), Err(Error::Corrupt { .. })));
            }
        }
        Ok(())
    }

    #[test]
    fn wrong_length_and_unknown_sections_are_named() -> Result<(), Error> {
        let file = open(&file())?;
        for error in [file.array::<u32>("words", 4), file.array::<u32>("verbs", 3)] {
            assert!(matches!(error, Err(Error::Corrupt { .. })));
        }
        Ok(())
    }
}
