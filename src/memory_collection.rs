//! Collections in memory, and what only they can do.

use std::path::Path;

#[cfg(feature = "words")]
use jacolbert_documents::Analyser;
use jacolbert_documents::Splitting;

use crate::Error;
use crate::collection::Collection;
use crate::retriever::Retriever;
use crate::settings::StoredSplitting;
use crate::storage::{InMemory, MemorySnapshot};

/// A collection in memory. Every search scores every passage exactly, which is fast up to about ten
/// thousand passages.
///
/// It answers the same calls as a [`Collection`] on disk.
///
/// ```no_run
/// use jacolbert::{Document, Retriever};
///
/// let retriever = Retriever::from_dir("assets/mini")?;
/// let memory = retriever.in_memory();
/// memory.add([Document::new("fuji", "富士山は日本で最も高い山である。")])?;
/// println!("{}", memory.search("一番高い山は？", 1)?[0].content);
/// memory.save("my-memory.safetensors")?;
/// let again = retriever.load_in_memory("my-memory.safetensors")?;
/// assert_eq!(again.num_documents(), 1);
/// # Ok::<(), jacolbert::Error>(())
/// ```
pub type MemoryCollection = Collection<InMemory>;

impl Retriever {
    /// An empty collection in memory.
    ///
    /// ```no_run
    /// use jacolbert::{Document, Retriever};
    ///
    /// let memory = Retriever::from_dir("assets/mini")?.in_memory();
    /// memory.add([Document::new("fuji", "富士山は日本で最も高い山である。")])?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn in_memory(&self) -> MemoryCollection {
        Collection::from_snapshot(self.shared_encoder(), InMemory, MemorySnapshot::default())
    }

    /// Reads a collection that [`MemoryCollection::save`](Collection::save) wrote.
    ///
    /// ```no_run
    /// use jacolbert::Retriever;
    ///
    /// let retriever = Retriever::from_dir("assets/mini")?;
    /// let memory = retriever.load_in_memory("my-memory.safetensors")?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Corrupt`], [`Error::Documents`], [`Error::OtherModel`], and
    /// [`Error::Index`] if the rows have another dimension.
    pub fn load_in_memory(&self, path: impl AsRef<Path>) -> Result<MemoryCollection, Error> {
        let snapshot = MemorySnapshot::load(self.encoder(), path.as_ref())?;
        Ok(Collection::from_snapshot(self.shared_encoder(), InMemory, snapshot))
    }
}

impl Collection<InMemory> {
    /// Writes documents and embeddings to one safetensors file, exactly, with a checksum of them; see
    /// [`Retriever::load_in_memory`].
    ///
    /// ```no_run
    /// use jacolbert::{Document, Retriever};
    ///
    /// let memory = Retriever::from_dir("assets/mini")?.in_memory();
    /// memory.add([Document::new("fuji", "富士山は高い。")])?;
    /// memory.save("my-memory.safetensors")?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Io`]; a file that was there before stays as it was, unless only the last step failed, which
    /// waits until the new file's name is on disk. [`Error::Model`] if the model's fingerprint cannot be
    /// computed.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        self.snapshot().save(self.encoder(), path.as_ref())
    }

    /// The same collection, with another way of splitting documents that are added; by default passages of up
    /// to 250 tokens that share up to 50. [`save`](Self::save) stores it.
    ///
    /// ```no_run
    /// use jacolbert::{Document, Retriever, Splitting};
    ///
    /// let retriever = Retriever::from_dir("assets/mini")?;
    /// let memory = retriever.in_memory().with_splitting(Splitting::Whole);
    /// memory.add([Document::new("fuji", "富士山は日本で最も高い山である。")])?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn with_splitting(self, splitting: Splitting) -> Self {
        let splitting = StoredSplitting::Rule(splitting);
        self.install(self.snapshot().with_splitting(splitting));
        self
    }

    /// The same collection with words, which [hybrid searches](crate::SearchBuilder::hybrid) read and every change
    /// follows. [`save`](Self::save) stores the analyser; the words are made again when the file is loaded.
    ///
    /// ```no_run
    /// use jacolbert::{Analyser, Document, Retriever};
    ///
    /// let retriever = Retriever::from_dir("assets/mini")?;
    /// let memory = retriever.in_memory().with_words(Analyser::default())?;
    /// memory.add([Document::new("fuji", "富士山は日本で最も高い山である。")])?;
    /// let hits = memory.query("山").words_only().search()?;
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Documents`] if the dictionary of the analyser fails, [`Error::Io`] if the name of its folder is not
    /// UTF-8.
    #[cfg(feature = "words")]
    pub fn with_words(self, analyser: Analyser) -> Result<Self, Error> {
        self.install(self.snapshot().with_words(&analyser)?);
        Ok(self)
    }

    /// Removes all documents.
    ///
    /// ```no_run
    /// use jacolbert::Retriever;
    ///
    /// let memory = Retriever::from_dir("assets/mini")?.load_in_memory("my-memory.safetensors")?;
    /// memory.clear()?;
    /// assert_eq!(memory.num_documents(), 0);
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Busy`].
    pub fn clear(&self) -> Result<(), Error> {
        let _turn = self.take_turn()?;
        self.install(self.snapshot().cleared()?);
        Ok(())
    }
}
