//! Documents as RAGatouille keeps them beside an index of colbert-ai.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use jacolbert_core::WrongFile;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{DocumentBlockBuilder, Error};

/// A document of a RAGatouille index, put together from its passages.
#[derive(Debug, Clone, PartialEq)]
pub struct RagatouilleDocument {
    /// Its id.
    pub id: String,
    /// Its metadata; null if there is none.
    pub metadata: Value,
    /// Its passages, in order; at least one.
    pub passages: Vec<RagatouillePassage>,
}

/// A passage of a [`RagatouilleDocument`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RagatouillePassage {
    /// Its place among the passages of the index, deleted ones included, from 0.
    pub position: usize,
    /// Its text.
    pub text: String,
}

/// The documents of the RAGatouille index in `folder`, in the order of their first passages.
///
/// `num_tokens` holds the number of tokens of every passage of its vectors, 0 for a deleted one.
/// RAGatouille keeps a text and an id for every passage that is left, and this function joins them in
/// that order: the numbers in `pid_docid_map.json` no longer match the passages once something was
/// deleted and something else added. Metadata of ids without a passage is left out. After a second
/// deletion, RAGatouille's own texts may belong to other passages; this function cannot detect that.
///
/// # Errors
/// [`Error::Io`]; [`Error::WrongFile`] and [`Error::Corrupt`] where a file is not what RAGatouille writes;
/// [`Error::PassageCount`] where the numbers of texts, ids and passages differ.
pub fn ragatouille_documents(
    folder: &Path,
    num_tokens: &[usize],
) -> Result<Vec<RagatouilleDocument>, Error> {
    let positions = num_tokens.iter().enumerate().filter(|(_, tokens)| **tokens > 0);
    let positions: Vec<usize> = positions.map(|(position, _)| position).collect();
    let texts: Vec<String> = read(folder, "collection.json")?;
    check_count(folder, "collection.json", positions.len(), texts.len())?;
    let ids = document_ids(folder)?;
    check_count(folder, PASSAGE_IDS, positions.len(), ids.len())?;
    let passages = positions.into_iter().zip(texts);
    let passages = passages.map(|(position, text)| RagatouillePassage { position, text });
    Ok(grouped(ids.into_iter().zip(passages), metadata(folder)?))
}

/// The block of `documents`, for an index of `num_ids` passages. Passages of no document are stored as
/// deleted ones.
///
/// A document is stored once for each run of neighbouring passages.
///
/// ```
/// use std::path::Path;
///
/// use jacolbert_documents::{
///     Documents, RagatouilleDocument, RagatouillePassage, ragatouille_block,
/// };
/// use jacolbert_index::PassageId;
///
/// let passage = RagatouillePassage { position: 1, text: "富士山".into() };
/// let metadata = serde_json::Value::Null;
/// let document = RagatouilleDocument { id: "fuji".into(), metadata, passages: vec![passage] };
/// let mut stored = Documents::new();
/// stored.push(Path::new("block"), ragatouille_block(&[document], 3))?;
/// assert_eq!(stored.passage(PassageId(1))?.text, "富士山");
/// # Ok::<(), jacolbert_documents::Error>(())
/// ```
///
/// # Panics
/// If a passage lies at or behind `num_ids`, or two passages have the same position.
pub fn ragatouille_block(documents: &[RagatouilleDocument], num_ids: usize) -> Vec<u8> {
    let mut passages: Vec<(&RagatouillePassage, &RagatouilleDocument)> = Vec::new();
    for document in documents {
        passages.extend(document.passages.iter().map(|passage| (passage, document)));
    }
    passages.sort_unstable_by_key(|(passage, _)| passage.position);
    let mut builder = DocumentBlockBuilder::new(0);
    let mut next = 0;
    for run in passages
        .chunk_by(|(a, of), (b, after)| a.position + 1 == b.position && std::ptr::eq(*of, *after))
    {
        let (first, document) = run[0];
        let gap = first.position.checked_sub(next);
        builder.skip(gap.expect("no two passages have the same position"));
        let texts = run.iter().map(|(passage, _)| passage.text.as_str());
        builder.add(&document.id, &document.metadata.to_string(), texts);
        next = first.position + run.len();
    }
    let rest = num_ids.checked_sub(next);
    builder.skip(rest.expect("every passage lies before num_ids"));
    builder.build()
}

/// From number of a passage to id of its document.
const PASSAGE_IDS: &str = "pid_docid_map.json";
/// From id of a document to its metadata; only there if some document has any.
const METADATA: &str = "docid_metadata_map.json";

fn grouped(
    passages: impl Iterator<Item = (String, RagatouillePassage)>,
    mut metadata: HashMap<String, Value>,
) -> Vec<RagatouilleDocument> {
    let mut documents: Vec<RagatouilleDocument> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (id, passage) in passages {
        let place = *places.entry(id).or_insert_with_key(|id| {
            let metadata = metadata.remove(id).unwrap_or_default();
            documents.push(RagatouilleDocument { id: id.clone(), metadata, passages: Vec::new() });
            documents.len() - 1
        });
        documents[place].passages.push(passage);
    }
    documents
}

/// The id of each passage's document, in the order of the passages' numbers.
fn document_ids(folder: &Path) -> Result<Vec<String>, Error> {
    let ids: HashMap<String, Value> = read(folder, PASSAGE_IDS)?;
    let corrupt = |what: String| Error::corrupt(&folder.join(PASSAGE_IDS), what);
    let mut in_order = BTreeMap::new();
    for (number, id) in ids {
        let position: u64 =
            number.parse().map_err(|_| corrupt(format!("passage number {number:?}")))?;
        let id = match id {
            Value::String(id) if !id.is_empty() => id,
            Value::Number(id) if id.is_i64() || id.is_u64() => id.to_string(),
            other => return Err(corrupt(format!("document id {other} of passage {number}"))),
        };
        if in_order.insert(position, id).is_some() {
            return Err(corrupt(format!("passage number {position} twice")));
        }
    }
    Ok(in_order.into_values().collect())
}

