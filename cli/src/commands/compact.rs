//! `jacolbert compact`: a collection in few files, without what was deleted.

use std::time::Duration;

use clap::Args;
#[cfg(feature = "words")]
use jacolbert::Analyser;
use jacolbert::{StoredCollection, Updater};
use serde_json::json;

use crate::collection_choice::CollectionChoice;
use crate::error::Error;
use crate::exit::Exit;
use crate::model_choice::ModelChoice;
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  jacolbert compact
  jacolbert compact --model /new/place/of/the/model     the collection remembers the new folder";

/// Rewrite a collection into few files and remove what deleted documents left
///
/// The collection is searchable meanwhile. It needs free space of about its own size until it is done. If it is
/// interrupted or killed, the collection stays as it was.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CompactCommand {
    /// Make the words of all passages, for `search --hybrid` and `search --words`
    #[cfg(feature = "words")]
    #[arg(long)]
    words: bool,
    /// Remove the words of all passages
    #[cfg(feature = "words")]
    #[arg(long, conflicts_with = "words")]
    no_words: bool,
    #[command(flatten)]
    collection: CollectionChoice,
    /// Wait up to SECONDS while another process changes the collection
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    wait: u64,
    #[command(flatten)]
    model: ModelChoice,
}

impl CompactCommand {
    pub(crate) fn run(self, output: &Output) -> Result<Exit, Error> {
        let folder = self.collection.existing()?;
        let collection = self.model.open(folder)?;
        let before = StoredCollection::open(folder)?.info().num_bytes;
        self.compact(collection.update().wait(Duration::from_secs(self.wait)))?;
        let after = StoredCollection::open(folder)?.info().num_bytes;
        if output.is_json() {
            output.value(&json!({ "bytes_before": before, "bytes": after }))?;
        } else {
            output.note(format!("{after} bytes, before {before}"));
        }
        Ok(Exit::Done)
    }

    #[cfg(feature = "words")]
    fn compact(&self, updater: Updater<'_>) -> Result<(), Error> {
        if self.words {
            Ok(updater.build_words(Analyser::default())?)
        } else if self.no_words {
            Ok(updater.remove_words()?)
        } else {
            Ok(updater.compact()?)
        }
    }

    #[cfg(not(feature = "words"))]
    fn compact(&self, updater: Updater<'_>) -> Result<(), Error> {
        Ok(updater.compact()?)
    }
}
