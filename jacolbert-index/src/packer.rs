//! Passages into segments of bounded size.

use crate::codes::{Codes, CodesRef};
use crate::flat_rows::FlatRows;
use crate::segment::{ClusteredParts, FlatParts, Parts, Segment};
use crate::spool::{ROWS_PER_BLOCK, SpooledRows};
use crate::storage::SectionFile;
use crate::token_encoder::TokenEncoder;
use crate::{Error, ResidualCodec};

/// Takes passages with ascending ids and hands out the files of segments.
pub(crate) struct Packer<'a> {
    dim: usize,
    form: Form<'a>,
    tokens_per_segment: usize,
    ids: Vec<u32>,
    offsets: Vec<u64>,
    codes: Codes,
    flat: FlatRows,
    /// Rows that are yet to be encoded.
    pending: SpooledRows,
    put: &'a mut dyn FnMut(SectionFile) -> Result<(), Error>,
}

/// What the segments are to hold.
pub(crate) enum Form<'a> {
    Flat,
    Clustered(&'a ResidualCodec, TokenEncoder<'a>),
}

impl<'a> Packer<'a> {
    /// A packer for rows of length `dim`, which gives each segment to `put`.
    pub(crate) fn new(
        dim: usize,
        form: Form<'a>,
        tokens_per_segment: usize,
        put: &'a mut dyn FnMut(SectionFile) -> Result<(), Error>,
    ) -> Self {
        let (ids, offsets) = (Vec::new(), vec![0]);
        let (codes, flat, pending) =
            (Codes::default(), FlatRows::default(), SpooledRows::default());
        Self { dim, form, tokens_per_segment, ids, offsets, codes, flat, pending, put }
    }

    /// Adds a passage of the rows `units` `[tokens, dim]`, of the lengths `norms`.
    pub(crate) fn add_rows(&mut self, id: u32, units: &[f32], norms: &[f32]) -> Result<(), Error> {
        match self.form {
            Form::Flat => {
                let rows = units.chunks_exact(self.dim).zip(norms);
                rows.for_each(|(unit, &norm)| self.flat.push_row(unit, norm));
            }
            Form::Clustered(..) => {
                self.pending.units.extend_from_slice(units);
                self.pending.norms.extend_from_slice(norms);
            }
        }
        self.end_passage(id, norms.len())
    }

    /// Adds a passage of a flat segment.
    pub(crate) fn add_flat(&mut self, id: u32, parts: FlatParts<'_>) -> Result<(), Error> {
        match self.form {
            Form::Flat => self.flat.extend_from(parts),
            Form::Clustered(..) => self.pending.extend_from_flat(parts, self.dim),
        }
        self.end_passage(id, parts.scales.len())
    }

    /// Adds a passage of a clustered segment with the same codec.
    ///
    /// # Panics
    /// If the segments are to be flat.
    pub(crate) fn add_codes(&mut self, id: u32, codes: CodesRef<'_>) -> Result<(), Error> {
        assert!(matches!(self.form, Form::Clustered(..)), "codes stay codes");
        self.encode_pending()?;
        self.codes.extend_from(codes);
        self.end_passage(id, codes.num_tokens())
    }

    /// Hands out what is left.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        self.end_segment()
    }

    fn end_passage(&mut self, id: u32, num_tokens: usize) -> Result<(), Error> {
        let end = self.offsets.last().copied().unwrap_or_default() + num_tokens as u64;
        self.ids.push(id);
        self.offsets.push(end);
        if self.pending.norms.len() >= ROWS_PER_BLOCK {
            self.encode_pending()?;
        }
        if end >= self.tokens_per_segment as u64 { self.end_segment() } else { Ok(()) }
    }

    fn encode_pending(&mut self) -> Result<(), Error> {
        if let Form::Clustered(_, encoder) = &self.form {
            let (codes, _) = encoder.encode(&self.pending)?;
            self.codes.extend(codes);
            self.pending.clear();
        }
        Ok(())
    }

    fn end_segment(&mut self) -> Result<(), Error> {
        if self.ids.is_empty() {
            return Ok(());
        }
        self.encode_pending()?;
        let parts = match &self.form {
            Form::Flat => Parts::Flat(self.flat.parts()),
            Form::Clustered(codec, _) => {
                Parts::Clustered(ClusteredParts { codes: &self.codes, codec })
            }
        };
        let file = Segment::file_of(self.dim, &self.ids, &self.offsets, parts)?;
        self.ids.clear();
        self.offsets.truncate(1);
        (self.codes, self.flat) = (Codes::default(), FlatRows::default());
        (self.put)(file)
    }
}
