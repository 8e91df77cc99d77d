//! `jacolbert index`: a new collection of documents.

use std::path::Path;

use clap::Args;
use jacolbert::{Bits, Indexed, PoolFactor, Pooling, Retriever, Splitting};
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
  jacolbert index --model assets/mini my-folder/
  jacolbert index -m bclavie/JaColBERT --dictionary unidic_lite/dicdir -c wiki corpus.jsonl.gz
  jacolbert index -m assets/mini --id-field url --text-field body pages.csv
  jacolbert index -m assets/mini --words my-folder/
  zcat corpus.jsonl.gz | jacolbert index -m assets/mini -";

/// Make a collection of documents
///
/// Documents are split into passages, encoded by the model, and stored with their vectors and metadata. The
/// collection remembers the model, so that later commands need not name it.
///
/// Interrupting the command (Ctrl-C) leaves no collection behind, and the command can be repeated.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct IndexCommand {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    collection: CollectionChoice,
    #[command(flatten)]
    model: ModelChoice,
    /// Bits per component of a vector: 1, 2, 4 or 8. More bits take more space and find a little more
    #[arg(long, value_name = "BITS", default_value = "2", value_parser = bits, help_heading = "Index")]
    bits: Bits,
    /// Tokens of a passage at most. Documents are split at the ends of sentences
    #[arg(long, value_name = "TOKENS", default_value_t = 250, help_heading = "Index")]
    passage_tokens: usize,
    /// Tokens that neighbouring passages share at most
    #[arg(long, value_name = "TOKENS", default_value_t = 50, help_heading = "Index")]
    overlap: usize,
    /// Make one passage of every document, however long. The model does not read the end of long ones
    #[arg(long, conflicts_with_all = ["passage_tokens", "overlap"], help_heading = "Index")]
    whole: bool,
    /// Merge this many similar tokens into one vector: 1 to 4. More takes less space and finds less
    #[arg(long, value_name = "N", default_value = "1", value_parser = pool_factor, help_heading = "Index")]
    pool: PoolFactor,
    /// Keep the words of all passages, too, for `search --hybrid` and `search --words`
    #[cfg(feature = "words")]
    #[arg(long, help_heading = "Index")]
    words: bool,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Summary<'s> {
    collection: &'s Path,
    documents: usize,
    passages: usize,
    truncated_passages: usize,
    left_out: &'s LeftOut,
}

impl IndexCommand {
    pub(crate) fn run(self, output: &Output) -> Result<Exit, Error> {
        // Whatever can fail fails before the first document is encoded.
        let folder = self.collection.new_folder()?;
        let mut input = self.input.open()?;
        let retriever = self.model.load()?;
        let indexed = self.build_index(&retriever, folder, &mut input, output);
        input.left_out().report(output);
        let indexed = indexed?;
        print_summary(folder, &indexed, &input, output)?;
        Ok(Exit::Done)
    }

    fn build_index(
        &self,
        retriever: &Retriever,
        folder: &Path,
        input: &mut Input,
        output: &Output,
    ) -> Result<Indexed, Error> {
        let progress = Progress::start(output, "encoding documents", input.num_documents())?;
        let of = input.num_documents();
        let indexer = retriever
            .indexer(folder)
            .splitting(self.splitting())
            .bits(self.bits)
            .pooling(Pooling { factor: self.pool, ..Default::default() })
            .on_progress(|shown| progress.index(shown, of));
        #[cfg(feature = "words")]
        let indexer =
            if self.words { indexer.words(jacolbert::Analyser::default()) } else { indexer };
        Ok(indexer.run_stream(input)?)
    }

    fn splitting(&self) -> Splitting {
        if self.whole {
            Splitting::Whole
        } else {
            Splitting::Sentences { max_tokens: self.passage_tokens, overlap: self.overlap }
        }
    }
}

fn print_summary(
    folder: &Path,
    indexed: &Indexed,
    input: &Input,
    output: &Output,
) -> Result<(), Error> {
    let Indexed { collection, truncated, .. } = indexed;
    if output.is_json() {
        return output.value(&Summary {
            collection: folder,
            documents: collection.num_documents(),
            passages: collection.num_passages(),
            truncated_passages: truncated.len(),
            left_out: input.left_out(),
        });
    }
    if let Some(first) = truncated.first() {
        let num_truncated = truncated.len();
        let id = &first.document_id;
        output.warn(format!(
            "{num_truncated} passages are longer than the model reads, such as one of {id}"
        ));
    }
    let documents = collection.num_documents();
    let passages = collection.num_passages();
    output.note(format!("{documents} documents, {passages} passages in {}", folder.display()));
    Ok(())
}

fn bits(text: &str) -> Result<Bits, String> {
    let bits = text.parse().ok().and_then(|bits: u64| Bits::try_from(bits).ok());
    bits.ok_or_else(|| "the bits are 1, 2, 4 or 8".into())
}

fn pool_factor(text: &str) -> Result<PoolFactor, String> {
    let factor = text.parse().ok().and_then(|factor: u64| PoolFactor::try_from(factor).ok());
    factor.ok_or_else(|| "the factor is one of 1, 2, 3, 4".into())
}
