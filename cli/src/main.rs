//! `jacolbert`: Japanese late-interaction retrieval on the command line.

mod arguments;
mod collection_choice;
mod commands;
mod error;
mod exit;
mod filter_choice;
mod input;
mod interruption;
mod marks;
mod model_choice;
mod output;
mod progress;
#[cfg(feature = "words")]
mod ranking_choice;
mod snippet;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use arguments::Arguments;
use output::Output;

fn main() -> ExitCode {
    let Arguments { output, command } = Arguments::parse();
    let output = Output::new(&output);
    match command.run(&output, Arguments::command) {
        Ok(exit) => exit.into(),
        Err(error) => {
            output.report(&error);
            error.exit().into()
        }
    }
}
