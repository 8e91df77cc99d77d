//! `jacolbert explain`: why a passage has its score.

use clap::Args;
use console::Style;
use jacolbert::{Collection, Explanation, PassageId};
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
  jacolbert explain --json 一番高い山は？ | jq .explanation";

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
    #[command(flatten)]
    collection: CollectionChoice,
    #[command(flatten)]
    model: ModelChoice,
}

/// What `--json` prints for every passage.
#[derive(Serialize)]
struct Explained<'e> {
    query: &'e str,
    passage_id: PassageId,
    explanation: &'e Explanation,
}

impl ExplainCommand {
    pub(crate) fn run(self, output: &Output) -> Result<Exit, Error> {
        let folder = self.collection.existing()?;
        let collection = self.model.open(folder)?;
        let passages = self.passages(&collection)?;
        for &passage in &passages {
            let explanation = collection.explain(&self.question, passage)?;
            self.print(passage, &explanation, output)?;
        }
        Ok(if passages.is_empty() { Exit::NothingFound } else { Exit::Done })
    }

    fn passages(&self, collection: &Collection) -> Result<Vec<PassageId>, Error> {
        if let Some(passage) = self.passage_id {
            return Ok(vec![PassageId(passage)]);
        }
        let query = collection.query(&self.question).k(self.k);
        let hits = match &self.id {
            Some(id) => query.among([id]).search()?,
            None => query.search()?,
        };
        Ok(hits.iter().map(|hit| hit.passage_id).collect())
    }

    fn print(
        &self,
        passage_id: PassageId,
        explanation: &Explanation,
        output: &Output,
    ) -> Result<(), Error> {
        if output.is_json() {
            let query = &self.question;
            return output.value(&Explained { query, passage_id, explanation });
        }
        let total: f32 = explanation.matches.iter().map(|found| found.score).sum();
        let heading = format!("passage {} {total:.2}", passage_id.0);
        output.line(output.styled(&Style::new().bold(), heading))?;
        for found in &explanation.matches {
            let passage_token = found.passage_token.as_deref().unwrap_or("?");
            output.line(format!("{:5.2} {} {passage_token}", found.score, found.query_token))?;
        }
        Ok(())
    }
}
