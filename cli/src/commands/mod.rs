//! The commands, a file for each.

mod add;
mod compact;
mod completions;
mod delete;
mod encode;
mod eval;
mod explain;
#[cfg(feature = "import")]
mod import;
mod index;
mod info;
mod mine;
mod search;
#[cfg(feature = "serve")]
mod serve;
#[cfg(feature = "train")]
mod train;
#[cfg(not(all(feature = "import", feature = "serve", feature = "train")))]
mod unavailable;
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
    Mine(mine::MineCommand),
    #[cfg(feature = "train")]
    Train(train::TrainCommand),
    /// Train a model on questions and their answers. Needs the cargo feature `train`
    #[cfg(not(feature = "train"))]
    Train(unavailable::Unavailable),
    #[cfg(feature = "import")]
    Import(import::ImportCommand),
    /// Make a collection of an index of RAGatouille. Needs the cargo feature `import`
    #[cfg(not(feature = "import"))]
    Import(unavailable::Unavailable),
    #[cfg(feature = "serve")]
    Serve(serve::ServeCommand),
    /// Serve collections over HTTP. Needs the cargo feature `serve`
    #[cfg(not(feature = "serve"))]
    Serve(unavailable::Unavailable),
    Completions(completions::CompletionsCommand),
}

impl Command {
    /// Runs the command; `program` is the whole command line, for the completions.
    pub(crate) fn run(
        self,
        output: &Output,
        program: fn() -> clap::Command,
    ) -> Result<Exit, Error> {
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
            Self::Mine(command) => command.run(output),
            #[cfg(feature = "train")]
            Self::Train(command) => command.run(output),
            #[cfg(not(feature = "train"))]
            Self::Train(command) => command.run("training", "train"),
            #[cfg(feature = "import")]
            Self::Import(command) => command.run(output),
            #[cfg(not(feature = "import"))]
            Self::Import(command) => command.run("importing an index", "import"),
            #[cfg(feature = "serve")]
            Self::Serve(command) => command.run(output),
            #[cfg(not(feature = "serve"))]
            Self::Serve(command) => command.run("serving", "serve"),
            Self::Completions(command) => command.run(program(), output),
        }
    }
}
