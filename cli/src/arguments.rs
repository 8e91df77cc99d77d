//! The command line.

use clap::Parser;

use crate::commands::Command;
use crate::output::OutputArgs;

const AFTER_HELP: &str = "\
Examples:
  jacolbert index --model assets/mini my-folder/     index the text files of a folder
  jacolbert search 日本で一番深い湖は？                  ask them a question
  jacolbert add --upsert my-folder/                  take over what has changed
  jacolbert search --json 一番高い山は？ | jq .content   results for a program

Exit codes:
  0    done; for `search`: something was found
  1    nothing was found
  2    the command line is wrong, or a feature is not installed
  3    a document, an id or a file is refused, or there is no collection
  4    another process changes the collection
  5    the collection is damaged
  6    the model is missing, cannot be loaded, or is not that of the collection
  7    the system refused something, such as space on a disk
  130  interrupted; nothing was changed

Environment:
  JACOLBERT_MODEL       the model of new collections, where `--model` is not given
  JACOLBERT_DICTIONARY  its MeCab dictionary, where `--dictionary` is not given
  JACOLBERT_COLLECTION  the folder of the collection, where `--collection` is not given
  JACOLBERT_KEY         the key of `serve`, where `--key` is not given
  NO_COLOR              no colours if it is set";

/// Japanese semantic search with late interaction
///
/// A collection is a folder with documents, their vectors and their metadata. By default it is `.jacolbert` in the
/// current folder. `index` makes it, `search` asks it, and `add` and `delete` change it. Each change is one commit:
/// all or nothing, also if the program is interrupted or killed.
#[derive(Debug, Parser)]
#[command(name = "jacolbert", version, max_term_width = 100, after_long_help = AFTER_HELP, after_help = AFTER_HELP)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}
