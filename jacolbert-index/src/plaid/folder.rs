//! The folder of a foreign index.

use std::path::{Path, PathBuf};

use super::chunk::{Chunk, agree, lengths};
use super::codec::PlaidCodec;
use super::metadata::{ChunkCounts, Layout, Settings, read};
use super::passage::PlaidPassage;
use crate::Error;

/// An index that colbert-ai, RAGatouille or PyLate (through fast-plaid) wrote, open for reading.
///
/// ```no_run
/// use std::path::Path;
///
/// use jacolbert_index::PlaidFolder;
///
/// let folder = PlaidFolder::open(Path::new(".ragatouille/colbert/indexes/mine"))?;
/// for passage in folder.passages() {
///     println!("{} tokens", folder.codec().decode(&passage?)?.num_tokens());
/// }
/// # Ok::<(), jacolbert_index::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct PlaidFolder {
    path: PathBuf,
    layout: Layout,
    codec: PlaidCodec,
    chunks: Vec<ChunkCounts>,
}

impl PlaidFolder {
    /// Opens the index: reads its metadata, centroids and bucket weights.
    ///
    /// # Errors
    /// [`Error::Io`] if a file is missing, and [`Error::Plaid`] if one is damaged or unexpected.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let settings = Settings::open(path)?;
        let codec = PlaidCodec::open(path, &settings)?;
        let mut chunks = Vec::new();
        let mut num_passages: usize = 0;
        for number in 0..settings.num_chunks {
            let file = path.join(format!("{number}.metadata.json"));
            let counts: ChunkCounts = read(&file)?;
            let offset = counts.passage_offset.unwrap_or(num_passages);
            agree(&file, "passages before the chunk", num_passages, offset)?;
            let sum = num_passages.checked_add(counts.num_passages);
            num_passages =
                sum.filter(|&n| u32::try_from(n).is_ok()).ok_or(Error::TooManyPassages)?;
            chunks.push(counts);
        }
        Ok(Self { path: path.into(), layout: settings.layout, codec, chunks })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Centroids and bucket weights.
    pub fn codec(&self) -> &PlaidCodec {
        &self.codec
    }

    /// Number of passages, including deleted ones.
    pub fn num_passages(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.num_passages).sum()
    }

    /// Number of tokens.
    pub fn num_tokens(&self) -> usize {
        self.chunks.iter().fold(0, |sum, chunk| sum.saturating_add(chunk.num_embeddings))
    }

    /// Number of tokens of each passage, 0 if it was deleted; does not read the passages.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::Plaid`].
    pub fn passage_lengths(&self) -> Result<Vec<usize>, Error> {
        let mut all = Vec::new();
        for (number, &counts) in self.chunks.iter().enumerate() {
            all.extend(lengths(&self.path, number, counts)?);
        }
        Ok(all)
    }

    /// The passages in order. One chunk is in memory at a time; colbert-ai and fast-plaid write chunks of
    /// 25,000 passages.
    ///
    /// If a chunk cannot be read, the next item is [`Error::Io`] or [`Error::Plaid`], and the last one.
    pub fn passages(&self) -> PlaidPassages<'_> {
        PlaidPassages { folder: self, next_chunk: 0, first_token: 0, chunk: None }
    }
}

/// Iterator over the passages of a [`PlaidFolder`].
#[derive(Debug)]
pub struct PlaidPassages<'f> {
    folder: &'f PlaidFolder,
    next_chunk: usize,
    /// Tokens of the chunks before the next.
    first_token: usize,
    chunk: Option<Chunk>,
}

impl Iterator for PlaidPassages<'_> {
    type Item = Result<PlaidPassage, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(passage) = self.chunk.as_mut().and_then(|c| c.next(&self.folder.codec)) {
                return Some(Ok(passage));
            }
            let number = self.next_chunk;
            let counts = *self.folder.chunks.get(self.next_chunk)?;
            let first_token = self.first_token;
            self.next_chunk += 1;
            self.first_token = first_token.saturating_add(counts.num_embeddings);
            // The chunk before goes first, so that there is one at a time.
            self.chunk = None;
            let PlaidFolder { path, layout, codec, .. } = self.folder;
            match Chunk::open(path, number, counts, first_token, *layout, codec) {
                Ok(chunk) => self.chunk = Some(chunk),
                Err(error) => {
                    self.next_chunk = self.folder.chunks.len();
                    return Some(Err(error));
                }
            }
        }
    }
}
