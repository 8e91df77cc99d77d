//! The words of a block of documents, read in place from bytes.

use std::ops::{Deref, Range};
use std::path::Path;

use jacolbert_index::PassageId;
use tantivy::directory::OwnedBytes;

use super::packed_file::PackedFile;
use super::pinned_bytes::pinned;
use super::postings::Postings;
use super::summary::{IDS, LENGTHS, Summary};
use crate::Error;
use crate::store::CompanionFile;

/// Which kind of file beside a block of documents has its words.
pub(super) const KIND: &str = "words";

/// The words of a block: which of its passages have a term, and how often. It is a file beside the block, with
/// these parts:
///
/// | part | content, little endian |
/// |---|---|
/// | `settings` | the [description](crate::Analyser::description) of the analyser |
/// | `summary` | version 1, first passage id of the block, the one after the last, number of passages m, sum of their lengths in terms (`u64` each) |
/// | `ids` | ids of the passages, ascending (m `u32`) |
/// | `lengths` | lengths of the passages, in terms (m `u32`) |
/// | `term`, `idx`, `pos`, `fieldnorm`, `fast`, `store` | the files of a segment of tantivy 0.27, whose document n is the passage n of the block; absent without passages |
#[derive(Debug, Clone)]
pub(super) struct WordBlock<B> {
    file: CompanionFile<B>,
    summary: Summary,
}

/// The parts of a block that are read in a search.
pub(super) struct WordContent {
    ids: Numbers,
    lengths: Numbers,
    pub(super) postings: Option<Postings>,
}

/// Numbers of four bytes each, in place.
struct Numbers(OwnedBytes);

impl<B: AsRef<[u8]>> WordBlock<B> {
    /// Reads the summary of `file`.
    ///
    /// # Errors
    /// [`Error::Version`], [`Error::Corrupt`]; [`Error::OtherAnalyser`] if the analyser has another description than
    /// `analyser`.
    pub(super) fn new(file: CompanionFile<B>, analyser: &str) -> Result<Self, Error> {
        let found = String::from_utf8_lossy(file.settings()?);
        if found != analyser {
            let path = file.path().into();
            let found = found.into_owned();
            return Err(Error::OtherAnalyser { path, expected: analyser.into(), found });
        }
        let summary = Summary::read(&file)?;
        Ok(Self { file, summary })
    }

    pub(super) fn summary(&self) -> Summary {
        self.summary
    }

    /// Where it lies; for messages.
    pub(super) fn path(&self) -> &Path {
        self.file.path()
    }
}

impl<B: AsRef<[u8]> + Clone + Send + Sync + 'static> WordBlock<B> {
    /// The other parts, which are checked at the first use.
    pub(super) fn content(&self) -> Result<&WordContent, Error> {
        self.file.opened(|| WordContent::open(&self.file, self.summary))
    }
}

impl WordContent {
    fn open<B: AsRef<[u8]> + Clone + Send + Sync + 'static>(
        file: &CompanionFile<B>,
        summary: Summary,
    ) -> Result<Self, Error> {
        let range = |name: &str| {
            let range = file.part_range(name)?;
            range.ok_or_else(|| file.corrupt(format!("the part {name:?} is missing")))
        };
        let bytes = pinned(file.bytes().clone());
        let ids = Numbers(bytes.slice(range(IDS)?));
        let lengths = Numbers(bytes.slice(range(LENGTHS)?));
        let sizes = [ids.0.len(), lengths.0.len()];
        let in_block = summary.first_id as u32..summary.end_id as u32;
        let num_terms: u64 = lengths.iter().map(u64::from).sum();
        if sizes != [4 * summary.num_passages; 2]
            || num_terms != summary.num_terms
            || !ids.iter().is_sorted_by(|a, b| a < b)
            || !ids.iter().all(|id| in_block.contains(&id))
        {
            return Err(file.corrupt("ids and lengths of the passages"));
        }
        let mut files = [const { Range { start: 0, end: 0 } }; PackedFile::ALL.len()];
        if summary.num_passages > 0 {
            for (packed, place) in PackedFile::ALL.into_iter().zip(&mut files) {
                *place = range(&packed.part())?;
            }
        }
        let postings = Postings::open(file.path(), bytes, files, summary.num_passages)?;
        Ok(Self { ids, lengths, postings })
    }

    pub(super) fn num_passages(&self) -> usize {
        self.ids.0.len() / 4
    }

    /// The id of the passage at `place`.
    pub(super) fn id(&self, place: usize) -> PassageId {
        PassageId(self.ids.get(place))
    }

    /// The length of the passage at `place`, in terms.
    pub(super) fn length(&self, place: usize) -> u32 {
        self.lengths.get(place)
    }

    /// The place of the passage with the id `passage`.
    pub(super) fn place(&self, passage: PassageId) -> Option<usize> {
        let (ids, _) = self.ids.0.as_chunks::<4>();
        ids.binary_search_by_key(&passage.0, |bytes| u32::from_le_bytes(*bytes)).ok()
    }
}

impl Numbers {
    fn get(&self, at: usize) -> u32 {
        let (numbers, _) = self.0.deref().as_chunks::<4>();
        u32::from_le_bytes(numbers[at])
    }

