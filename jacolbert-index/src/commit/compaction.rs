//! Which segments a commit rewrites, and how.

use std::ops::ControlFlow;

use crate::build::{BuildPlan, SegmentPacker, TokenFormat};
use crate::codec::{TokenEncoder, grow_codebook};
use crate::deleted::Deleted;
use crate::segment::{Segment, StoredTokens};
use crate::storage::{Draft, Manifest, SectionFile, Spool, SpooledRows};
use crate::{CodebookFit, EmbeddingsRef, Error, Index, PassageId, ResidualCodec};

/// The segments of a commit: the first few stay as they are, the others are rewritten.
#[derive(Debug)]
pub(super) struct Compaction {
    segments: Vec<Segment>,
    num_kept: usize,
}

impl Compaction {
    /// Rewrites all segments.
    pub(super) fn of_all(segments: Vec<Segment>) -> Self {
        Self { segments, num_kept: 0 }
    }

    /// Joins the new segments, which follow the `num_stored` old ones, with those before them that are no
    /// larger. So few segments are left, and a token is rewritten a logarithmic number of times. If the flat
    /// segments hold more than `flat_tokens` tokens, they are encoded.
    pub(super) fn of_small(segments: Vec<Segment>, num_stored: usize, flat_tokens: usize) -> Self {
        if segments.len() == num_stored {
            return Self { num_kept: num_stored, segments };
        }
        let flat = segments.iter().rev().take_while(|segment| segment.is_flat());
        let (num_flat, flat_tokens_stored) =
            flat.fold((0, 0), |(n, sum), s| (n + 1, sum + s.num_tokens()));
        let first_flat = segments.len() - num_flat;
        let encodes = flat_tokens_stored > flat_tokens;
        let mut num_kept = if encodes { first_flat } else { num_stored };
        let mut tokens = if encodes {
            flat_tokens_stored
        } else {
            segments[num_stored..].iter().map(Segment::num_tokens).sum()
        };
        let flat_only = num_kept > first_flat;
        while let Some(before) = num_kept.checked_sub(1).map(|at| &segments[at]) {
            if before.num_tokens() > tokens || (flat_only && !before.is_flat()) {
                break;
            }
            tokens += before.num_tokens();
            num_kept -= 1;
        }
        Self { segments, num_kept }
    }

    /// Rewrites segments without their deleted passages, and names the new ones in `manifest`.
    pub(super) fn write(
        &self,
        index: &Index,
        deleted: Option<&Deleted>,
        manifest: &mut Manifest,
        draft: &mut Draft,
    ) -> Result<Option<CodebookFit>, Error> {
        let rewritten = Passages { segments: &self.segments[self.num_kept..], deleted };
        manifest.segments.truncate(self.num_kept);
        let (codec, fit) = self.codec(index, &rewritten, draft)?;
        if let Some(codec) = codec.as_ref().filter(|codec| is_new(codec, index)) {
            manifest.codec = Some(draft.write_sections("codec", codec.file())?);
        }
        let centroids = codec.as_ref().map(ResidualCodec::centroids).unwrap_or_default();
        let form = match &codec {
            None => TokenFormat::Flat,
            Some(codec) => TokenFormat::Clustered(
                codec,
                TokenEncoder::new(codec, &centroids, index.options.seed)?,
            ),
        };
        let mut put = |file: SectionFile| {
            let kind = format!("segment-{}", manifest.segments.len());
            manifest.segments.push(draft.write_sections(&kind, &file)?);
            Ok(())
        };
        let tokens_per_segment = index.options.tokens_per_segment(index.dim());
        let mut packer = SegmentPacker::new(index.dim(), form, tokens_per_segment, &mut put);
        rewritten.for_each(|segment, position, passage| match segment.stored(position)? {
            StoredTokens::Codes(codes) => packer.add_codes(passage.0, codes),
            StoredTokens::Flat(rows) => packer.add_flat(passage.0, rows),
        })?;
        packer.finish()?;
        Ok(fit)
    }

    /// The id after the last of the segments that stay as they are.
    pub(super) fn kept_end(&self) -> u32 {
        let last = self.num_kept.checked_sub(1).map(|last| &self.segments[last]);
        last.map_or(0, |segment| segment.id_range().end)
    }

