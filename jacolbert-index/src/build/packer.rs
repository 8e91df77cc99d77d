//! Packing of passages into segments.

use crate::codec::{Codes, CodesRef, TokenEncoder};
use crate::segment::{ClusteredCodes, FlatRows, FlatRowsRef, Layout, Segment};
use crate::storage::{ROWS_PER_BLOCK, SectionFile, SpooledRows};
use crate::{Error, ResidualCodec};

/// Packs passages with ascending ids into segments of bounded size.
pub(crate) struct SegmentPacker<'a> {
    dim: usize,
    format: TokenFormat<'a>,
    tokens_per_segment: usize,
    ids: Vec<u32>,
    offsets: Vec<u64>,
    codes: Codes,
    flat: FlatRows,
    /// Rows that are not encoded yet.
    pending: SpooledRows,
    put: &'a mut dyn FnMut(SectionFile) -> Result<(), Error>,
}

/// How the segments store tokens.
pub(crate) enum TokenFormat<'a> {
    Flat,
    Clustered(&'a ResidualCodec, TokenEncoder<'a>),
}

impl<'a> SegmentPacker<'a> {
    /// A packer for rows of length `dim`, which passes the file of each segment to `put`.
    pub(crate) fn new(
        dim: usize,
        format: TokenFormat<'a>,
        tokens_per_segment: usize,
        put: &'a mut dyn FnMut(SectionFile) -> Result<(), Error>,
    ) -> Self {
        Self {
            dim,
            format,
            tokens_per_segment,
            ids: Vec::new(),
            offsets: vec![0],
            codes: Codes::default(),
            flat: FlatRows::default(),
            pending: SpooledRows::default(),
            put,
        }
    }

    /// Adds a passage of the unit rows `units`, `[tokens, dim]`, whose lengths were `norms`.
    pub(crate) fn add_rows(&mut self, id: u32, units: &[f32], norms: &[f32]) -> Result<(), Error> {
        match self.format {
            TokenFormat::Flat => {
                let rows = units.chunks_exact(self.dim).zip(norms);
                rows.for_each(|(unit, &norm)| self.flat.push_row(unit, norm));
            }
            TokenFormat::Clustered(..) => {
                self.pending.units.extend_from_slice(units);
                self.pending.norms.extend_from_slice(norms);
            }
        }
        self.end_passage(id, norms.len())
    }

    /// Adds a passage of a flat segment.
    pub(crate) fn add_flat(&mut self, id: u32, parts: FlatRowsRef<'_>) -> Result<(), Error> {
        match self.format {
            TokenFormat::Flat => self.flat.extend_from(parts),
            TokenFormat::Clustered(..) => self.pending.extend_from_flat(parts, self.dim),
        }
        self.end_passage(id, parts.scales.len())
    }

    /// Adds a passage of a clustered segment with the same codec.
    ///
    /// # Panics
    /// If the segments are to be flat.
    pub(crate) fn add_codes(&mut self, id: u32, codes: CodesRef<'_>) -> Result<(), Error> {
        assert!(matches!(self.format, TokenFormat::Clustered(..)), "codes stay codes");
        self.encode_pending()?;
        self.codes.extend_from(codes);
        self.end_passage(id, codes.num_tokens())
    }

    /// Packs the last segment.
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
        if let TokenFormat::Clustered(_, encoder) = &self.format {
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
        let layout = match &self.format {
            TokenFormat::Flat => Layout::Flat(self.flat.as_ref()),
            TokenFormat::Clustered(codec, _) => {
                Layout::Clustered(ClusteredCodes { codes: &self.codes, codec })
            }
        };
        let file = Segment::build_file(self.dim, &self.ids, &self.offsets, layout)?;
        self.ids.clear();
        self.offsets.truncate(1);
        self.codes = Codes::default();
        self.flat = FlatRows::default();
        (self.put)(file)
    }
}
