//! The numbers of a block's words, and its parts.

use super::packed_file::PackedFile;
use crate::Error;
use crate::store::{CompanionFile, CompanionParts};

/// Name of the part with the summary.
pub(super) const SUMMARY: &str = "summary";
/// Name of the part with the ids of the passages.
pub(super) const IDS: &str = "ids";
/// Name of the part with the lengths of the passages.
pub(super) const LENGTHS: &str = "lengths";
/// Version of the layout, which also stands for the format of tantivy's files.
const VERSION: u64 = 1;

/// The numbers of a block that are read at opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Summary {
    pub(super) first_id: usize,
    pub(super) end_id: usize,
    /// Number of passages, deleted ones included.
    pub(super) num_passages: usize,
    /// Sum of their lengths.
    pub(super) num_terms: u64,
}

impl Summary {
    /// Adds the parts of a block with this summary.
    pub(super) fn add_parts(
        self,
        ids: Vec<u8>,
        lengths: Vec<u8>,
        files: [Vec<u8>; PackedFile::ALL.len()],
        parts: &mut CompanionParts,
    ) {
        let ids_and_count = [self.first_id, self.end_id, self.num_passages].map(|n| n as u64);
        let words = [VERSION].into_iter().chain(ids_and_count).chain([self.num_terms]);
        parts.add(SUMMARY, words.flat_map(u64::to_le_bytes).collect());
        parts.add(IDS, ids);
        parts.add(LENGTHS, lengths);
        if self.num_passages > 0 {
            let files = PackedFile::ALL.into_iter().zip(files);
            files.for_each(|(file, content)| parts.add(file.part(), content));
        }
    }

    /// Reads the summary of `file`.
    ///
    /// # Errors
    /// [`Error::Version`], [`Error::Corrupt`].
    pub(super) fn read<B: AsRef<[u8]>>(file: &CompanionFile<B>) -> Result<Self, Error> {
        let part =
            file.part(SUMMARY)?.ok_or_else(|| file.corrupt("the part \"summary\" is missing"))?;
        let (words, rest) = part.as_chunks::<8>();
        let words: Vec<u64> = words.iter().map(|word| u64::from_le_bytes(*word)).collect();
        if let Some(&found) = words.first()
            && found != VERSION
        {
            return Err(Error::Version { path: file.path().into(), found, supported: VERSION });
        }
        let [_, first_id, end_id, num_passages, num_terms] = words[..] else {
            return Err(file.corrupt("length of the summary"));
        };
        let is_in_order = first_id <= end_id && num_passages <= end_id - first_id;
        if !rest.is_empty() || end_id > u64::from(u32::MAX) || !is_in_order {
            return Err(file.corrupt("numbers of the summary"));
        }
        let [first_id, end_id, num_passages] = [first_id, end_id, num_passages].map(|n| n as usize);
        Ok(Self { first_id, end_id, num_passages, num_terms })
    }
}
