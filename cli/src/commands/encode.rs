//! `jacolbert encode`: the vectors of texts.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use jacolbert::index::Embeddings;
use jacolbert::{Document, Retriever};
use safetensors::tensor::{Dtype, TensorView, serialize};
use serde_json::json;

use crate::error::Error;
use crate::exit::Exit;
use crate::input::{Input, InputArgs};
use crate::model_choice::ModelChoice;
use crate::output::Output;
use crate::progress::Progress;

/// Texts that are encoded between two looks at whether the user wants to stop.
const TEXTS_PER_ROUND: usize = 256;

const EXAMPLES: &str = "\
Examples:
  jacolbert encode -m assets/mini passages.jsonl --out vectors.safetensors
  jacolbert encode -m assets/mini --role query questions.tsv > vectors.jsonl

FILE of --out is in the format safetensors:
  embeddings   float32 [tokens, dim]   the vectors of all texts, one after the other
  lengths      int64 [texts]           how many of them each text has
  __metadata__ `ids`                   the ids of the texts, a JSON list
In Python: safetensors.numpy.load_file(\"vectors.safetensors\")

Without --out, a line for each text is printed: {\"id\": .., \"embeddings\": [[..], ..], \"tokens_cut\": ..}";

/// Print or store the vectors of texts, one for each token
///
/// Texts are not split: the end of a passage that is longer than the model reads is cut, which a warning tells. All
/// vectors are in memory until they are written.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct EncodeCommand {
    #[command(flatten)]
    input: InputArgs,
    /// What the texts are. Models encode questions and passages with other markers
    #[arg(long, value_enum, default_value = "passage")]
    role: Role,
    /// Write the vectors to FILE, in the format safetensors. An existing file is replaced once all is done
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    model: ModelChoice,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Role {
    Passage,
    Query,
}

/// A text with its vectors.
struct Encoded {
    id: String,
    embeddings: Embeddings,
    tokens_cut: usize,
}

impl EncodeCommand {
    pub(crate) fn run(self, output: &Output) -> Result<Exit, Error> {
        let mut input = self.input.open()?;
        let retriever = self.model.load()?;
        let encoded = self.encode(&retriever, &mut input, output)?;
        input.left_out().report(output);
        warn_of_cut(&encoded, output);
        match &self.out {
            Some(path) => save(path, &encoded, retriever.encoder().dim())?,
            None => encoded.iter().try_for_each(|text| print(text, output))?,
        }
        output.note(format!("{} texts encoded", encoded.len()));
        Ok(Exit::Done)
    }

    fn encode(
        &self,
        retriever: &Retriever,
        input: &mut Input,
        output: &Output,
    ) -> Result<Vec<Encoded>, Error> {
        let of = input.num_documents();
        let progress = Progress::start(output, "encoding texts", of)?;
        let mut encoded = Vec::new();
        loop {
            let round = input.take(TEXTS_PER_ROUND).collect::<Result<Vec<Document>, Error>>()?;
            if round.is_empty() {
                return Ok(encoded);
            }
            encoded.extend(self.encode_round(retriever, round)?);
            if progress.count(encoded.len(), of).is_break() {
                return Err(Error::Interrupted);
            }
        }
    }

    fn encode_round(
        &self,
        retriever: &Retriever,
        round: Vec<Document>,
    ) -> Result<Vec<Encoded>, Error> {
        let texts: Vec<&str> = round.iter().map(|document| document.text.as_str()).collect();
        let found = match self.role {
            Role::Passage => retriever.encoder().encode_passages(&texts)?,
            Role::Query => retriever.encoder().encode_queries(&texts)?,
        };
        let mut tokens_cut = vec![0; round.len()];
        found.truncated.iter().for_each(|cut| tokens_cut[cut.text] = cut.tokens_cut);
        let texts = round.into_iter().zip(found.embeddings).zip(tokens_cut);
        let encoded = texts.map(|((document, embeddings), tokens_cut)| Encoded {
            id: document.id,
            embeddings,
            tokens_cut,
        });
        Ok(encoded.collect())
    }
}

fn warn_of_cut(encoded: &[Encoded], output: &Output) {
    let cut: Vec<&Encoded> = encoded.iter().filter(|text| text.tokens_cut > 0).collect();
    if let Some(first) = cut.first() {
        let num_cut = cut.len();
        output
            .warn(format!("{num_cut} texts are longer than the model reads, such as {}", first.id));
    }
}

fn print(text: &Encoded, output: &Output) -> Result<(), Error> {
    let rows: Vec<&[f32]> = text.embeddings.as_ref().rows().collect();
    output.value(&json!({ "id": text.id, "embeddings": rows, "tokens_cut": text.tokens_cut }))
}

/// Writes all vectors to a file, which is there as a whole or not at all.
fn save(path: &Path, encoded: &[Encoded], dim: usize) -> Result<(), Error> {
    let rows = encoded.iter().flat_map(|text| text.embeddings.as_ref().rows());
    let rows: Vec<u8> = rows.flatten().flat_map(|value| value.to_le_bytes()).collect();
    let lengths = encoded.iter().map(|text| text.embeddings.num_tokens() as i64);
    let lengths: Vec<u8> = lengths.flat_map(i64::to_le_bytes).collect();
    let num_tokens = rows.len() / 4 / dim.max(1);
    let wrong = |error: safetensors::SafeTensorError| Error::file(path, error);
    let tensors = [
        ("embeddings", TensorView::new(Dtype::F32, vec![num_tokens, dim], &rows).map_err(wrong)?),
        ("lengths", TensorView::new(Dtype::I64, vec![encoded.len()], &lengths).map_err(wrong)?),
    ];
    let ids: Vec<&str> = encoded.iter().map(|text| text.id.as_str()).collect();
    let metadata = HashMap::from([("ids".to_string(), json!(ids).to_string())]);
    let bytes = serialize(tensors, Some(metadata)).map_err(wrong)?;
    replace_file(path, &bytes).map_err(|source| Error::io(path, source))
}

fn replace_file(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    std::fs::write(file.path(), bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
