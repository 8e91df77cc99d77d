//! What is seen of a training, and what stays of it.

use std::error::Error;
use std::fs::{self, File};
use std::io::Write;
use std::ops::ControlFlow;
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};
use jacolbert::eval::line_plot;
use jacolbert::train::Event;

use crate::args::Args;

/// A bar, a line of JSON an event, and at the end the curves.
pub(crate) struct Log {
    bar: ProgressBar,
    metrics: File,
    plot: PathBuf,
    loss: Vec<(f64, f64)>,
    recall: Vec<(f64, f64)>,
}

impl Log {
    pub(crate) fn open(args: &Args) -> Result<Self, Box<dyn Error>> {
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {eta} {msg}")?;
        let metrics = args.out.join("metrics.jsonl");
        Ok(Self {
            bar: ProgressBar::new(args.config.steps).with_style(style),
            metrics: File::options().create(true).append(true).open(metrics)?,
            plot: args.out.join("loss.svg"),
            loss: Vec::new(),
            recall: Vec::new(),
        })
    }

    /// A training whose log cannot be written ends.
    pub(crate) fn note(&mut self, event: &Event) -> ControlFlow<()> {
        match event {
            Event::Step { step, loss, .. } => {
                self.loss.push((*step as f64, f64::from(*loss)));
                self.bar.set_position(*step);
                self.bar.set_message(format!("loss {loss:.3}"));
            }
            Event::Validation { step, value, .. } => {
                self.recall.push((*step as f64, *value));
                self.bar.println(format!("step {step}: recall@1 {value:.4}"));
            }
            _ => (),
        }
        let written = serde_json::to_writer(&mut self.metrics, event).map_err(Into::into);
        match written.and_then(|()| self.metrics.write_all(b"\n")) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.bar.println(format!("metrics.jsonl: {error}"));
                ControlFlow::Break(())
            }
        }
    }

    pub(crate) fn finish(&self) -> Result<(), Box<dyn Error>> {
        self.bar.finish_and_clear();
        let lines: [(&str, &[_]); 2] = [("loss", &self.loss), ("recall@1", &self.recall)];
        Ok(fs::write(&self.plot, line_plot(["step", "loss, recall@1"], &lines))?)
    }
}
