//! A test collection: what is searched, what is asked, and what is right.

use std::collections::HashSet;
use std::path::Path;

use jacolbert::eval::{Qrels, Run};
use jacolbert::{Document, Query};
use sha2::{Digest, Sha256};

use crate::Error;

/// Documents, queries and judgements, and the candidates where a task is to put those in order.
#[derive(Debug, Clone)]
pub struct TestCollection {
    /// What is searched, in the order of the files.
    pub documents: Vec<Document>,
    /// What is asked.
    pub queries: Vec<Query>,
    /// Which documents are right.
    pub qrels: Qrels,
    /// The documents among which each query's are to be found, in the order of the files; none where
    /// it is all of them.
    pub candidates: Option<Run>,
}

impl TestCollection {
    /// What tells this collection from others: SHA-256 of all that a run depends on.
    pub fn digest(&self) -> String {
        let mut digest = self.digest_begun();
        add(&mut digest, "queries");
        for query in &self.queries {
            add(&mut digest, &query.id);
            add(&mut digest, &query.text);
        }
        for (query, ranking) in self.candidates.iter().flat_map(Run::iter) {
            add(&mut digest, query);
            ranking.iter().for_each(|(document, _)| add(&mut digest, document));
        }
        hexadecimal(digest)
    }

    /// As [`digest`](Self::digest), of the documents alone: what an index depends on.
    pub fn digest_of_documents(&self) -> String {
        hexadecimal(self.digest_begun())
    }

    /// A digest that has had the documents.
    fn digest_begun(&self) -> Sha256 {
        let mut digest = Sha256::new();
        for document in &self.documents {
            add(&mut digest, &document.id);
            add(&mut digest, &document.text);
        }
        digest
    }

    /// Fails if a document that is judged relevant is not there; `path` is the file that judges it.
    pub(crate) fn check_judged(&self, path: &Path) -> Result<(), Error> {
        let ids: HashSet<&str> = self.documents.iter().map(|document| &*document.id).collect();
        let judged = self.qrels.iter().flat_map(|(_, judgements)| judgements.iter());
        let mut relevant = judged.filter(|(_, grade)| *grade > 0);
        match relevant.find(|(id, _)| !ids.contains(id)) {
            Some((id, _)) => Err(Error::UnknownDocument { path: path.into(), id: id.to_owned() }),
            None => Ok(()),
        }
    }
}

/// Adds a text with its length, so that no two lists of texts are alike.
fn add(digest: &mut Sha256, text: &str) {
    digest.update((text.len() as u64).to_le_bytes());
    digest.update(text);
}

/// The digest as text.
pub(crate) fn hexadecimal(digest: Sha256) -> String {
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
