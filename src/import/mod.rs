//! A RAGatouille index as a collection: its vectors and its documents, neither made anew.

mod vector_check;

use std::path::Path;

use jacolbert_core::Pooling;
use jacolbert_index::{BuildOptions, PlaidFolder};

use crate::documents::{PartBuilder, part_name};
use crate::settings::{SETTINGS, Settings};
use crate::{
    Collection, Error, RagatouilleDocument, RagatouillePassage, Retriever, ragatouille_documents,
};

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
    /// let retriever = Retriever::from_dir(Path::new("my-checkpoint"), &Device::flex())?;
    /// let from = Path::new(".ragatouille/colbert/indexes/mine");
    /// let collection =
    ///     retriever.import_ragatouille(from, Path::new("my-index"), &Default::default())?;
    /// println!("{:?}", collection.search("一番高い山は？", &SearchOptions::default())?);
    /// # Ok::<(), jacolbert::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Index`] where the vectors cannot be read, are of another dimension than the model's,
    /// or `to` cannot be written; those of [`ragatouille_documents`]; [`Error::NoDocuments`]; and
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
        let part = part_of(&documents, vectors.num_passages());
        let settings = Settings::new(self.encoder(), documents.len(), Pooling::default())?;
        let (name, settings) = (part_name(0), settings.to_bytes());
        vectors.import(to, build, &[(&name, &part), (SETTINGS, &settings)])?;
        self.open(to)
    }
}

/// The documents, laid out for `num_ids` passages; those that are in none are deleted.
///
/// Passages of a document with others between them make it one of several places.
fn part_of(documents: &[RagatouilleDocument], num_ids: usize) -> Vec<u8> {
    let mut passages: Vec<(&RagatouillePassage, &RagatouilleDocument)> = Vec::new();
    for document in documents {
        passages.extend(document.passages.iter().map(|passage| (passage, document)));
    }
    passages.sort_unstable_by_key(|(passage, _)| passage.position);
    let mut builder = PartBuilder::new(0);
    let mut next = 0;
    for run in passages
        .chunk_by(|(a, of), (b, after)| a.position + 1 == b.position && std::ptr::eq(*of, *after))
    {
        let (first, document) = run[0];
        builder.add_deleted(first.position - next);
        let texts = run.iter().map(|(passage, _)| passage.text.as_str());
        builder.add(&document.id, &document.metadata.to_string(), texts);
        next = first.position + run.len();
    }
    builder.add_deleted(num_ids - next);
    builder.build()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::documents::Documents;

    fn document(id: &str, positions: &[usize]) -> RagatouilleDocument {
        let passage = |&position| RagatouillePassage { position, text: format!("{id}{position}") };
        let passages = positions.iter().map(passage).collect();
        RagatouilleDocument { id: id.into(), metadata: json!({ "of": id }), passages }
    }

    #[test]
    fn every_passage_has_its_place_and_deleted_ones_an_empty_one() -> Result<(), Error> {
        let documents = [document("a", &[1, 2, 6]), document("b", &[3]), document("c", &[7, 9])];
        let mut parts = Documents::new();
        parts.push(Path::new("part"), part_of(&documents, 11))?;
        assert_eq!(parts.num_passages(), 11);
        for id in (0..11).map(jacolbert_index::PassageId) {
            let found = parts.passage(id)?;
            let expected = match id.index() {
                1 | 2 | 6 => "a",
                3 => "b",
                7 | 9 => "c",
                _ => "",
            };
            assert_eq!(found.document_id, expected, "passage {}", id.0);
            if !expected.is_empty() {
                assert_eq!(found.text, format!("{expected}{}", id.0));
                assert_eq!(parts.metadata(id)?, json!({ "of": expected }));
            }
        }
        let passages = parts.passages_of("a")?;
        assert_eq!(passages.iter().map(|id| id.0).collect::<Vec<_>>(), [1, 2, 6]);
        Ok(())
    }
}
