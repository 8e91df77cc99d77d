//! `jacolbert delete`: documents that leave a collection.

use std::io;
use std::time::Duration;

use clap::Args;
use serde_json::json;

use crate::collection_choice::CollectionChoice;
use crate::error::Error;
use crate::exit::Exit;
use crate::model_choice::ModelChoice;
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  jacolbert delete notes/old.md notes/older.md
  jacolbert delete - < ids.txt                  a line for each id";

/// Delete documents by their ids
///
/// All ids are one commit: if the collection lacks one of them, nothing is deleted. Their texts stay in the folder,
/// unseen, until `jacolbert compact`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DeleteCommand {
    /// The ids of the documents; `-` reads them from standard input, a line for each
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    #[command(flatten)]
    collection: CollectionChoice,
    /// Wait up to SECONDS while another process changes the collection
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    wait: u64,
    #[command(flatten)]
    model: ModelChoice,
}

impl DeleteCommand {
    pub(crate) fn run(self, output: &Output) -> Result<Exit, Error> {
        let folder = self.collection.existing()?;
        let ids = ids_of(&self.ids)?;
        let collection = self.model.open(folder)?;
        let before = collection.num_documents();
        collection.update().wait(Duration::from_secs(self.wait)).delete(&ids)?;
        let documents = collection.num_documents();
        let deleted = before.saturating_sub(documents);
        if output.is_json() {
            output.value(&json!({ "deleted": deleted, "documents": documents }))?;
        } else {
            output.note(format!("{deleted} deleted; {documents} documents now"));
        }
        Ok(Exit::Done)
    }
}

/// The given ids, with those of standard input in the place of `-`.
fn ids_of(given: &[String]) -> Result<Vec<String>, Error> {
    let mut ids = Vec::new();
    for id in given {
        if id == "-" {
            for line in io::stdin().lines() {
                let line = line.map_err(|error| Error::file("<standard input>", error))?;
                ids.extend((!line.is_empty()).then_some(line));
            }
        } else {
            ids.push(id.clone());
        }
    }
    Ok(ids)
}