    /// Whether a segment that stays as it is has the passage.
    pub(super) fn keeps(&self, passage: PassageId) -> bool {
        let kept = &self.segments[..self.num_kept];
        let after = kept.partition_point(|segment| segment.id_range().start <= passage.0);
        after.checked_sub(1).is_some_and(|number| kept[number].position(passage).is_some())
    }

    /// The codec of the rewritten segments; `None` if they are flat.
    fn codec(
        &self,
        index: &Index,
        rewritten: &Passages<'_>,
        draft: &mut Draft,
    ) -> Result<(Option<ResidualCodec>, Option<CodebookFit>), Error> {
        let num_tokens: usize = rewritten.segments.iter().map(Segment::num_tokens).sum();
        let all_flat = rewritten.segments.iter().all(Segment::is_flat);
        if all_flat && num_tokens <= index.options.flat_tokens {
            return Ok((None, None));
        }
        let rows = rewritten.flat_rows(index.dim(), spool(index, rewritten, draft)?)?;
        match &index.codec {
            Some(codec) if rows.num_rows() == 0 => Ok((Some(codec.clone()), None)),
            Some(codec) => {
                let stored: usize = self.segments.iter().map(Segment::num_tokens).sum();
                let (codec, fit) = grow_codebook(codec, &rows, stored, &index.options)?;
                Ok((Some(codec), Some(fit)))
            }
            None => {
                let plan = BuildPlan::new(&index.options, index.dim(), rows.num_rows());
                if plan.num_centroids == 0 {
                    return Ok((None, None));
                }
                let step = rows.num_rows().div_ceil(plan.sample_tokens);
                let wanted: Vec<usize> = (0..rows.num_rows()).step_by(step.max(1)).collect();
                let sample = rows.sample(&wanted)?;
                let k = plan.num_centroids.min(sample.num_rows());
                let go_on = &mut |_| ControlFlow::Continue(());
                let codec = ResidualCodec::train(&sample, k, &index.options, go_on)?;
                Ok((Some(codec), None))
            }
        }
    }
}

/// An empty spool for the flat rows of `rewritten`: in memory if they are few, else in a file.
fn spool(index: &Index, rewritten: &Passages<'_>, draft: &mut Draft) -> Result<Spool, Error> {
    let dim = index.dim();
    let flat = rewritten.segments.iter().filter(|segment| segment.is_flat());
    let num_rows: usize = flat.map(Segment::num_tokens).sum();
    if num_rows <= index.options.flat_tokens + index.options.tokens_in_memory(dim) {
        Ok(Spool::in_memory(dim))
    } else {
        Spool::in_file(dim, draft.create("spool")?)
    }
}

/// Whether `codec` differs from the one that `index` has in its folder.
fn is_new(codec: &ResidualCodec, index: &Index) -> bool {
    index.codec.as_ref().is_none_or(|old| old.file().checksum() != codec.file().checksum())
}

/// The passages of some segments that are not deleted.
struct Passages<'a> {
    segments: &'a [Segment],
    deleted: Option<&'a Deleted>,
}

impl Passages<'_> {
    fn for_each(
        &self,
        mut each: impl FnMut(&Segment, usize, PassageId) -> Result<(), Error>,
    ) -> Result<(), Error> {
        for segment in self.segments {
            for position in 0..segment.num_passages() {
                let passage = segment.passage_id(position);
                if !self.deleted.is_some_and(|deleted| deleted.contains(passage)) {
                    each(segment, position, passage)?;
                }
            }
        }
        Ok(())
    }

    /// Puts the rows that are not encoded yet into `spool`.
    fn flat_rows(&self, dim: usize, mut spool: Spool) -> Result<Spool, Error> {
        let mut rows = SpooledRows::default();
        self.for_each(|segment, position, _| {
            if let StoredTokens::Flat(parts) = segment.stored(position)? {
                rows.clear();
                rows.extend_from_flat(parts, dim);
                spool.push(EmbeddingsRef::new(&rows.units, dim)?)?;
            }
            Ok(())
        })?;
        spool.finish()?;
        Ok(spool)
    }
}
