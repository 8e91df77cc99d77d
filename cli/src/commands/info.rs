//! `jacolbert info`: what a collection is.

use std::path::{Path, PathBuf};

use clap::Args;
use jacolbert::{CollectionInfo, PoolFactor, Splitting, StoredCollection};
use serde::Serialize;

use crate::collection_choice::CollectionChoice;
use crate::error::Error;
use crate::exit::Exit;
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  jacolbert info
  jacolbert info --json -c wiki | jq .num_documents";

/// Show what a collection is: its size, its model and how it was indexed
///
/// The model is not loaded, so that the command also works where it is gone.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct InfoCommand {
    #[command(flatten)]
    collection: CollectionChoice,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Described {
    collection: PathBuf,
    #[serde(flatten)]
    info: CollectionInfo,
}

impl InfoCommand {
    pub(crate) fn run(self, output: &Output) -> Result<Exit, Error> {
        let folder = self.collection.existing()?;
        let info = StoredCollection::open(folder)?.info();
        if output.is_json() {
            output.value(&Described { collection: folder.into(), info })?;
        } else {
            for (name, value) in rows(folder, &info) {
                output.line(format!("{name:<12} {value}"))?;
            }
        }
        Ok(Exit::Done)
    }
}

fn rows(folder: &Path, info: &CollectionInfo) -> Vec<(&'static str, String)> {
    let mut rows = vec![
        ("collection", folder.display().to_string()),
        ("documents", info.num_documents.to_string()),
        ("passages", info.num_passages.to_string()),
        ("tokens", info.num_tokens.to_string()),
        ("bytes", info.num_bytes.to_string()),
        ("vectors", format!("{} components, {} bits each", info.dim, info.bits.get())),
        ("segments", info.num_segments.to_string()),
        ("model", shown(info.model.as_deref())),
        ("fingerprint", info.fingerprint.clone().unwrap_or_else(|| "unknown".into())),
        ("precision", info.precision.to_string()),
        ("splitting", splitting(info.splitting)),
    ];
    if info.dictionary.is_some() {
        rows.push(("dictionary", shown(info.dictionary.as_deref())));
    }
    if info.pooling.factor != PoolFactor::One {
        rows.push(("pooling", format!("{} tokens into one vector", info.pooling.factor.get())));
    }
    if let Some(analyser) = &info.words {
        rows.push(("words", analyser.clone()));
    }
    if info.has_deleted {
        rows.push(("deleted", "`jacolbert compact` removes what deleted documents left".into()));
    }
    rows
}

fn shown(folder: Option<&Path>) -> String {
    match folder {
        Some(folder) if folder.is_dir() => folder.display().to_string(),
        Some(folder) => format!("{} (gone)", folder.display()),
        None => "unknown".into(),
    }
}

fn splitting(splitting: Option<Splitting>) -> String {
    match splitting {
        Some(Splitting::Sentences { max_tokens, overlap }) => {
            format!(
                "passages of up to {max_tokens} tokens, of which neighbours share up to {overlap}"
            )
        }
        Some(Splitting::Whole) => "whole documents".into(),
        None => "a function of a program".into(),
    }
}
