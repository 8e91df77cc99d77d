//! A RAGatouille index as a collection: its vectors and its documents, neither made anew.

mod vector_check;

use std::path::Path;

use jacolbert_core::Pooling;
use jacolbert_index::{BuildOptions, PlaidFolder};

use crate::settings::{SETTINGS, Settings};
use crate::{Collection, Error, Retriever};
use jacolbert_documents::{block_name, ragatouille_block, ragatouille_documents};

impl Retriever {
    /// Makes a collection in the folder `to`, which must not hold one yet, of the RAGatouille index in
    /// the folder `from`, and opens it. Nothing is encoded anew: vectors keep the codes that they have,
    /// passages their numbers and texts, documents their ids and metadata.
    ///
    /// The loaded model must be the one that made the index, which does not say so itself; from then on
    /// the collection opens with no other. Sixteen passages, spread over the index, are encoded to see
    /// that it can be: where their vectors are not like those of the index, the model is another one, or
    /// the texts are not those of the vectors, as after several deletions by RAGatouille. That finds
    /// no model that was trained only a little further, and no text that is out of place alone.
    ///
    /// `build` says how the collection grows; its bits are those of the index, which stays as it is.
    ///
    /// ```no_run
    /// use std::path::Path;
    ///
    /// use jacolbert::{Device, Retriever, SearchOptions};
    ///
    /// let retriever = Retriever::from_dir(Path::new("my-checkpoint"), &Device::cpu())?;
    /// let from = Path::new(".ragatouille/colbert/indexes/mine");
    /// let collection =
    ///     retriever.import_ragatouille(from, Path::new("my-index"), &Default::default())?;
    /// println!("{:?}", collection.search("一番高い山は？", &SearchOptions::default())?);
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Index`] where the vectors cannot be read, are of another dimension than the model's,
    /// or `to` cannot be written; those of [`ragatouille_documents`](jacolbert_documents::ragatouille_documents); [`Error::NoDocuments`]; and
    /// [`Error::OtherVectors`]. Then `to` is as it was before.
    pub fn import_ragatouille(
        &self,
        from: &Path,
        to: &Path,
        build: &BuildOptions,
    ) -> Result<Collection, Error> {
        let vectors = PlaidFolder::open(from)?;
        let (expected, found) = (vectors.codec().dim(), self.encoder().dim());
        if expected != found {
            return Err(jacolbert_index::Error::Dim { expected, found }.into());
        }
        let documents = ragatouille_documents(from, &vectors.passage_lengths()?)?;
        if documents.is_empty() {
            return Err(Error::NoDocuments);
        }
        vector_check::check(self.encoder(), &vectors, &documents)?;
        let part = ragatouille_block(&documents, vectors.num_passages());
        let settings = Settings::new(self.encoder(), documents.len(), Pooling::default())?;
        let (name, settings) = (block_name(0), settings.to_bytes());
        vectors.import(to, build, &[(&name, &part), (SETTINGS, &settings)])?;
        self.open(to)
    }
}
