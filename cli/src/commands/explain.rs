//! `jacolbert explain`: why a passage has its score.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use console::Style;
use jacolbert::{Collection, Explanation, Hit, PassageId};
use serde::Serialize;

use crate::collection_choice::CollectionChoice;
use crate::error::Error;
use crate::exit::Exit;
use crate::model_choice::ModelChoice;
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  jacolbert explain 日本で一番深い湖は？                    the best passage
  jacolbert explain 日本で一番深い湖は？ --id notes/lakes.md  the best one of this document
  jacolbert explain 日本で一番深い湖は？ --html why.html       a page with coloured tokens
  jacolbert explain --json 一番高い山は？ | jq .matches";

/// Show why a passage matches a question
///
/// For each token of the question, the token of the passage that it matches best, and how well. The scores add up to
/// the score of the passage.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ExplainCommand {
    /// The question
    question: String,
    /// Explain the best passages of this document. By default those of all documents
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Explain this passage; `search --json` prints the ids of passages
    #[arg(long, value_name = "N", conflicts_with_all = ["id", "k"])]
    passage_id: Option<u32>,
    /// Number of passages
    #[arg(short, value_name = "N", default_value_t = 1)]
    k: usize,
    /// Write a page for a browser to FILE instead, with the tokens coloured by how well they match
    #[arg(long, value_name = "FILE", conflicts_with = "k")]
    html: Option<PathBuf>,
    #[command(flatten)]
    collection: CollectionChoice,
    #[command(flatten)]
    model: ModelChoice,
}

/// A passage to explain.
struct Target {
    passage_id: PassageId,
    document_id: Option<String>,
}

/// What `--json` prints for every passage.
#[derive(Serialize)]
struct Explained<'e> {
    passage_id: PassageId,
    document_id: Option<&'e str>,
    score: f32,
    #[serde(flatten)]
    explanation: &'e Explanation,
}

impl ExplainCommand {
    pub(crate) fn run(self, output: &Output) -> Result<Exit, Error> {
        let folder = self.collection.existing()?;
        let collection = self.model.open(folder)?;
        let targets = self.targets(&collection)?;
        for target in &targets {
            let explanation = collection.explain(&self.question, target.passage_id)?;
            self.print(target, &explanation, output)?;
        }
        Ok(if targets.is_empty() { Exit::NothingFound } else { Exit::Done })
    }

    fn targets(&self, collection: &Collection) -> Result<Vec<Target>, Error> {
        if let Some(passage) = self.passage_id {
            return Ok(vec![Target { passage_id: PassageId(passage), document_id: None }]);
        }
        let query = collection.query(&self.question).k(self.k);
        let hits = match &self.id {
            Some(id) => query.among([id]).search()?,
            None => query.search()?,
        };
        let target =
            |hit: Hit| Target { passage_id: hit.passage_id, document_id: Some(hit.document_id) };
        Ok(hits.into_iter().map(target).collect())
    }

    fn print(
        &self,
        target: &Target,
        explanation: &Explanation,
        output: &Output,
    ) -> Result<(), Error> {
        let passage_id = target.passage_id;
        let document_id = target.document_id.as_deref();
        let score = explanation.score();
        if let Some(path) = &self.html {
            return fs::write(path, explanation.to_html())
                .map_err(|source| Error::io(path, source));
        }
        if output.is_json() {
            return output.value(&Explained { passage_id, document_id, score, explanation });
        }
        let document = document_id.map_or_else(String::new, |id| format!(" of {id}"));
        let heading = format!("passage {}{document}: {score:.2}", passage_id.0);
        output.line(output.styled(&Style::new().bold(), heading))?;
        output.line(explanation.to_text().trim_end())
    }
}
