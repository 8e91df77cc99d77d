//! A SentencePiece model, read and checked.

use std::collections::HashSet;

use super::SentencePieceFault;
use super::compiled_table::{CompiledTable, TableFault};
use super::fields::{Field, Fields};

/// Bytes in the longest piece: finding the merges of a piece takes the square of its length.
const MAX_PIECE_BYTES: usize = 1_000;

/// A model. Its pieces are not empty, each is there once, and `unknown` is the only one of its kind.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) pieces: Vec<Piece>,
    /// The number of the piece for what no other piece has.
    pub(super) unknown: usize,
    pub(super) algorithm: Algorithm,
    /// Whether a character without a piece becomes pieces of its bytes, which are all there then.
    pub(super) has_bytes: bool,
    pub(super) normalizer: Normalizer,
}

#[derive(Debug)]
pub(super) struct Piece {
    pub(super) text: String,
    /// Finite.
    pub(super) score: f32,
    pub(super) kind: PieceKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PieceKind {
    Normal,
    Unknown,
    Control,
    UserDefined,
    Byte,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    Unigram,
    Bpe,
}

/// What is done to a text before it becomes pieces.
#[derive(Debug)]
pub(super) struct Normalizer {
    /// The compiled table; empty if there is none.
    pub(super) table: Vec<u8>,
    /// Whether a space is put before the text.
    pub(super) adds_space: bool,
    /// Whether spaces are joined, and dropped at both ends.
    pub(super) removes_spaces: bool,
    /// Whether a space becomes `▁`.
    pub(super) escapes_spaces: bool,
}

impl Model {
    /// Reads the model in `bytes`, the contents of a file.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, SentencePieceFault> {
        let mut pieces = Vec::new();
        let mut trainer = Trainer::default();
        let mut normalizer = Normalizer::default();
        for field in Fields::new("ModelProto", bytes) {
            let field = field?;
            match field.number {
                1 => pieces.push(Piece::read(field.bytes()?, pieces.len())?),
                2 => trainer.read(field.bytes()?)?,
                3 => normalizer.read(field.bytes()?)?,
                _ => {}
            }
        }
        let unknown = check_pieces(&pieces, trainer.has_bytes)?;
        let Trainer { algorithm, has_bytes } = trainer;
        Ok(Self { pieces, unknown, algorithm, has_bytes, normalizer })
    }
}

impl Piece {
    fn read(bytes: &[u8], piece: usize) -> Result<Self, SentencePieceFault> {
        let (mut text, mut score, mut kind) = (&[][..], 0.0, PieceKind::Normal);
        for field in Fields::new("SentencePiece", bytes) {
            let field = field?;
            match field.number {
                1 => text = field.bytes()?,
                2 => score = field.float()?,
                3 => kind = PieceKind::read(field, piece)?,
                _ => {}
            }
        }
        let fault = |field, found: String, expected| SentencePieceFault::Piece {
            piece,
            field,
            found,
            expected,
        };
        let text = str::from_utf8(text)
            .map_err(|_| fault("piece", format!("{:?}", String::from_utf8_lossy(text)), "UTF-8"))?;
        if !(1..=MAX_PIECE_BYTES).contains(&text.len()) {
            return Err(fault(
                "piece",
                format!("{} bytes long", text.len()),
                "1 to 1,000 bytes long",
            ));
        }
        if !score.is_finite() {
            return Err(fault("score", score.to_string(), "finite"));
        }
        Ok(Self { text: text.to_owned(), score, kind })
    }
}

impl PieceKind {
    fn read(field: Field<'_>, piece: usize) -> Result<Self, SentencePieceFault> {
        match field.number()? {
            1 => Ok(Self::Normal),
            2 => Ok(Self::Unknown),
            3 => Ok(Self::Control),
            4 => Ok(Self::UserDefined),
            6 => Ok(Self::Byte),
            found => {
                let expected = "1, 2, 3, 4 or 6; unused pieces (5) are not supported";
                let found = found.to_string();
                Err(SentencePieceFault::Piece { piece, field: "type", found, expected })
            }
        }
    }
}

