//! BEIR folders searched by BM25.

use jacolbert_eval::{BeirDocument, BeirFolder, Run};

use crate::{Analyser, Bm25Index, Bm25Options, Error};

/// The searched part of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Content {
    /// Its text.
    #[default]
    Text,
    /// Its title, a space and its text.
    TitleAndText,
}

impl Content {
    fn of(self, document: BeirDocument) -> (String, String) {
        match self {
            Self::Text => (document.id, document.text),
            Self::TitleAndText => {
                let text = document.title_and_text();
                (document.id, text)
            }
        }
    }
}

impl Bm25Index {
    /// Indexes the documents of a BEIR folder.
    ///
    /// # Errors
    ///
    /// A folder that cannot be read, and as [`Bm25Index::new`].
    pub fn from_beir(
        folder: &BeirFolder,
        content: Content,
        analyser: Analyser,
        options: &Bm25Options,
    ) -> Result<Self, Error> {
        let passages = folder.documents()?.map(|document| Ok(content.of(document?)));
        Self::try_new(passages, analyser, options)
    }

    /// Searches the best `k` documents for every query of a BEIR folder, as a run with the name `name`.
    ///
    /// # Errors
    ///
    /// Queries that cannot be read, that the analyser refuses, or whose id or hits' ids are empty.
    pub fn run(&self, name: &str, folder: &BeirFolder, k: usize) -> Result<Run, Error> {
        let mut run = Run::new(name);
        for query in folder.queries()? {
            let query = query?;
            run.push_query(&query.id)?;
            for (id, score) in self.search(&query.text, k)? {
                run.push(&query.id, id, score)?;
            }
        }
        Ok(run)
    }
}
