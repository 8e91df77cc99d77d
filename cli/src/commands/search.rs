//! `jacolbert search`: what a collection answers.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;

use clap::Args;
use console::Style;
use jacolbert::{
    Collection, DocumentHit, Hit, Hits, OnDisk, PassageId, SearchBuilder, SearchOptions,
};
use serde::Serialize;

use crate::collection_choice::CollectionChoice;
use crate::error::Error;
use crate::exit::Exit;
use crate::filter_choice::FilterChoice;
use crate::marks::marks;
use crate::model_choice::ModelChoice;
use crate::output::Output;
#[cfg(feature = "words")]
use crate::ranking_choice::RankingChoice;
use crate::snippet::Snippet;

const EXAMPLES: &str = "\
Examples:
  jacolbert search 日本で一番深い湖は？
  jacolbert search -k 3 --by-document 2 温泉の効能        three documents, each with its two best passages
  jacolbert search --json 一番高い山は？ | jq -r .document_id
  jacolbert search --json --queries questions.txt > hits.jsonl
  jacolbert search --filter \"year >= 2020 AND tags HAS '湖'\" 深い湖は？
  jacolbert search --among fuji --among biwa 高さは？      only in these documents";

/// Ask a collection a question
///
/// Finds the passages whose tokens match those of the question best. The score is the sum, over the tokens of the
/// question, of the best match among the tokens of the passage. It is no probability: texts that have nothing to do
/// with the question score high, too, so the order tells more than the number.
///
/// The exit code is 0 if something was found and 1 if nothing was.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SearchCommand {
    /// The question; `-` reads one from every line of standard input
    #[arg(required_unless_present = "queries")]
    question: Option<String>,
    /// Read a question from every line of FILE instead
    #[arg(long, value_name = "FILE", conflicts_with = "question")]
    queries: Option<PathBuf>,
    /// Number of results for each question
    #[arg(short, value_name = "N", default_value_t = 10)]
    k: usize,
    /// Find documents instead of passages, each with its N best passages
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "1")]
    by_document: Option<usize>,
    /// Print whole passages instead of their best parts
    #[arg(long)]
    full: bool,
    #[command(flatten)]
    scope: Scope,
    #[command(flatten)]
    collection: CollectionChoice,
    #[command(flatten)]
    model: ModelChoice,
}

/// What is searched, and how closely.
#[derive(Debug, Args)]
#[command(next_help_heading = "Search")]
struct Scope {
    /// Search only in the document with this id; may be repeated
    #[arg(long, value_name = "ID")]
    among: Vec<String>,
    /// Score every passage exactly. Slower, and hardly ever better
    #[arg(long, conflicts_with = "n_probe")]
    exact: bool,
    /// Cells of the index that are searched for each token of the question. More take longer and miss less
    #[arg(long, value_name = "N")]
    n_probe: Option<usize>,
    #[command(flatten)]
    filter: FilterChoice,
    #[cfg(feature = "words")]
    #[command(flatten)]
    ranking: RankingChoice,
}

impl SearchCommand {
    pub(crate) fn run(self, output: &Output) -> Result<Exit, Error> {
        let folder = self.collection.existing()?;
        let questions = self.questions()?;
        let collection = self.model.open(folder)?;
        let num_hits = match self.by_document {
            Some(num_passages) => {
                self.search_documents(&collection, &questions, num_passages, output)?
            }
            None => self.search_passages(&collection, &questions, output)?,
        };
        Ok(if num_hits > 0 { Exit::Done } else { Exit::NothingFound })
    }

    fn questions(&self) -> Result<Vec<String>, Error> {
        match (&self.question, &self.queries) {
            (Some(dash), _) if dash == "-" => lines(io::stdin().lock(), "<standard input>"),
            (Some(question), _) => Ok(vec![question.clone()]),
            (None, Some(path)) => {
                let file = File::open(path);
                let file =
                    file.map_err(|error| Error::file(path, format!("cannot be read: {error}")))?;
                lines(BufReader::new(file), &path.to_string_lossy())
            }
            (None, None) => Err(Error::Usage("there is no question".into())),
        }
    }

    fn search_passages(
        &self,
        collection: &Collection,
        questions: &[String],
        output: &Output,
    ) -> Result<usize, Error> {
        let found = self.scope.apply(collection.query_batch(questions), self.k).search()?;
        for (question, hits) in questions.iter().zip(&found) {
            warn_of_cut(hits, output);
            self.print_passages(collection, question, hits, questions.len() > 1, output)?;
        }
        Ok(found.iter().map(|hits| hits.len()).sum())
    }

