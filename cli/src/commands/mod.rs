//! The commands, a file for each.

mod add;
mod compact;
mod completions;
mod delete;
mod encode;
mod eval;
mod explain;
mod import;
mod index;
mod info;
mod search;
mod verify;

use clap::Subcommand;

use crate::error::Error;
use crate::exit::Exit;
use crate::output::Output;

/// What the program is asked to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Index(index::IndexCommand),
    Add(add::AddCommand),
    Delete(delete::DeleteCommand),
    Search(search::SearchCommand),
    Explain(explain::ExplainCommand),
    Info(info::InfoCommand),
    Verify(verify::VerifyCommand),
    Compact(compact::CompactCommand),
    Eval(eval::EvalCommand),
    Encode(encode::EncodeCommand),
    Import(import::ImportCommand),
    Completions(completions::CompletionsCommand),
}

impl Command {
    pub(crate) fn run(self, output: &Output) -> Result<Exit, Error> {
        match self {
            Self::Index(command) => command.run(output),
            Self::Add(command) => command.run(output),
            Self::Delete(command) => command.run(output),
            Self::Search(command) => command.run(output),
            Self::Explain(command) => command.run(output),
            Self::Info(command) => command.run(output),
            Self::Verify(command) => command.run(output),
            Self::Compact(command) => command.run(output),
            Self::Eval(command) => command.run(output),
            Self::Encode(command) => command.run(output),
            Self::Import(command) => command.run(output),
            Self::Completions(command) => command.run(output),
        }
    }
}
