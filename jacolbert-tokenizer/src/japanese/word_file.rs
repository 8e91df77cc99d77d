//! `sys.dic` or `unk.dic`: a header, a trie of surfaces, and the tokens of each surface.
//!
//! | bytes | field |
//! |---|---|
//! | 0..4 | magic: length of the file XOR `0xef718f77` |
//! | 4..8 | version: 102 |
//! | 8..12 | type: 0 system, 1 user, 2 unknown words |
//! | 12..16 | number of words `w` |
//! | 16..20 | left size: rows that a previous node's right id may take |
//! | 20..24 | right size: ids that a next node's left id may take |
//! | 24..28 | bytes of the double array `d` |
//! | 28..32 | bytes of the tokens, `16 w` |
//! | 32..36 | bytes of the feature strings `f` |
//! | 36..40 | 0 |
//! | 40..72 | character set, padded with NUL |
//! | 72..72+d | double array; the value of a surface is `first token << 8 \| number of tokens` |
//! | ..+16w | tokens: left id, right id and part of speech u16, cost i16, feature and compound u32 |
//! | ..+f | feature strings, of which only the first is read |

use std::ops::Range;
use std::path::PathBuf;

use super::dictionary_fault::DictionaryFault;
use super::dictionary_file::DictionaryFile;
use super::double_array::{DoubleArray, Matches};
use crate::Error;

const MAGIC: u32 = 0xef71_8f77;
const VERSION: u32 = 102;
const HEADER_BYTES: usize = 72;
const UNIT_BYTES: u64 = 8;
const TOKEN_BYTES: usize = 16;

/// The two kinds of word files.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// `sys.dic`.
    System = 0,
    /// `unk.dic`.
    Unknown = 2,
}

/// A validated word file.
#[derive(Debug)]
pub(super) struct WordFile {
    file: DictionaryFile,
    units: Range<usize>,
    tokens: Range<usize>,
    features: Range<usize>,
    left_size: u32,
    right_size: u32,
}

/// One reading of a surface: the fields that segmentation needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// Context id towards the previous word.
    pub(super) left_id: u16,
    /// Context id towards the next word.
    pub(super) right_id: u16,
    /// Cost of the word itself.
    pub(super) cost: i16,
}

/// The numbers of the header; the tenth is always 0.
struct Header {
    magic: u32,
    version: u32,
    kind: u32,
    num_words: u32,
    left_size: u32,
    right_size: u32,
    unit_bytes: u32,
    token_bytes: u32,
    feature_bytes: u32,
}

impl WordFile {
    /// Maps the file and checks its header against its length and `kind`.
    pub(super) fn open(path: PathBuf, kind: Kind) -> Result<Self, Error> {
        let file = DictionaryFile::open(path)?;
        let header = Header::read(&file)?;
        header.check_identity(&file, kind)?;
        check_charset(&file)?;
        header.check_sizes(&file)?;
        let units = HEADER_BYTES..HEADER_BYTES + header.unit_bytes as usize;
        let tokens = units.end..units.end + header.token_bytes as usize;
        let features = tokens.end..tokens.end + header.feature_bytes as usize;
        let Header { left_size, right_size, .. } = header;
        Ok(Self { file, units, tokens, features, left_size, right_size })
    }

    /// The surfaces that `text` begins with, shortest first.
    pub(super) fn prefixes<'a>(&'a self, text: &'a [u8]) -> Matches<'a> {
        self.trie().prefixes(text)
    }

    /// The trie value of exactly `surface`.
    pub(super) fn exact(&self, surface: &[u8]) -> Option<u32> {
        self.trie().exact(surface)
    }

