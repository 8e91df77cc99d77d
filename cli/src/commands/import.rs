//! `jacolbert import`: indexes of other engines.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::collection_choice::CollectionChoice;
use crate::error::Error;
use crate::exit::Exit;
use crate::model_choice::ModelChoice;
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  jacolbert import -m my-checkpoint .ragatouille/colbert/indexes/mine
  jacolbert import -m my-checkpoint --dictionary unidic_lite/dicdir -c mine .ragatouille/colbert/indexes/mine";

/// Make a collection of an index of RAGatouille, without encoding anything again
///
/// Vectors, texts, ids and metadata are taken over. Sixteen passages are encoded to check that the model is the one
/// that made the index. A plain index of colbert-ai has no texts, so that it cannot become a collection: index its
/// texts instead.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ImportCommand {
    /// The folder of the index
    #[arg(value_name = "INDEX")]
    from: PathBuf,
    #[command(flatten)]
    collection: CollectionChoice,
    #[command(flatten)]
    model: ModelChoice,
}

impl ImportCommand {
    pub(crate) fn run(self, output: &Output) -> Result<Exit, Error> {
        let folder = self.collection.new_folder()?;
        if !self.from.is_dir() {
            return Err(Error::file(&self.from, "there is no such folder"));
        }
        let retriever = self.model.load()?;
        let collection = retriever.import_ragatouille(&self.from, folder).run()?;
        let documents = collection.num_documents();
        let passages = collection.num_passages();
        if output.is_json() {
            output.value(&json!({ "documents": documents, "passages": passages }))?;
        } else {
            output.note(format!(
                "{documents} documents, {passages} passages in {}",
                folder.display()
            ));
        }
        Ok(Exit::Done)
    }
}
