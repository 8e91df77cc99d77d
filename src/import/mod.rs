//! Importing a RAGatouille index as a collection, without encoding anything again.

mod vector_check;

use std::path::{Path, PathBuf};

use jacolbert_core::Pooling;
use jacolbert_documents::{Companions, block_name, ragatouille_block, ragatouille_documents};
use jacolbert_index::{BuildOptions, PlaidFolder};

use crate::Error;
use crate::collection::Collection;
use crate::retriever::Retriever;
use crate::settings::{SETTINGS, Settings, StoredSplitting};

impl Retriever {
    /// Makes a collection in the folder `to`, which must not hold one yet, from the RAGatouille index in
    /// the folder `from`, and opens it.
    ///
    /// Nothing is encoded again: vectors keep their codes, passages their ids and texts, documents their
    /// ids and metadata. The index in `from` stays as it is. [`RagatouilleImporter::run`] imports.
    ///
    /// The loaded model must be the one that made the index, which does not name it. To check that, sixteen
    /// passages from all over the index are encoded. If their vectors differ too much from those of the
    /// index, either the model is another one, or texts and vectors are out of step, as after several
    /// deletions by RAGatouille. The check cannot detect a model that was trained only a little further,
    /// nor a single misplaced text.
    ///
    /// ```no_run
    /// use jacolbert::Retriever;
    ///
    /// let retriever = Retriever::from_dir("my-checkpoint")?;
    /// let from = ".ragatouille/colbert/indexes/mine";
    /// let collection = retriever.import_ragatouille(from, "my-index").run()?;
    /// for hit in &collection.search("一番高い山は？", 10)? {
    ///     println!("{} {}", hit.document_id, hit.content);
    /// }
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    pub fn import_ragatouille(
        &self,
        from: impl AsRef<Path>,
        to: impl AsRef<Path>,
    ) -> RagatouilleImporter<'_> {
        RagatouilleImporter {
            retriever: self,
            from: from.as_ref().into(),
            to: to.as_ref().into(),
            build: BuildOptions::default(),
        }
    }
}

/// An import to be set up; made by [`Retriever::import_ragatouille`], run by [`run`](Self::run).
#[derive(Debug)]
#[must_use = "nothing is imported before `run`"]
pub struct RagatouilleImporter<'r> {
    retriever: &'r Retriever,
    from: PathBuf,
    to: PathBuf,
    build: BuildOptions,
}

impl RagatouilleImporter<'_> {
    /// How the collection grows later. Its bits are ignored, since the index has its own.
    pub fn build(mut self, build: BuildOptions) -> Self {
        self.build = build;
        self
    }

    /// Imports the index and opens the collection.
    ///
    /// # Errors
    /// [`Error::Index`] if the vectors cannot be read, have another dimension than the model's, or `to`
    /// cannot be written; [`Error::Documents`] if the texts cannot be read; [`Error::NoDocuments`];
    /// [`Error::OtherVectors`]. Then `to` holds no index.
    pub fn run(self) -> Result<Collection, Error> {
        let Self { retriever, from, to, build } = self;
        let vectors = PlaidFolder::open(&from)?;
        let found = retriever.encoder().dim();
        let expected = vectors.codec().dim();
        if expected != found {
            return Err(jacolbert_index::Error::Dim { expected, found }.into());
        }
        let documents = ragatouille_documents(&from, &vectors.passage_lengths()?)?;
        if documents.is_empty() {
            return Err(Error::NoDocuments);
        }
        vector_check::check(retriever.encoder(), &vectors, &documents)?;
        let block = ragatouille_block(&documents, vectors.num_passages());
        let mut settings =
            Settings::new(retriever.encoder(), StoredSplitting::default(), Pooling::default())?;
        settings.num_documents = documents.len();
        let settings = settings.to_bytes();
        let companions = Companions::default().files_of(&block)?;
        let block_name = block_name(0);
        let mut attachments = vec![(&*block_name, &*block), (SETTINGS, &*settings)];
        attachments.extend(companions.iter().map(|file| (&*file.name, &*file.content)));
        vectors.import(&to, &build, &attachments)?;
        retriever.open(to)
    }
}
