//! The header of a companion file: the one place where it is written and parsed.

use std::ops::Range;
use std::path::Path;
use std::sync::OnceLock;

use crate::Error;

/// First bytes of the file.
const MAGIC: [u8; 8] = *b"JaColCom";
/// Version of the layout.
const VERSION: u32 = 1;
/// Bytes before the table of parts.
const FIXED: usize = 64;
/// Bytes of an entry of the table.
const ENTRY: usize = 32;
/// Parts begin at multiples of this.
const ALIGNMENT: usize = 8;
/// Bytes of the header's checksum.
const CHECKSUM: Range<usize> = 16..20;

/// Which block of documents a file was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BlockStamp {
    /// Bytes of the block.
    pub(super) length: u64,
    /// CRC-32 of these bytes.
    pub(super) checksum: u32,
}

impl BlockStamp {
    pub(super) fn of(block: &[u8]) -> Self {
        Self { length: block.len() as u64, checksum: crc32fast::hash(block) }
    }
}

/// A part of the file. Whether its checksum has been compared is no part of what it is.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) range: Range<usize>,
    pub(super) checksum: u32,
    /// Set once the checksum has been compared.
    pub(super) is_whole: OnceLock<bool>,
}

impl PartialEq for Part {
    fn eq(&self, other: &Self) -> bool {
        let key = |part: &Self| (part.range.clone(), part.checksum);
        self.name == other.name && key(self) == key(other)
    }
}

/// What the header says.
#[derive(Debug, PartialEq)]
pub(super) struct CompanionHeader {
    pub(super) kind: String,
    pub(super) block: BlockStamp,
    /// In the order of their names.
    pub(super) parts: Vec<Part>,
}

impl CompanionHeader {
    /// Reads the header of the file `all` and checks that the parts fill it; `path` is for messages.
    ///
    /// # Errors
    /// [`Error::Version`], [`Error::Corrupt`].
    pub(super) fn parse(path: &Path, all: &[u8]) -> Result<Self, Error> {
        let corrupt = |what: &str| Error::corrupt(path, what);
        if all.get(..8) != Some(&MAGIC) {
            return Err(corrupt("not a companion of a block of documents"));
        }
        let cut_short = || corrupt("header is cut short");
        let fixed = all.get(..FIXED).ok_or_else(cut_short)?;
        let version = u32_at(fixed, 8);
        if version != VERSION {
            let (found, supported) = (version.into(), VERSION.into());
            return Err(Error::Version { path: path.into(), found, supported });
        }
        let num_parts = u32_at(fixed, 12) as usize;
        let names = num_parts.checked_mul(ENTRY).and_then(|table| table.checked_add(FIXED));
        let end = names.zip(size_at(fixed, 40)).and_then(|(start, len)| start.checked_add(len));
        let header = end.and_then(|end| all.get(..end)).ok_or_else(cut_short)?;
        if checksum(header) != u32_at(fixed, CHECKSUM.start) {
            return Err(corrupt("checksum of the header"));
        }
        if size_at(fixed, 32) != Some(all.len()) {
            return Err(corrupt("length of the file"));
        }
        let kind = std::str::from_utf8(&fixed[48..56]).map_err(|_| corrupt("kind of the file"))?;
        let parts = (0..num_parts).map(|number| {
            Part::parse(header, num_parts, number, all.len())
                .ok_or_else(|| corrupt("table of parts"))
        });
        let parts: Vec<Part> = parts.collect::<Result<_, _>>()?;
        if !parts.is_sorted_by(|a, b| a.name < b.name) {
            return Err(corrupt("names of parts"));
        }
        let block = BlockStamp { length: u64_at(fixed, 24), checksum: u32_at(fixed, 20) };
        Ok(Self { kind: kind.trim_end_matches('\0').into(), block, parts })
    }

    /// The whole file: the header and `parts`, which are in the order of their names.
    pub(super) fn write(kind: &str, block: BlockStamp, parts: &[(String, Vec<u8>)]) -> Vec<u8> {
        let names: usize = parts.iter().map(|(name, _)| name.len()).sum();
        let header_len = FIXED + ENTRY * parts.len() + names;
        let mut bytes = vec![0; header_len];
        let mut name_end = FIXED + ENTRY * parts.len();
        for (number, (name, content)) in parts.iter().enumerate() {
            bytes.resize(bytes.len().next_multiple_of(ALIGNMENT), 0);
            let entry = FIXED + ENTRY * number;
            bytes[name_end..name_end + name.len()].copy_from_slice(name.as_bytes());
            name_end += name.len();
            let words = [name_end as u64, bytes.len() as u64, content.len() as u64];
            put(&mut bytes, entry, words.map(u64::to_le_bytes).as_flattened());
            put(&mut bytes, entry + 24, &crc32fast::hash(content).to_le_bytes());
            bytes.extend(content);
        }
        put(&mut bytes, 0, &MAGIC);
        put(&mut bytes, 8, &VERSION.to_le_bytes());
        put(&mut bytes, 12, &(parts.len() as u32).to_le_bytes());
        put(&mut bytes, 20, &block.checksum.to_le_bytes());
        let sizes = [block.length, bytes.len() as u64, names as u64];
        put(&mut bytes, 24, sizes.map(u64::to_le_bytes).as_flattened());
        put(&mut bytes, 48, kind.as_bytes());
        let checksum = checksum(&bytes[..header_len]);
        put(&mut bytes, CHECKSUM.start, &checksum.to_le_bytes());
        bytes
    }
}

impl Part {
    /// The entry `number` of the table.
    fn parse(header: &[u8], num_parts: usize, number: usize, file_len: usize) -> Option<Self> {
        let entry = FIXED + ENTRY * number;
        let name_end = size_at(header, entry)?;
        let name_start = match number {
            0 => FIXED + ENTRY * num_parts,
            _ => size_at(header, entry - ENTRY)?,
        };
        let name = std::str::from_utf8(header.get(name_start..name_end)?).ok()?;
        let start = size_at(header, entry + 8)?;
        let end = start.checked_add(size_at(header, entry + 16)?)?;
        let is_inside = start >= header.len() && end <= file_len;
        let checksum = u32_at(header, entry + 24);
        let part =
            Self { name: name.into(), range: start..end, checksum, is_whole: OnceLock::new() };
        is_inside.then_some(part)
    }
}

/// The checksum of a header, computed with its own four bytes set to zero.
fn checksum(header: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&header[..CHECKSUM.start]);
    hasher.update(&[0; 4]);
    hasher.update(&header[CHECKSUM.end..]);
    hasher.finalize()
}

fn put(bytes: &mut [u8], at: usize, content: &[u8]) {
    bytes[at..at + content.len()].copy_from_slice(content);
}

/// The number at `at`, which lies within `bytes`.
fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes[at..].first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

/// The number at `at`, which lies within `bytes`.
fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes[at..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

fn size_at(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u64_at(bytes, at)).ok()
}
