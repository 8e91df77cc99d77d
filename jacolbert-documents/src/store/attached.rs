//! Documents that are attached to an index, and their part of a commit.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use jacolbert_index::{Attachment, Index, IndexWriter};

use super::attachment_names::{
    BLOCKS, block_name, check_features, companion_name, missing_feature, parse_companion_name,
};
use super::companion::{file_of, is_current};
use super::companion_file::CompanionFile;
use super::companion_header::BlockStamp;
use super::companions::Companions;
use super::document_block::DocumentBlock;
use super::document_changes::{DocumentChanges, open_changes};
use super::documents::{Documents, sizes};
use super::joining::{Join, join};
use super::metadata_changes::METADATA;
use crate::Error;

impl Documents<Attachment> {
    /// The documents that are attached to `index`, with the files beside them; `folder` is for messages.
    ///
    /// Nothing is read that grows with the collection.
    ///
    /// # Errors
    /// [`Error::Version`]; [`Error::Corrupt`] if a block or a file beside one is damaged or missing.
    pub fn from_index(folder: &Path, index: &Index) -> Result<Self, Error> {
        let attached = index.attachments().filter(|(name, _)| name.starts_with(BLOCKS));
        let blocks = attached.map(|(_, block)| DocumentBlock::new(block.path(), block.clone()));
        let mut blocks = blocks.collect::<Result<Vec<_>, Error>>()?;
        blocks.sort_by_key(DocumentBlock::first_id);
        add_companions(&mut blocks, index)?;
        let mut documents = Self::new();
        blocks.into_iter().try_for_each(|block| documents.push_block(block))?;
        if documents.num_ids() != index.num_ids() {
            return Err(Error::corrupt(folder, "documents and vectors do not agree"));
        }
        Ok(documents)
    }

    /// Makes `changes` a part of the commit of `writer`: joins blocks, and derives companions for each block that
    /// is written. Joined blocks have nothing of documents that are deleted in the commit.
    ///
    /// With [`Join::All`], blocks that stay get the companions that they lack.
    ///
    /// # Errors
    /// [`Error::MissingFeature`]; [`Error::Corrupt`]; [`Error::Index`] if the checksum of a joined block is
    /// wrong, or if a file cannot be written.
    pub fn write(
        &self,
        writer: &mut IndexWriter,
        changes: &DocumentChanges<'_>,
    ) -> Result<(), Error> {
        check_features(&self.folder(), writer.index())?;
        let changed = self.blocks().iter();
        let changed = changed.map(|block| block.changed_metadata(changes.metadata, stamp_of));
        let changed = changed.collect::<Result<Vec<_>, Error>>()?;
        let mut sources: Vec<_> = self.blocks().iter().map(DocumentBlock::as_slice).collect();
        for (source, file) in sources.iter_mut().zip(&changed) {
            if let Some(file) = file {
                source.set_companion(open_changes(file.as_slice())?);
            }
        }
        if let Some(added) = changes.added {
            sources.push(DocumentBlock::new(Path::new("added documents"), added)?);
        }
        let names = names(writer.index());
        let mut commit =
            Commit { writer, names, joins: changes.joins, companions: &changes.companions };
        for group in changes.joins.groups(&sizes(&sources)) {
            let num_stored = self.blocks().len();
            let stored = group.start.min(num_stored)..group.end.min(num_stored);
            commit.write_group(&sources[group], &self.blocks()[stored])?;
        }
        Ok(())
    }

    /// The folder of the index, for messages.
    fn folder(&self) -> PathBuf {
        let folder = self.blocks().first().and_then(|block| block.path().parent());
        folder.unwrap_or(Path::new("the index")).into()
    }
}

/// The documents' part of a commit.
struct Commit<'c> {
    writer: &'c mut IndexWriter,
    /// The names of attachments, by their files.
    names: HashMap<PathBuf, String>,
    joins: Join,
    companions: &'c Companions,
}

