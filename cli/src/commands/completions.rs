//! `jacolbert completions`: what a shell completes.

use clap::{Args, Command};
use clap_complete::{Shell, generate};

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
    pub(crate) fn run(self, mut program: Command, output: &Output) -> Result<Exit, Error> {
        let mut script = Vec::new();
        generate(self.shell, &mut program, "jacolbert", &mut script);
        output.bytes(&script)?;
        Ok(Exit::Done)
    }
}