/// What the trainer was told, as far as it matters to a text.
#[derive(Debug)]
struct Trainer {
    algorithm: Algorithm,
    has_bytes: bool,
}

impl Default for Trainer {
    fn default() -> Self {
        Self { algorithm: Algorithm::Unigram, has_bytes: false }
    }
}

impl Trainer {
    /// Reads a `TrainerSpec`. Fields that are not in it stay as they are, as in all of protobuf.
    fn read(&mut self, bytes: &[u8]) -> Result<(), SentencePieceFault> {
        let fault = |field, found: u64, expected| SentencePieceFault::Value {
            field,
            found: found.to_string(),
            expected,
        };
        for field in Fields::new("TrainerSpec", bytes) {
            let field = field?;
            match field.number {
                3 => {
                    let expected = "1 (Unigram) or 2 (BPE)";
                    self.algorithm = match field.number()? {
                        1 => Algorithm::Unigram,
                        2 => Algorithm::Bpe,
                        found => return Err(fault("model_type", found, expected)),
                    };
                }
                24 if field.flag()? => {
                    return Err(fault("treat_whitespace_as_suffix", 1, "0"));
                }
                35 => self.has_bytes = field.flag()?,
                _ => {}
            }
        }
        Ok(())
    }
}

impl Default for Normalizer {
    fn default() -> Self {
        Self { table: Vec::new(), adds_space: true, removes_spaces: true, escapes_spaces: true }
    }
}

impl Normalizer {
    /// Its compiled table, if there is one.
    pub(super) fn compiled_table(&self) -> Result<Option<CompiledTable>, SentencePieceFault> {
        if self.table.is_empty() {
            return Ok(None);
        }
        let damaged = |what: TableFault| SentencePieceFault::Normalizer { what: what.to_string() };
        CompiledTable::new(&self.table).map(Some).map_err(damaged)
    }

    /// Reads a `NormalizerSpec`. Fields that are not in it stay as they are.
    fn read(&mut self, bytes: &[u8]) -> Result<(), SentencePieceFault> {
        for field in Fields::new("NormalizerSpec", bytes) {
            let field = field?;
            match field.number {
                2 => self.table = field.bytes()?.to_vec(),
                3 => self.adds_space = field.flag()?,
                4 => self.removes_spaces = field.flag()?,
                5 => self.escapes_spaces = field.flag()?,
                _ => {}
            }
        }
        Ok(())
    }
}

/// The token of a byte: `<0x0A>`.
pub(super) fn byte_token(byte: u8) -> String {
    format!("<0x{byte:02X}>")
}

/// Checks what concerns all pieces. Returns the number of the unknown one.
fn check_pieces(pieces: &[Piece], has_bytes: bool) -> Result<usize, SentencePieceFault> {
    let mut texts = HashSet::with_capacity(pieces.len());
    for (number, piece) in pieces.iter().enumerate() {
        if !texts.insert(piece.text.as_str()) {
            let text = piece.text.clone();
            return Err(SentencePieceFault::Duplicate { piece: number, text });
        }
    }
    let of_kind = |kind| pieces.iter().enumerate().filter(move |(_, piece)| piece.kind == kind);
    let bytes: HashSet<&str> = of_kind(PieceKind::Byte).map(|(_, piece)| &*piece.text).collect();
    let expected = if has_bytes { 256 } else { 0 };
    if bytes.len() != expected
        || has_bytes && !(0..=255).all(|byte| bytes.contains(&*byte_token(byte)))
    {
        let found = format!("{has_bytes} with {} pieces of bytes", bytes.len());
        let expected = "true with a piece of each byte, or false without any";
        return Err(SentencePieceFault::Value { field: "byte_fallback", found, expected });
    }
    let mut unknown = of_kind(PieceKind::Unknown).map(|(number, _)| number);
    match (unknown.next(), unknown.count()) {
        (Some(unknown), 0) => Ok(unknown),
        (first, more) => {
            let found = format!("of {} pieces", usize::from(first.is_some()) + more);
            let expected = "of one piece";
            Err(SentencePieceFault::Value { field: "type 2 (unknown)", found, expected })
        }
    }
}