    /// The tokens of a trie value.
    ///
    /// # Errors
    /// [`DictionaryFault::Payload`] if the value is beyond the last token.
    #[inline]
    pub(super) fn tokens(&self, value: u32) -> Result<impl Iterator<Item = Token> + '_, Error> {
        let all = self.file.bytes()[self.tokens.clone()].as_chunks::<TOKEN_BYTES>().0;
        let first = (value >> 8) as usize;
        let end = first + (value & 0xff) as usize;
        match all.get(first..end) {
            Some(tokens) => Ok(tokens.iter().map(Token::from_bytes)),
            None => Err(self.file.payload("token index", end as u64, all.len() as u64)),
        }
    }

    /// The features of the first word, as a line of CSV.
    pub(super) fn first_feature(&self) -> &[u8] {
        let features = &self.file.bytes()[self.features.clone()];
        features.split(|&byte| byte == 0).next().unwrap_or_default()
    }

    /// Number of right ids that a previous node may have.
    pub(super) fn left_size(&self) -> u32 {
        self.left_size
    }

    /// Number of left ids that a next node may have.
    pub(super) fn right_size(&self) -> u32 {
        self.right_size
    }

    /// The mapped file.
    pub(super) fn file(&self) -> &DictionaryFile {
        &self.file
    }

    fn trie(&self) -> DoubleArray<'_> {
        DoubleArray::new(&self.file.bytes()[self.units.clone()])
    }
}

impl Token {
    #[inline]
    fn from_bytes(bytes: &[u8; TOKEN_BYTES]) -> Self {
        let [a, b, c, d, _, _, e, f, ..] = *bytes;
        Self {
            left_id: u16::from_le_bytes([a, b]),
            right_id: u16::from_le_bytes([c, d]),
            cost: i16::from_le_bytes([e, f]),
        }
    }
}

impl Header {
    fn read(file: &DictionaryFile) -> Result<Self, Error> {
        let header = Self {
            magic: file.u32_field("magic number", 0)?,
            version: file.u32_field("version", 4)?,
            kind: file.u32_field("type", 8)?,
            num_words: file.u32_field("number of words", 12)?,
            left_size: file.u32_field("left size", 16)?,
            right_size: file.u32_field("right size", 20)?,
            unit_bytes: file.u32_field("bytes of double array", 24)?,
            token_bytes: file.u32_field("bytes of tokens", 28)?,
            feature_bytes: file.u32_field("bytes of features", 32)?,
        };
        file.u32_field("reserved word", 36)?;
        file.field::<32>("character set", 40)?;
        Ok(header)
    }

    fn check_identity(&self, file: &DictionaryFile, kind: Kind) -> Result<(), Error> {
        let recorded = u64::from(self.magic ^ MAGIC);
        let len = file.bytes().len() as u64;
        if recorded != len {
            return Err(file.fault(DictionaryFault::Magic { recorded, len }));
        }
        if self.version != VERSION {
            let found = self.version;
            return Err(file.fault(DictionaryFault::Version { found, supported: VERSION }));
        }
        if self.kind != kind as u32 {
            let expected = kind as u32;
            return Err(file.fault(DictionaryFault::Kind { found: self.kind, expected }));
        }
        Ok(())
    }

    fn check_sizes(&self, file: &DictionaryFile) -> Result<(), Error> {
        let units = u64::from(self.unit_bytes);
        let tokens = u64::from(self.token_bytes);
        let whole_units = (units / UNIT_BYTES).max(1) * UNIT_BYTES;
        file.check_size("bytes of double array", units, whole_units)?;
        file.check_size("bytes of tokens", tokens, u64::from(self.num_words) * TOKEN_BYTES as u64)?;
        let end = HEADER_BYTES as u64 + units + tokens + u64::from(self.feature_bytes);
        file.check_size("end of features", end, file.bytes().len() as u64)
    }
}

fn check_charset(file: &DictionaryFile) -> Result<(), Error> {
    let found = name(&file.field::<32>("character set", 40)?);
    match found.to_ascii_lowercase().as_str() {
        "utf8" | "utf-8" | "utf_8" => Ok(()),
        _ => Err(file.fault(DictionaryFault::Charset { found })),
    }
}

/// The text before the first NUL of a fixed-width name.
pub(super) fn name(bytes: &[u8; 32]) -> String {
    let text = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(text).into_owned()
}
