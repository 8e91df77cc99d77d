//! The texts and judgements of a BEIR folder.

use std::collections::HashSet;

use anyhow::ensure;
use jacolbert::eval::{BeirFolder, Qrels, Run};
use jacolbert::search::Hit;

use crate::args::Args;

/// What is searched, what is asked and what is right.
pub(crate) struct TestCollection {
    /// Ids of the documents.
    pub(crate) documents: Vec<String>,
    /// Their texts.
    pub(crate) passages: Vec<String>,
    /// Ids of the judged queries.
    pub(crate) queries: Vec<String>,
    /// Their texts.
    pub(crate) questions: Vec<String>,
    pub(crate) qrels: Qrels,
}

impl TestCollection {
    /// Reads all files and says what is in them.
    pub(crate) fn open(args: &Args) -> anyhow::Result<Self> {
        let folder = BeirFolder::open(&args.beir)?;
        let qrels = folder.qrels(&args.split)?;
        let mut queries = Vec::new();
        let mut questions = Vec::new();
        let mut num_queries = 0;
        for query in folder.queries()? {
            let query = query?;
            num_queries += 1;
            if qrels.judgements(&query.id).is_some() {
                queries.push(query.id);
                questions.push(query.text);
            }
        }
        let mut documents = Vec::new();
        let mut passages = Vec::new();
        for document in folder.documents()? {
            let document = document?;
            passages.push(if args.titles { document.title_and_text() } else { document.text });
            documents.push(document.id);
        }
        ensure!(!queries.is_empty(), "none of the {num_queries} queries is judged");
        ensure!(!documents.is_empty(), "there are no documents");
        let collection = Self { documents, passages, queries, questions, qrels };
        collection.report(num_queries, args);
        Ok(collection)
    }

    fn report(&self, num_queries: usize, args: &Args) {
        let num_documents = self.documents.len();
        let num_judged = self.queries.len();
        let split = &args.split;
        println!(
            "{num_documents} documents, {num_judged} of {num_queries} queries are judged in {split}"
        );
        let ids: HashSet<&str> = self.documents.iter().map(String::as_str).collect();
        let judged = self.qrels.iter().flat_map(|(_, judgements)| judgements.iter());
        let is_missing = |&(id, grade): &(&str, i32)| grade > 0 && !ids.contains(id);
        let num_missing = judged.filter(is_missing).count();
        if num_missing > 0 {
            println!(
                "{num_missing} relevant documents are not in the corpus, so no row can find them"
            );
        }
        let num_empty = self.passages.iter().filter(|text| text.trim().is_empty()).count();
        if num_empty > 0 {
            println!("{num_empty} documents have no text");
        }
    }

    /// The run of the hits of each query.
    pub(crate) fn run(&self, name: &str, hits: &[Vec<Hit>]) -> anyhow::Result<Run> {
        let mut run = Run::new(name);
        for (query, hits) in self.queries.iter().zip(hits) {
            run.push_query(query)?;
            for hit in hits {
                run.push(query, &self.documents[hit.passage.index()], hit.score.into())?;
            }
        }
        Ok(run)
    }
}
