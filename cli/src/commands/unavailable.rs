//! Commands whose cargo feature is not installed.

use std::ffi::OsString;

use clap::Args;

use crate::error::Error;
use crate::exit::Exit;

/// A command whose cargo feature is not installed. It takes any arguments, to say which feature it needs.
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Unavailable {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    _arguments: Vec<OsString>,
}

impl Unavailable {
    /// Says which feature the command `what` needs.
    pub(crate) fn run(&self, what: &'static str, feature: &'static str) -> Result<Exit, Error> {
        Err(Error::NoFeature { what, feature })
    }
}