fn metadata(folder: &Path) -> Result<HashMap<String, Value>, Error> {
    match read(folder, METADATA) {
        Err(Error::Io { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(HashMap::new()),
        metadata => metadata,
    }
}

fn read<T: DeserializeOwned>(folder: &Path, file: &str) -> Result<T, Error> {
    let path = folder.join(file);
    let bytes = fs::read(&path).map_err(|source| Error::io(&path, source))?;
    let json = WrongFile::text(&bytes);
    let json = json.map_err(|what| Error::WrongFile { path: path.clone(), what })?;
    serde_json::from_str(json).map_err(|cause| Error::corrupt(&path, cause.to_string()))
}

fn check_count(folder: &Path, file: &str, passages: usize, found: usize) -> Result<(), Error> {
    if passages == found {
        return Ok(());
    }
    Err(Error::PassageCount { path: folder.join(file), passages, found })
}

#[cfg(test)]
mod tests {
    use jacolbert_index::PassageId;
    use serde_json::json;

    use super::*;
    use crate::Documents;

    type Tested = Result<(), Box<dyn std::error::Error>>;

    /// A folder of three passages of two documents; the second of four was deleted.
    fn folder() -> Result<tempfile::TempDir, std::io::Error> {
        let folder = tempfile::tempdir()?;
        let write = |file: &str, json: Value| fs::write(folder.path().join(file), json.to_string());
        write("collection.json", json!(["富士山。", "琵琶湖は湖。", "近江にある。"]))?;
        write(PASSAGE_IDS, json!({ "0": "fuji", "2": "biwa", "3": "biwa" }))?;
        write(METADATA, json!({ "biwa": { "page": 2 } }))?;
        Ok(folder)
    }

    const NUM_TOKENS: [usize; 4] = [5, 0, 7, 6];

    #[test]
    fn passages_are_grouped_by_document_in_order() -> Tested {
        let folder = folder()?;
        let passage =
            |position, text: &str| RagatouillePassage { position, text: text.to_string() };
        let expected = [
            RagatouilleDocument {
                id: "fuji".into(),
                metadata: Value::Null,
                passages: vec![passage(0, "富士山。")],
            },
            RagatouilleDocument {
                id: "biwa".into(),
                metadata: json!({ "page": 2 }),
                passages: vec![passage(2, "琵琶湖は湖。"), passage(3, "近江にある。")],
            },
        ];
        assert_eq!(ragatouille_documents(folder.path(), &NUM_TOKENS)?, expected);
        Ok(())
    }

    #[test]
    fn passage_numbers_count_as_numbers_and_not_as_places() -> Tested {
        let folder = folder()?;
        // After the last passage was deleted, RAGatouille reuses its number.
        let ids = json!({ "10": 7, "9": "b", "2": "a" });
        fs::write(folder.path().join(PASSAGE_IDS), ids.to_string())?;
        fs::remove_file(folder.path().join(METADATA))?;
        let documents = ragatouille_documents(folder.path(), &NUM_TOKENS)?;
        let found: Vec<_> =
            documents.iter().map(|d| (d.id.as_str(), d.passages[0].position)).collect();
        assert_eq!(found, [("a", 0), ("b", 2), ("7", 3)]);
        Ok(())
    }

    #[test]
    fn other_numbers_of_passages_are_refused() -> Tested {
        let folder = folder()?;
        for num_tokens in [&[5, 7, 6, 8][..], &[5, 0, 7, 0], &[]] {
            let error = ragatouille_documents(folder.path(), num_tokens);
            assert!(matches!(error, Err(Error::PassageCount { found: 3, .. })), "{error:?}");
        }
        fs::write(folder.path().join(PASSAGE_IDS), json!({ "0": "fuji" }).to_string())?;
        let error = ragatouille_documents(folder.path(), &NUM_TOKENS);
        assert!(
            matches!(&error, Err(Error::PassageCount { path, passages: 3, found: 1 })
                if path.ends_with(PASSAGE_IDS)),
            "{error:?}"
        );
        Ok(())
    }

    fn document(id: &str, positions: &[usize]) -> RagatouilleDocument {
        let passage = |&position| RagatouillePassage { position, text: format!("{id}{position}") };
        let passages = positions.iter().map(passage).collect();
        RagatouilleDocument { id: id.into(), metadata: json!({ "of": id }), passages }
    }

    #[test]
    fn every_passage_has_its_place_and_deleted_ones_only_their_ids() -> Tested {
        let documents = [document("a", &[1, 2, 6]), document("b", &[3]), document("c", &[7, 9])];
        let mut stored = Documents::new();
        stored.push(Path::new("block"), ragatouille_block(&documents, 11))?;
        assert_eq!(stored.num_ids(), 11);
        for id in (0..11).map(PassageId) {
            let expected = match id.index() {
                1 | 2 | 6 => "a",
                3 => "b",
                7 | 9 => "c",
                _ => {
                    assert!(!stored.is_kept(id)?, "passage {}", id.0);
                    continue;
                }
            };
            let found = stored.passage(id)?;
            assert_eq!(found.document_id, expected, "passage {}", id.0);
            assert_eq!(found.text, format!("{expected}{}", id.0));
            assert_eq!(stored.metadata(id)?, json!({ "of": expected }));
        }
        let passages = stored.passages_of("a")?;
        assert_eq!(passages.iter().map(|id| id.0).collect::<Vec<_>>(), [1, 2, 6]);
        Ok(())
    }
}