    fn iter(&self) -> impl Iterator<Item = u32> {
        let (numbers, _) = self.0.deref().as_chunks::<4>();
        numbers.iter().map(|bytes| u32::from_le_bytes(*bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::super::analyser::Analyser;
    use super::super::bm25::Bm25Options;
    use super::super::summary::SUMMARY;
    use super::super::word_index::WordIndex;
    use super::*;
    use crate::store::{CompanionParts, file_without_block};

    /// The parts of the words of two passages, with the ids 3 and 5 of a block from 3 to 7.
    fn parts() -> Vec<(String, Vec<u8>)> {
        let mut writer = super::super::postings::PostingsWriter::new().expect("in memory");
        for terms in [["富士", "士山"], ["琵琶", "琶湖"]] {
            writer.push(terms.map(String::from).to_vec()).expect("in memory");
        }
        let files = writer.finish().expect("in memory");
        let mut parts = vec![
            (SUMMARY.into(), numbers(&[1, 3, 7, 2, 4])),
            (IDS.into(), [3u32, 5].map(u32::to_le_bytes).concat()),
            (LENGTHS.into(), [2u32, 2].map(u32::to_le_bytes).concat()),
        ];
        let files = PackedFile::ALL.into_iter().zip(files);
        parts.extend(files.map(|(file, content)| (file.part(), content)));
        parts
    }

    fn numbers(numbers: &[u64]) -> Vec<u8> {
        numbers.iter().copied().flat_map(u64::to_le_bytes).collect()
    }

    /// Opens a file of these parts, whose checksums are right, and searches it.
    fn search(parts: Vec<(String, Vec<u8>)>) -> Result<usize, Error> {
        let mut file = CompanionParts::default();
        parts.into_iter().for_each(|(name, content)| file.add(name, content));
        let settings = Analyser::Bigrams.description().into();
        let bytes = file_without_block(KIND, settings, file);
        let file = CompanionFile::new(Path::new("words"), bytes)?;
        let mut index = WordIndex::new(Analyser::Bigrams);
        index.push_block(WordBlock::new(file, "bigrams")?, 3)?;
        let scores = index.scores("富士山", &Bm25Options::default(), 2, &|_| true)?;
        Ok(scores.best(10, &|_| true)?.len())
    }

    /// Checks that a file is damaged in which the part `name` has the content `content`.
    fn check(name: &str, content: Vec<u8>) {
        let mut bad = parts();
        let part = bad.iter_mut().find(|(part, _)| part == name).expect("a part");
        part.1 = content;
        let searched = search(bad);
        assert!(matches!(searched, Err(Error::Corrupt { .. })), "{name}: {searched:?}");
    }

    #[test]
    fn the_parts_are_whole() -> Result<(), Error> {
        assert_eq!(search(parts())?, 1);
        Ok(())
    }

    #[test]
    fn every_number_of_the_summary_is_checked() {
        let summaries: [&[u64]; 9] = [
            &[1, 3, 7, 2, 5],
            &[1, 3, 7, 1, 4],
            &[1, 3, 7, 5, 4],
            &[1, 4, 7, 2, 4],
            &[1, 3, 5, 2, 4],
            &[1, 3, u64::MAX, 2, 4],
            &[1, 9, 7, 2, 4],
            &[1, 3, 7, 2],
            &[],
        ];
        summaries.iter().for_each(|summary| check(SUMMARY, numbers(summary)));
        check(SUMMARY, [numbers(&[1, 3, 7, 2, 4]), vec![0]].concat());
    }

    #[test]
    fn words_of_another_version_say_so() {
        let mut later = parts();
        later[0].1 = numbers(&[2, 3, 7, 2, 4]);
        let searched = search(later);
        let is_known = matches!(searched, Err(Error::Version { found: 2, supported: 1, .. }));
        assert!(is_known, "{searched:?}");
    }

    #[test]
    fn ids_and_lengths_are_checked() {
        for ids in [&[5u32, 3][..], &[3, 3], &[2, 5], &[3, 7], &[3], &[3, 5, 6]] {
            check(IDS, ids.iter().copied().flat_map(u32::to_le_bytes).collect());
        }
        for lengths in [&[2u32, 3][..], &[4], &[1, 1, 2]] {
            check(LENGTHS, lengths.iter().copied().flat_map(u32::to_le_bytes).collect());
        }
        check(IDS, vec![3, 0, 0, 0, 5, 0, 0]);
    }

    #[test]
    fn every_missing_part_is_named() {
        for missing in 0..parts().len() {
            let mut bad = parts();
            let (name, _) = bad.remove(missing);
            let searched = search(bad);
            let Err(Error::Corrupt { what, .. }) = searched else { panic!("{name}: {searched:?}") };
            assert!(what.contains(&name), "{name}: {what}");
        }
    }

    #[test]
    fn files_of_tantivy_that_are_cut_short_are_damage() {
        for file in PackedFile::ALL {
            check(&file.part(), Vec::new());
            check(&file.part(), vec![0; 3]);
        }
    }
}
