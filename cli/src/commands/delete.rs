//! `jacolbert delete`: documents that leave a collection.

use std::io;
use std::time::Duration;

use clap::Args;
use serde_json::json;

use crate::collection_choice::CollectionChoice;
use crate::error::Error;
use crate::exit::Exit;
use crate::filter_choice::FilterChoice;
use crate::model_choice::ModelChoice;
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  jacolbert delete notes/old.md notes/older.md
  jacolbert delete - < ids.txt                  a line for each id
  jacolbert delete --filter \"year < 2000 OR withdrawn = TRUE\"";

/// Delete documents, by their ids or by their metadata
///
/// All of them are one commit: if the collection lacks one of the ids, nothing is deleted. Their texts stay in the folder,
/// unseen, until `jacolbert compact`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DeleteCommand {
    /// The ids of the documents; `-` reads them from standard input, a line for each
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    #[command(flatten)]
    filter: FilterChoice,
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
        self.check()?;
        let ids = ids_of(&self.ids)?;
        let collection = self.model.open(folder)?;
        let before = collection.num_documents();
        let updater = collection.update().wait(Duration::from_secs(self.wait));
        match self.filter.filter() {
            Some(filter) => updater.delete_where(filter).map(|_| ())?,
            None => updater.delete(&ids)?,
        }
        let documents = collection.num_documents();
        let deleted = before.saturating_sub(documents);
        if output.is_json() {
            output.value(&json!({ "deleted": deleted, "documents": documents }))?;
        } else {
            output.note(format!("{deleted} deleted; {documents} documents now"));
        }
        Ok(Exit::Done)
    }

    /// Either ids or a filter: with both it would not be clear what is meant.
    fn check(&self) -> Result<(), Error> {
        match (self.ids.is_empty(), self.filter.is_given()) {
            (true, false) => Err(Error::Usage("name ids, or give a --filter".into())),
            (false, true) => Err(Error::Usage("give either ids or a --filter".into())),
            _ => Ok(()),
        }
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
