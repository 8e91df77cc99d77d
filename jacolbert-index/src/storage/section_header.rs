//! The header of a file with sections, as it lies on disk.
//!
//! All numbers are little endian; docs/file-format.md has the table.

use bytemuck::{Pod, Zeroable};

use crate::{Error, FORMAT_VERSION, is_readable};

const MAGIC: [u8; 8] = *b"JaColIdx";

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    Codec = 1,
    Segment = 2,
    Deleted = 3,
}

/// The eight numbers that the fixed header keeps for the file's kind.
pub(crate) type KindWords = [u64; 8];

/// What a kind of file says of itself in the header, in checked types.
pub(crate) trait KindHeader: Sized {
    /// The kind of file.
    const KIND: FileKind;

    /// The header from its words, or what is wrong with them.
    fn from_words(words: KindWords) -> Result<Self, &'static str>;

    /// The words of the header.
    fn to_words(&self) -> KindWords;
}

/// The bytes before the table of sections.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct FixedHeader {
    magic: [u8; 8],
    version: u32,
    kind: u32,
    num_sections: u32,
    /// CRC-32 of this header and the table of sections, with zero in this place.
    checksum: u32,
    file_len: u64,
    words: KindWords,
}

/// One entry of the table of sections.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct SectionEntry {
    /// Padded with zeros.
    pub(super) name: [u8; 8],
    pub(super) checksum: u32,
    reserved: u32,
    pub(super) offset: u64,
    pub(super) len: u64,
}

/// The header of a file with sections.
#[derive(Debug, Clone)]
pub(super) struct SectionHeader {
    pub(super) words: KindWords,
    pub(super) sections: Vec<SectionEntry>,
    /// The checksum of the header, which covers those of the sections.
    pub(super) checksum: u32,
}

impl SectionEntry {
    /// The entry of a section of the content `content`, which starts at `offset`.
    pub(super) fn new(name: &str, offset: usize, content: &[u8]) -> Self {
        Self {
            name: padded(name),
            checksum: crc32fast::hash(content),
            reserved: 0,
            offset: offset as u64,
            len: content.len() as u64,
        }
    }

    /// Where the section lies in a file of `file_len` bytes; `None` if it would not.
    fn checked_range(&self, file_len: usize) -> Option<std::ops::Range<usize>> {
        let start = usize::try_from(self.offset).ok()?;
        let end = start.checked_add(usize::try_from(self.len).ok()?)?;
        (end <= file_len).then_some(start..end)
    }

    /// Where the section lies in its file, whose header has been checked.
    pub(super) fn range(&self) -> std::ops::Range<usize> {
        self.offset as usize..(self.offset + self.len) as usize
    }
}

impl SectionHeader {
    /// Bytes of the header of a file with `num_sections` sections.
    pub(super) fn len(num_sections: usize) -> usize {
        size_of::<FixedHeader>() + num_sections * size_of::<SectionEntry>()
    }

    /// Reads and checks the header of a file of the kind `kind` with the content `file`; `path` is for
    /// messages.
    pub(super) fn read(path: &std::path::Path, file: &[u8], kind: FileKind) -> Result<Self, Error> {
        let corrupt = |what: &str| Error::corrupt(path, what);
        let (fixed, rest) = file
            .split_at_checked(size_of::<FixedHeader>())
            .ok_or_else(|| corrupt("header is cut short"))?;
        let fixed: FixedHeader = bytemuck::pod_read_unaligned(fixed);
        if fixed.magic != MAGIC {
            return Err(corrupt("magic number"));
        }
        if !is_readable(fixed.version) {
            return Err(Error::version(path, fixed.version));
        }
        let sections = table(rest, fixed.num_sections).ok_or_else(|| corrupt("section count"))?;
        let checksum = checksum(fixed, &sections);
        if fixed.checksum != checksum {
            return Err(corrupt("header checksum"));
        }
        if fixed.kind != kind as u32 {
            return Err(corrupt("kind of file"));
        }
        if fixed.file_len != file.len() as u64 {
            return Err(corrupt("file length"));
        }
        if sections.iter().any(|section| section.checked_range(file.len()).is_none()) {
            return Err(corrupt("section bounds"));
        }
        Ok(Self { words: fixed.words, sections, checksum })
    }

    /// The bytes of the header of a file of `file_len` bytes.
    pub(super) fn to_bytes(
        kind: FileKind,
        words: KindWords,
        sections: &[SectionEntry],
        file_len: usize,
    ) -> Vec<u8> {
        let mut fixed = FixedHeader {
            magic: MAGIC,
            version: FORMAT_VERSION,
            kind: kind as u32,
            num_sections: sections.len() as u32,
            checksum: 0,
            file_len: file_len as u64,
            words,
        };
        fixed.checksum = checksum(fixed, sections);
        [bytemuck::bytes_of(&fixed), bytemuck::cast_slice(sections)].concat()
    }
}

/// The first `num_sections` entries of a table; `None` if `bytes` are fewer.
fn table(bytes: &[u8], num_sections: u32) -> Option<Vec<SectionEntry>> {
    let len = usize::try_from(num_sections).ok()?.checked_mul(size_of::<SectionEntry>())?;
    let entries = bytes.get(..len)?.chunks_exact(size_of::<SectionEntry>());
    Some(entries.map(bytemuck::pod_read_unaligned).collect())
}

fn checksum(fixed: FixedHeader, sections: &[SectionEntry]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(bytemuck::bytes_of(&FixedHeader { checksum: 0, ..fixed }));
    hasher.update(bytemuck::cast_slice(sections));
    hasher.finalize()
}

/// The name of a section as the table has it.
pub(super) fn padded(name: &str) -> [u8; 8] {
    let mut padded = [0; 8];
    padded.iter_mut().zip(name.bytes()).for_each(|(to, from)| *to = from);
    padded
}
