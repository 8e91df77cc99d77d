//! A file of named sections, written piece by piece.

use super::bytes::ALIGNMENT;
use super::section_file::{ENTRY_LEN, FIXED_LEN, Params, Section, header, header_checksum, padded};
use super::{FileEntry, FileKind, NewFile};
use crate::Error;

/// Writes the sections of a file one after the other, in memory that does not grow with them. The
/// bytes are those of [`SectionFileBuilder`](super::SectionFileBuilder).
#[cfg_attr(not(test), allow(dead_code, reason = "its caller is the streamed build"))]
#[derive(Debug)]
pub(crate) struct SectionWriter {
    file: NewFile,
    kind: FileKind,
    num_sections: usize,
    /// The last one goes on.
    sections: Vec<Section>,
    hasher: crc32fast::Hasher,
}

#[cfg_attr(not(test), allow(dead_code, reason = "its caller is the streamed build"))]
impl SectionWriter {
    /// Writes to `file`, which is empty, a file of `num_sections` sections.
    pub(crate) fn new(
        mut file: NewFile,
        kind: FileKind,
        num_sections: usize,
    ) -> Result<Self, Error> {
        file.append(&vec![0; FIXED_LEN + num_sections * ENTRY_LEN])?;
        let (sections, hasher) = (Vec::new(), crc32fast::Hasher::new());
        Ok(Self { file, kind, num_sections, sections, hasher })
    }

    /// Ends the section before and begins `name`, at most eight bytes long.
    ///
    /// # Panics
    /// If there are `num_sections` already.
    pub(crate) fn begin(&mut self, name: &'static str) -> Result<(), Error> {
        assert!(self.sections.len() < self.num_sections, "a section too many: {name}");
        self.end_section();
        let padding = self.file.len().next_multiple_of(ALIGNMENT as u64) - self.file.len();
        self.file.append(&[0; ALIGNMENT][..padding as usize])?;
        let start = self.file.len() as usize;
        self.sections.push(Section { name: padded(name), checksum: 0, range: start..start });
        Ok(())
    }

    /// Adds `values` to the section that was begun last.
    pub(crate) fn append<T: bytemuck::Pod>(&mut self, values: &[T]) -> Result<(), Error> {
        let bytes = bytemuck::cast_slice(values);
        self.hasher.update(bytes);
        self.file.append(bytes)
    }

    /// Writes the header and waits until all is on disk.
    ///
    /// # Panics
    /// If there are fewer than `num_sections`.
    pub(crate) fn finish(mut self, params: &Params) -> Result<FileEntry, Error> {
        assert_eq!(self.sections.len(), self.num_sections, "sections are missing");
        self.end_section();
        let header = header(self.kind, params, &self.sections, self.file.len());
        self.file.patch(0, &header)?;
        self.file.finish(header_checksum(&header))
    }

    fn end_section(&mut self) {
        if let Some(section) = self.sections.last_mut() {
            section.range.end = self.file.len() as usize;
            section.checksum = std::mem::take(&mut self.hasher).finalize();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{Directory, SectionFileBuilder};

    #[test]
    fn a_streamed_file_is_the_built_one() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let directory = Directory::create(folder.path())?;
        let words: Vec<u32> = (0..200_000).collect();
        let (params, kind) = ([3, 1, 4, 1, 5, 9, 2, 6], FileKind::Segment);
        let built = SectionFileBuilder::new(kind, params);
        let built = built.section("words", &words).section("none", &[0u8; 0]).section("b", &[7u8]);
        let built = built.build();

        let file = directory.create_file("1-segment.jacolbert".into())?;
        let mut streamed = SectionWriter::new(file, kind, 3)?;
        streamed.begin("words")?;
        words[..150_000].chunks(7).try_for_each(|chunk| streamed.append(chunk))?;
        streamed.append(&words[150_000..])?;
        streamed.begin("none")?;
        streamed.begin("b")?;
        streamed.append(&[7u8])?;
        let entry = streamed.finish(&params)?;

        assert_eq!(std::fs::read(folder.path().join(&entry.name))?, built.as_slice());
        assert_eq!(directory.open_sections(&entry, kind)?.params(), &params);
        Ok(())
    }
}
