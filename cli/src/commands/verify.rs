//! `jacolbert verify`: whether a collection is undamaged.

use clap::Args;
use jacolbert::StoredCollection;
use serde_json::json;

use crate::collection_choice::CollectionChoice;
use crate::error::Error;
use crate::exit::Exit;
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  jacolbert verify
  jacolbert verify -c wiki && rsync -a wiki backup/";

/// Read a whole collection and check that it is undamaged
///
/// Every checksum, length and number of every file is checked: vectors, texts, ids and metadata. Opening a collection
/// checks headers only, so call this after a folder was copied or restored, or if the disk is in doubt. The exit code
/// is 5 if the collection is damaged, and the message names the file. The model is not loaded.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct VerifyCommand {
    #[command(flatten)]
    collection: CollectionChoice,
}

impl VerifyCommand {
    pub(crate) fn run(self, output: &Output) -> Result<Exit, Error> {
        let folder = self.collection.existing()?;
        let stored = StoredCollection::open(folder)?;
        stored.verify()?;
        let info = stored.info();
        if output.is_json() {
            output.value(&json!({ "undamaged": true, "bytes": info.num_bytes }))?;
        } else {
            let documents = info.num_documents;
            let bytes = info.num_bytes;
            output.line(format!("{documents} documents in {bytes} bytes are undamaged"))?;
        }
        Ok(Exit::Done)
    }
}
