//! Which fields or columns of a document are its id and its text.

/// The places of id and text among the fields of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Roles {
    pub(super) id: usize,
    pub(super) text: usize,
}

const IDS: [&str; 2] = ["id", "_id"];
const OTHER_IDS: [&str; 7] =
    ["docid", "doc_id", "document_id", "pid", "passage_id", "corpus_id", "corpus-id"];
const TEXTS: [&str; 1] = ["text"];
const OTHER_TEXTS: [&str; 5] = ["contents", "content", "passage", "body", "document"];

impl Roles {
    /// The id and the text among fields with these names.
    ///
    /// # Errors
    /// What is missing, or which of several it could be.
    pub(super) fn of(names: &[&str]) -> Result<Self, String> {
        Ok(Self {
            id: only("id", names, &[&IDS, &OTHER_IDS])?,
            text: only("text", names, &[&TEXTS, &OTHER_TEXTS])?,
        })
    }
}

/// Whether `name` can only be that of an id.
pub(super) fn is_id(name: &str) -> bool {
    IDS.contains(&name) || OTHER_IDS.contains(&name)
}

/// The place of the only one of `names` that is in the first list of `known` that has any of them.
fn only(what: &str, names: &[&str], known: &[&[&str]]) -> Result<usize, String> {
    for list in known {
        let places: Vec<usize> = (0..names.len()).filter(|&n| list.contains(&names[n])).collect();
        match places[..] {
            [] => {}
            [place] => return Ok(place),
            [first, second, ..] => {
                let (first, second) = (names[first], names[second]);
                return Err(format!("the {what} could be {first} or {second}"));
            }
        }
    }
    Err(format!("{what} is missing"))
}
