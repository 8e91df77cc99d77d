//! `jacolbert mine`: training data with hard negatives.

mod negatives;
mod texts;

use std::fs;
use std::path::PathBuf;

use clap::Args;
use jacolbert::eval::{BeirFolder, Run};
use jacolbert_train::BadTexts;
use jacolbert_train::prepare::{Mined, MiningOptions};
use serde_json::json;

use crate::error::Error;
use crate::exit::Exit;
use crate::model_choice::ModelChoice;
use crate::output::Output;
use negatives::{mine_by_model, mine_by_run};
use texts::Texts;

const EXAMPLES: &str = "\
Examples:
  jacolbert mine --model assets/mini --out data my-questions/
  jacolbert mine --run bm25.trec --answers answers.tsv --out data my-questions/

FOLDER has the layout of BEIR: corpus.jsonl, queries.jsonl and qrels/train.tsv, plain or gzip.
--out gets queries.tsv, collection.tsv and hard_negatives.jsonl, which the training reads.";

/// Make training data of judged questions, with hard negatives
///
/// A hard negative is a passage that a search takes for an answer although it is none: one that ranks high and is not
/// judged relevant. The search is a model (--model), another engine by its run (--run), or both; negatives of the run
/// come first then. docs/training.md describes the training.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct MineCommand {
    /// Questions and judgements in the layout of BEIR
    #[arg(value_name = "FOLDER")]
    beir: PathBuf,
    /// The folder of the training data
    #[arg(short, long, value_name = "FOLDER")]
    out: PathBuf,
    /// The judgements in qrels/NAME.tsv
    #[arg(long, value_name = "NAME", default_value = "train")]
    split: String,
    /// Negatives of this ranking, a TREC run
    #[arg(long, value_name = "FILE")]
    run: Option<PathBuf>,
    /// Negatives of each ranking for each question
    #[arg(long, value_name = "N", default_value_t = 10)]
    negatives: usize,
    /// The best rank of a negative. A larger one avoids answers that nobody has judged
    #[arg(long, value_name = "N", default_value_t = 1)]
    min_rank: usize,
    /// The worst rank of a negative
    #[arg(long, value_name = "N", default_value_t = 100)]
    max_rank: usize,
    /// Lines `question id<TAB>answer`. Passages with an answer in their text are no negatives
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
    /// Leave out, and count, judged texts that are empty, missing or judged both ways, and lines with a known id
    #[arg(long)]
    skip_bad_texts: bool,
    #[command(flatten)]
    model: ModelChoice,
}

impl MineCommand {
    pub(crate) fn run(self, output: &Output) -> Result<Exit, Error> {
        // All that is read is opened and checked before the first search.
        let folder = BeirFolder::open(&self.beir)?;
        let qrels = folder.qrels(&self.split)?;
        let run = self.run.as_deref().map(Run::open_trec).transpose()?;
        let retriever = if self.needs_model() { Some(self.model.load()?) } else { None };
        fs::create_dir_all(&self.out).map_err(|source| Error::io(&self.out, source))?;
        let texts = Texts::read(&folder, &self.beir, self.bad_texts(), output)?;
        let mut data = texts.training_data(&qrels, self.answers.as_deref(), output)?;

        let options = self.options();
        if let Some(run) = &run {
            report(run.name(), &mine_by_run(&mut data, &texts, run, &options)?, output);
        }
        if let Some(retriever) = &retriever {
            report("model", &mine_by_model(&mut data, retriever, &options, output)?, output);
        }
        let written = data.write(&self.out)?;
        if output.is_json() {
            output.value(&json!({ "rows": written.num_rows }))?;
        } else {
            output.note(format!("{} rows in {}", written.num_rows, self.out.display()));
        }
        Ok(Exit::Done)
    }

    /// Without a run, the model of the environment searches where none is given.
    fn needs_model(&self) -> bool {
        self.model.is_given() || self.run.is_none()
    }

    fn options(&self) -> MiningOptions {
        MiningOptions {
            num_negatives: self.negatives,
            minimum_rank: self.min_rank,
            maximum_rank: self.max_rank,
        }
    }

    fn bad_texts(&self) -> BadTexts {
        if self.skip_bad_texts { BadTexts::Skip } else { BadTexts::Refuse }
    }
}

fn report(ranking: &str, mined: &Mined, output: &Output) {
    let Mined { num_negatives, num_with_answer, num_queries_without } = mined;
    output.note(format!(
        "{ranking}: {num_negatives} negatives; {num_with_answer} passages have an answer; \
         {num_queries_without} questions got none"
    ));
}
