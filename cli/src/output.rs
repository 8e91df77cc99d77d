//! What the program prints, and how.

use std::fmt::Display;
use std::io::{self, Write};

use clap::{Args, ValueEnum};
use console::{Style, Term};
use serde::Serialize;

use crate::error::Error;

/// The narrowest and the widest text that is printed for people.
const MIN_WIDTH: usize = 40;
const MAX_WIDTH: usize = 120;
/// The width where nothing tells it.
const USUAL_WIDTH: usize = 100;

/// Options that every command has.
#[derive(Debug, Clone, Args)]
pub(crate) struct OutputArgs {
    /// Print one JSON value per line, for programs. docs/command.md lists the fields
    #[arg(long, global = true, help_heading = "Output")]
    json: bool,
    /// Print no progress, notes or warnings; only results and errors
    #[arg(short, long, global = true, help_heading = "Output")]
    quiet: bool,
    /// When to colour. `auto` colours on a terminal, unless NO_COLOR is set
    #[arg(
        long,
        alias = "colour",
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = false,
        help_heading = "Output"
    )]
    color: ColourChoice,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ColourChoice {
    Auto,
    Always,
    Never,
}

/// Where the program prints: results to standard output, everything else to standard error.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    is_json: bool,
    is_quiet: bool,
    has_colours: bool,
    width: usize,
}

impl Output {
    pub(crate) fn new(args: &OutputArgs) -> Self {
        let terminal = Term::stdout();
        let has_colours = match args.color {
            ColourChoice::Always => true,
            ColourChoice::Never => false,
            ColourChoice::Auto => terminal.is_term() && console::colors_enabled(),
        };
        let width = terminal.size_checked().map_or(USUAL_WIDTH, |(_, columns)| columns.into());
        Self {
            is_json: args.json,
            is_quiet: args.quiet,
            has_colours,
            width: width.clamp(MIN_WIDTH, MAX_WIDTH),
        }
    }

    /// Whether programs read the results.
    pub(crate) fn is_json(&self) -> bool {
        self.is_json
    }

    /// Whether only results and errors are printed.
    #[cfg(feature = "serve")]
    pub(crate) fn is_quiet(&self) -> bool {
        self.is_quiet
    }

    /// Whether texts are coloured.
    #[cfg(feature = "serve")]
    pub(crate) fn has_colours(&self) -> bool {
        self.has_colours
    }

    /// Whether somebody watches the progress.
    pub(crate) fn has_progress(&self) -> bool {
        !self.is_quiet && Term::stderr().is_term()
    }

    /// Columns of a line.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// `text` in this style, where there are colours.
    pub(crate) fn styled(&self, style: &Style, text: impl Display) -> String {
        let text = text.to_string();
        let has_colours = self.has_colours && !text.is_empty();
        style.clone().force_styling(has_colours).apply_to(text).to_string()
    }

    /// Prints a line of the result.
    pub(crate) fn line(&self, text: impl Display) -> Result<(), Error> {
        written(writeln!(io::stdout(), "{text}"))
    }

    /// Prints a value of the result as a line of JSON.
    pub(crate) fn value(&self, value: &impl Serialize) -> Result<(), Error> {
        let json = serde_json::to_string(value).map_err(|error| Error::Output(error.into()))?;
        self.line(json)
    }

    /// Prints bytes of the result as they are.
    pub(crate) fn bytes(&self, bytes: &[u8]) -> Result<(), Error> {
        let mut out = io::stdout().lock();
        written(out.write_all(bytes).and_then(|()| out.flush()))
    }

    /// Tells people how it went, on standard error.
    pub(crate) fn note(&self, text: impl Display) {
        if !self.is_quiet {
            complain(&text);
        }
    }

    /// Tells people of something that they may not expect, on standard error.
    pub(crate) fn warn(&self, text: impl Display) {
        if !self.is_quiet {
            let label = self.label("warning", &Style::new().yellow().bold());
            complain(&format!("{label} {text}"));
        }
    }

    /// Prints an error with its causes, on standard error. A closed output is none.
    pub(crate) fn report(&self, error: &Error) {
        if matches!(error, Error::Closed) {
            return;
        }
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(error);
        while let Some(error) = cause {
            text += &format!(": {error}");
            cause = error.source();
        }
        complain(&format!("{} {text}", self.label("error", &Style::new().red().bold())));
    }

    fn label(&self, name: &str, style: &Style) -> String {
        let colours = self.has_colours && Term::stderr().is_term();
        style.clone().force_styling(colours).apply_to(format!("{name}:")).to_string()
    }
}

/// A closed pipe is no error of writing: the reader has what it wants.
fn written(result: io::Result<()>) -> Result<(), Error> {
    result.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Error::Closed,
        _ => Error::Output(error),
    })
}

/// A standard error that is closed must not end the program.
fn complain(text: &impl Display) {
    let _ = writeln!(io::stderr(), "{text}");
}
