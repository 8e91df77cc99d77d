//! Contexts and the questions that they answer, as they are read.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use jacolbert::eval::Qrels;
use jacolbert::{Document, Query};

use crate::lines::check_new;
use crate::{Error, TestCollection};

/// Contexts, each once, and questions.
#[derive(Default)]
pub(crate) struct Contexts {
    documents: Vec<Document>,
    queries: Vec<Query>,
    qrels: Qrels,
    /// Numbers of the contexts, by text.
    numbers: HashMap<String, usize>,
    /// Places of the questions, by id.
    places: HashMap<String, usize>,
}

impl Contexts {
    /// Adds a context, if there is none of this text; returns its id.
    pub(crate) fn add_context(&mut self, context: &str) -> String {
        let next = self.documents.len();
        let number = *self.numbers.entry(context.to_owned()).or_insert(next);
        let id = format!("context-{number}");
        if number == next {
            self.documents.push(Document::new(&*id, context));
        }
        id
    }

    /// Adds a question, or another context of a question that is there.
    pub(crate) fn add_question(
        &mut self,
        id: String,
        text: String,
        context: &str,
        path: &Path,
        line: u64,
    ) -> Result<(), Error> {
        let document = self.add_context(context);
        let known = self.places.get(&id).map(|&place| &self.queries[place].text);
        let judged = self.qrels.judgements(&id);
        let is_judged = judged.is_some_and(|judged| judged.grade(&document).is_some());
        match known {
            Some(known) if *known != text || is_judged => {
                return Err(Error::DuplicateId { path: path.into(), line, id });
            }
            Some(_) => {}
            None => {
                check_new(path, line, &id, &mut HashSet::new())?;
                self.places.insert(id.clone(), self.queries.len());
                self.queries.push(Query::new(&*id, text));
            }
        }
        Ok(self.qrels.insert(&id, &document, 1)?)
    }

    pub(crate) fn into_collection(self) -> TestCollection {
        let Self { documents, queries, qrels, .. } = self;
        TestCollection { documents, queries, qrels, candidates: None }
    }
}
