//! How far a long command is, as a bar on a terminal.

use std::ops::ControlFlow;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use jacolbert::IndexProgress;
use jacolbert::index::BuildProgress;

use crate::error::Error;
use crate::interruption::Interruption;
use crate::output::Output;

/// How far a long command is: a bar on a terminal, nothing elsewhere. It also stops the command when the user
/// interrupts it.
pub(crate) struct Progress {
    bar: ProgressBar,
    interruption: Interruption,
    what: &'static str,
}

impl Progress {
    /// The progress of work on `of` things, if their number is known; `what` names the work.
    pub(crate) fn start(
        output: &Output,
        what: &'static str,
        of: Option<usize>,
    ) -> Result<Self, Error> {
        let bar = if output.has_progress() { ProgressBar::new(0) } else { ProgressBar::hidden() };
        let progress = Self { bar, interruption: Interruption::watch()?, what };
        progress.begin(what, of);
        progress.bar.enable_steady_tick(Duration::from_millis(200));
        Ok(progress)
    }

    /// Shows how far the encoding of `of` documents and the building of their index is.
    pub(crate) fn index(&self, progress: IndexProgress, of: Option<usize>) -> ControlFlow<()> {
        match progress {
            IndexProgress::Encoding { done, .. } => self.show(self.what, done, of),
            IndexProgress::Building(BuildProgress::Clustering { done, of }) => {
                self.show("clustering", done, Some(of))
            }
            IndexProgress::Building(BuildProgress::Encoding { done, of }) => {
                self.show("compressing", done, Some(of))
            }
            _ => self.interruption.flow(),
        }
    }

    /// Shows that `done` of `of` are done.
    pub(crate) fn count(&self, done: usize, of: Option<usize>) -> ControlFlow<()> {
        self.show(self.what, done, of)
    }

    fn show(&self, what: &'static str, done: usize, of: Option<usize>) -> ControlFlow<()> {
        if self.bar.message() != what || self.bar.length() != of.map(|of| of as u64) {
            self.begin(what, of);
        }
        self.bar.set_position(done as u64);
        self.interruption.flow()
    }

    fn begin(&self, what: &'static str, of: Option<usize>) {
        let template = match of {
            Some(_) => "{msg} {wide_bar} {human_pos}/{human_len} {eta}",
            None => "{spinner} {msg} {human_pos} {elapsed}",
        };
        if let Some(of) = of {
            self.bar.set_length(of as u64);
        } else {
            self.bar.unset_length();
        }
        self.bar.set_style(
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        self.bar.set_message(what);
    }
}

/// A bar that an error leaves behind would hide the message.
impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
