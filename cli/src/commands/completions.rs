//! `jacolbert completions`: what a shell completes.

use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use crate::arguments::Arguments;
use crate::error::Error;
use crate::exit::Exit;
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  jacolbert completions bash > ~/.local/share/bash-completion/completions/jacolbert
  jacolbert completions zsh > ~/.zfunc/_jacolbert      with ~/.zfunc in $fpath
  jacolbert completions fish > ~/.config/fish/completions/jacolbert.fish";

/// Print the completions of a shell
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CompletionsCommand {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl CompletionsCommand {
    pub(crate) fn run(self, output: &Output) -> Result<Exit, Error> {
        let mut script = Vec::new();
        generate(self.shell, &mut Arguments::command(), "jacolbert", &mut script);
        output.bytes(&script)?;
        Ok(Exit::Done)
    }
}