    fn search_documents(
        &self,
        collection: &Collection,
        questions: &[String],
        num_passages: usize,
        output: &Output,
    ) -> Result<usize, Error> {
        let mut num_hits = 0;
        for question in questions {
            let query = self.scope.apply(collection.query(question), self.k);
            let hits = query.by_document(num_passages).search()?;
            warn_of_cut(&hits, output);
            self.print_documents(collection, question, &hits, questions.len() > 1, output)?;
            num_hits += hits.len();
        }
        Ok(num_hits)
    }

    fn print_passages(
        &self,
        collection: &Collection,
        question: &str,
        hits: &Hits,
        has_heading: bool,
        output: &Output,
    ) -> Result<(), Error> {
        if output.is_json() {
            return hits.iter().try_for_each(|hit| output.value(&Answer { question, hit }));
        }
        print_heading(question, has_heading, output)?;
        for hit in hits {
            let Hit { rank, score, document_id, passage_number, num_passages, content, .. } = hit;
            let place = place(*passage_number, *num_passages);
            print_result(*rank, *score, document_id, &place, output)?;
            let part = Part { passage_id: hit.passage_id, content };
            self.print_part(collection, question, part, output)?;
        }
        Ok(())
    }

    fn print_documents(
        &self,
        collection: &Collection,
        question: &str,
        hits: &Hits<DocumentHit>,
        has_heading: bool,
        output: &Output,
    ) -> Result<(), Error> {
        if output.is_json() {
            return hits.iter().try_for_each(|hit| output.value(&Answer { question, hit }));
        }
        print_heading(question, has_heading, output)?;
        for hit in hits {
            print_result(hit.rank, hit.score, &hit.document_id, "", output)?;
            for passage in &hit.passages {
                let part = Part { passage_id: passage.passage_id, content: &passage.content };
                self.print_part(collection, question, part, output)?;
            }
        }
        Ok(())
    }

    /// Prints a passage, or the part of it that suits the question best.
    fn print_part(
        &self,
        collection: &Collection,
        question: &str,
        Part { passage_id, content }: Part<'_>,
        output: &Output,
    ) -> Result<(), Error> {
        const INDENT: &str = "          ";
        if self.full {
            return content.lines().try_for_each(|line| output.line(format!("{INDENT}{line}")));
        }
        let marks = marks(&collection.explain(question, passage_id)?);
        let snippet = Snippet::best(content, &marks, output.width() - INDENT.len());
        let line = snippet.to_line(output, &Style::new().bold());
        output.line(format!("{INDENT}{line}"))
    }
}

/// A passage of a hit.
struct Part<'h> {
    passage_id: PassageId,
    content: &'h str,
}

impl Scope {
    fn apply<'c, Q>(
        &self,
        query: SearchBuilder<'c, OnDisk, Q>,
        k: usize,
    ) -> SearchBuilder<'c, OnDisk, Q> {
        let mut query =
            if self.exact { query.options(SearchOptions::exact(k)) } else { query.k(k) };
        if let Some(n_probe) = self.n_probe {
            query = query.n_probe(n_probe);
        }
        if let Some(filter) = self.filter.filter() {
            query = query.filter(filter);
        }
        #[cfg(feature = "words")]
        let query = self.ranking.apply(query);
        if self.among.is_empty() { query } else { query.among(&self.among) }
    }
}

/// What `--json` prints for every hit.
#[derive(Serialize)]
struct Answer<'a, H> {
    #[serde(rename = "query")]
    question: &'a str,
    #[serde(flatten)]
    hit: &'a H,
}

fn print_heading(question: &str, has_heading: bool, output: &Output) -> Result<(), Error> {
    if has_heading {
        output.line(output.styled(&Style::new().bold().underlined(), question))?;
    }
    Ok(())
}

fn print_result(
    rank: usize,
    score: f32,
    id: &str,
    place: &str,
    output: &Output,
) -> Result<(), Error> {
    let score = output.styled(&Style::new().green(), format!("{score:5.2}"));
    let id = output.styled(&Style::new().cyan().bold(), id);
    let place = output.styled(&Style::new().dim(), place);
    output.line(format!("{rank:>3} {score} {id}{place}"))
}

/// Which passage of its document it is, where there are several.
fn place(number: usize, of: usize) -> String {
    if of > 1 { format!("  {} of {of}", number + 1) } else { String::new() }
}

fn warn_of_cut<T>(hits: &Hits<T>, output: &Output) {
    if hits.is_truncated() {
        output.warn(format!(
            "the model did not read the last {} tokens of the question; `--query-length dynamic` reads all",
            hits.tokens_cut()
        ));
    }
}

/// The lines that are not blank.
fn lines(input: impl BufRead, name: &str) -> Result<Vec<String>, Error> {
    let lines: Result<Vec<String>, io::Error> = input.lines().collect();
    let lines = lines.map_err(|error| Error::file(name, error))?;
    Ok(lines.into_iter().filter(|line| !line.trim().is_empty()).collect())
}