impl Commit<'_> {
    /// Writes the blocks `group` as one, of which those in `stored` are attached already, and the others are
    /// added. A stored block alone stays, unless a compaction has something to erase or to put in, or too many
    /// metadata were changed.
    fn write_group(
        &mut self,
        group: &[DocumentBlock<&[u8]>],
        stored: &[DocumentBlock<Attachment>],
    ) -> Result<(), Error> {
        let alone = stored.first().filter(|_| group.len() == 1);
        if let Some(block) = alone
            && self.joins == Join::Small
            && !group[0].is_much_changed()?
        {
            return self.write_changes(block, &group[0]);
        }
        let joined = join(group, &|passage| self.writer.contains(passage))?;
        let is_as_written = joined.num_erased == 0 && group[0].metadata_changes()?.is_none();
        if let Some(block) = alone.filter(|_| is_as_written) {
            return self.complete(block);
        }
        for block in stored {
            // The new block gets a new checksum, which would hide damage of the old one.
            block.bytes().verify()?;
            self.detach(block);
        }
        for file in self.companions.files_of(&joined.block)? {
            self.writer.attach_written(&file.name, &file.content)?;
        }
        Ok(self.writer.attach_written(&block_name(group[0].first_id()), &joined.block)?)
    }

    /// Writes the changed metadata of `block`, if they are not those that it had before.
    fn write_changes(
        &mut self,
        before: &DocumentBlock<Attachment>,
        block: &DocumentBlock<&[u8]>,
    ) -> Result<(), Error> {
        let Some(file) = block.companion(METADATA) else { return Ok(()) };
        if before.metadata_changes()? != block.metadata_changes()? {
            let name = companion_name(METADATA, block.first_id());
            self.writer.attach_written(&name, file.bytes())?;
        }
        Ok(())
    }

    /// Removes a block and the files beside it from the index.
    fn detach(&mut self, block: &DocumentBlock<Attachment>) {
        let name = self.names.get(block.path());
        name.into_iter().for_each(|name| self.writer.detach(name));
        for file in &block.companions {
            self.writer.detach(&companion_name(file.kind(), block.first_id()));
        }
    }

    /// Makes the files beside a block that stays what they must be.
    fn complete(&mut self, block: &DocumentBlock<Attachment>) -> Result<(), Error> {
        for file in &block.companions {
            let is_derived = file.kind() != METADATA;
            if is_derived && self.companions.kinds.iter().all(|kind| kind.kind() != file.kind()) {
                self.writer.detach(&companion_name(file.kind(), block.first_id()));
            }
        }
        for companion in &self.companions.kinds {
            if let Some(file) = block.companion(companion.kind())
                && is_current(companion.as_ref(), file)?
            {
                continue;
            }
            block.bytes().verify()?;
            let stamp = stamp_of(block.bytes());
            let content = file_of(companion.as_ref(), &block.as_slice(), stamp)?;
            let name = companion_name(companion.kind(), block.first_id());
            self.writer.attach_written(&name, &content)?;
        }
        Ok(())
    }
}

/// Opens the files beside `blocks`, which are in order, and checks that each belongs to its block. Those that need
/// a feature which this program does not have are left out.
fn add_companions(blocks: &mut [DocumentBlock<Attachment>], index: &Index) -> Result<(), Error> {
    for (name, file) in index.attachments() {
        let Some((kind, first_id)) = parse_companion_name(name) else { continue };
        if missing_feature(kind).is_some() {
            continue;
        }
        let corrupt = |what: &str| Error::corrupt(file.path(), what);
        let at = blocks.binary_search_by_key(&first_id, DocumentBlock::first_id);
        let at = at.map_err(|_| corrupt("it belongs to no block of documents"))?;
        let companion = CompanionFile::new(file.path(), file.clone())?;
        if companion.kind() != kind {
            return Err(corrupt("kind of the file"));
        }
        companion.check_block(stamp_of(blocks[at].bytes()))?;
        blocks[at].companions.push(companion);
    }
    Ok(())
}

/// The stamp of an attached block, from the checksum that the index has of it.
fn stamp_of(block: &Attachment) -> BlockStamp {
    BlockStamp { length: block.as_ref().len() as u64, checksum: block.checksum() }
}

/// The names of attachments, by their files.
fn names(index: &Index) -> HashMap<PathBuf, String> {
    let named = index.attachments().map(|(name, block)| (block.path().into(), name.to_owned()));
    named.collect()
}
