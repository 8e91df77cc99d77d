//! `jacolbert add`: documents that come to a collection.

use std::time::Duration;

use clap::Args;
use jacolbert::{Collection, Document, Truncated, Updater};
use serde::Serialize;

use crate::collection_choice::CollectionChoice;
use crate::error::Error;
use crate::exit::Exit;
use crate::input::{Input, InputArgs, LeftOut};
use crate::model_choice::ModelChoice;
use crate::output::Output;
use crate::progress::Progress;

const EXAMPLES: &str = "\
Examples:
  jacolbert add new.jsonl                    new documents; an id that is taken is an error
  jacolbert add --upsert my-folder/          take over what has changed
  jacolbert add --replace corrected.tsv      only documents that the collection has
  curl .. | jacolbert add --upsert --wait 60 -";

/// Add documents to a collection, or replace some of it
///
/// All documents are one commit: if one of them is refused, or the command is interrupted or killed, the collection
/// stays as it was. Searches go on meanwhile.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct AddCommand {
    #[command(flatten)]
    input: InputArgs,
    /// Replace the documents whose ids the collection has, and add the others
    #[arg(short, long, conflicts_with = "replace")]
    upsert: bool,
    /// Replace documents; an id that the collection does not have is an error. All texts are in memory at once
    #[arg(short, long)]
    replace: bool,
    #[command(flatten)]
    collection: CollectionChoice,
    /// Wait up to SECONDS while another process changes the collection
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    wait: u64,
    #[command(flatten)]
    model: ModelChoice,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Summary<'s> {
    documents: usize,
    passages: usize,
    added: usize,
    replaced: usize,
    truncated_passages: usize,
    left_out: &'s LeftOut,
}

impl AddCommand {
    pub(crate) fn run(self, output: &Output) -> Result<Exit, Error> {
        let folder = self.collection.existing()?;
        let mut input = self.input.open()?;
        let collection = self.model.open(folder)?;
        let before = collection.num_documents();
        let mut documents = Counted { input: &mut input, num_read: 0 };
        let truncated = self.change(&collection, &mut documents, output);
        let num_read = documents.num_read;
        input.left_out().report(output);
        let truncated = truncated?;
        let added = collection.num_documents().saturating_sub(before);
        print_summary(&collection, added, num_read - added, &truncated, &input, output)?;
        Ok(Exit::Done)
    }

    fn change(
        &self,
        collection: &Collection,
        documents: &mut Counted<'_>,
        output: &Output,
    ) -> Result<Vec<Truncated>, Error> {
        let of = documents.input.num_documents();
        let progress = Progress::start(output, "encoding documents", of)?;
        let updater: Updater<'_> = collection
            .update()
            .wait(Duration::from_secs(self.wait))
            .on_progress(|shown| progress.count(shown.done, of));
        if self.replace {
            let documents = documents.collect::<Result<Vec<Document>, Error>>()?;
            Ok(updater.replace(documents)?)
        } else if self.upsert {
            Ok(updater.upsert_stream(documents)?)
        } else {
            Ok(updater.add_stream(documents)?)
        }
    }
}

/// Documents, counted as they are read.
struct Counted<'i> {
    input: &'i mut Input,
    num_read: usize,
}

impl Iterator for Counted<'_> {
    type Item = Result<Document, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let document = self.input.next()?;
        self.num_read += usize::from(document.is_ok());
        Some(document)
    }
}

fn print_summary(
    collection: &Collection,
    added: usize,
    replaced: usize,
    truncated: &[Truncated],
    input: &Input,
    output: &Output,
) -> Result<(), Error> {
    let documents = collection.num_documents();
    let passages = collection.num_passages();
    if output.is_json() {
        let left_out = input.left_out();
        let truncated_passages = truncated.len();
        let summary =
            Summary { documents, passages, added, replaced, truncated_passages, left_out };
        return output.value(&summary);
    }
    if let Some(first) = truncated.first() {
        let num_truncated = truncated.len();
        let id = &first.document_id;
        output.warn(format!(
            "{num_truncated} passages are longer than the model reads, such as one of {id}"
        ));
    }
    output.note(format!("{added} added, {replaced} replaced; {documents} documents now"));
    Ok(())
}
