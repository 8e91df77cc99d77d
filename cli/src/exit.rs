//! How the program ends: its exit codes.

use std::process::ExitCode;

/// How the program ends. The numbers are part of the interface; docs/command.md lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// What was asked for is done, or found.
    Done = 0,
    /// Nothing was found.
    NothingFound = 1,
    /// The command line is wrong. Clap ends with this number, too.
    Usage = 2,
    /// A document, an id or a file is refused, or there is no collection.
    Input = 3,
    /// Another process changes the collection.
    Busy = 4,
    /// The collection is damaged.
    Damaged = 5,
    /// There is no model, it cannot be loaded, or it is another one than that of the collection.
    Model = 6,
    /// The system refused something: no space, no permission.
    System = 7,
    /// Interrupted. Nothing was changed.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
