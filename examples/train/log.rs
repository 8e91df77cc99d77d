//! What is seen of a training, and what stays of it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use jacolbert::eval::line_plot;
use jacolbert::train::Event;

use crate::args::Args;

/// A bar, a line of JSON an event, and at the end the curves since the first step.
pub(crate) struct Log {
    bar: ProgressBar,
    metrics: File,
    plot: PathBuf,
    loss: Vec<(f64, f64)>,
    recall: Vec<(f64, f64)>,
}

impl Log {
    /// The log of a training that has done `steps`.
    pub(crate) fn open(args: &Args, steps: u64) -> anyhow::Result<Self> {
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {eta} {msg}")?;
        let path = args.out.join("metrics.jsonl");
        let before = events_until(steps, &path).with_context(|| path.display().to_string())?;
        let mut log = Self {
            bar: ProgressBar::new(args.prolong.unwrap_or(args.options.steps)).with_style(style),
            metrics: File::create(&path).with_context(|| path.display().to_string())?,
            plot: args.out.join("loss.svg"),
            loss: Vec::new(),
            recall: Vec::new(),
        };
        for event in &before {
            log.write(event)?;
        }
        Ok(log)
    }

    /// A training whose log cannot be written ends.
    pub(crate) fn record(&mut self, event: &Event) -> ControlFlow<()> {
        match event {
            Event::Step { step, loss, .. } => {
                self.bar.set_position(*step);
                self.bar.set_message(format!("loss {loss:.3}"));
            }
            Event::Validation { step, value, .. } => {
                self.bar.println(format!("step {step}: recall@1 {value:.4}"));
            }
            _ => (),
        }
        match self.write(event) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.bar.println(format!("metrics.jsonl: {error}"));
                ControlFlow::Break(())
            }
        }
    }

    fn write(&mut self, event: &Event) -> io::Result<()> {
        let step = event.step() as f64;
        match event {
            Event::Step { loss, .. } => self.loss.push((step, f64::from(*loss))),
            Event::Validation { value, .. } => self.recall.push((step, *value)),
            _ => (),
        }
        self.metrics.write_all(format!("{}\n", serde_json::to_string(event)?).as_bytes())
    }

    pub(crate) fn finish(&self) -> anyhow::Result<()> {
        self.bar.finish_and_clear();
        let lines: [(&str, &[_]); 2] = [("loss", &self.loss), ("recall@1", &self.recall)];
        Ok(fs::write(&self.plot, line_plot(["step", "loss, recall@1"], &lines))?)
    }
}

/// What the file at `path` tells of the first `steps`. What came later is done again, and of the last
/// line there may be a part only: the training may have been killed.
fn events_until(steps: u64, path: &Path) -> io::Result<Vec<Event>> {
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let text = fs::read_to_string(path)?;
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let events = whole.lines().map(serde_json::from_str);
    let events = events.collect::<Result<Vec<Event>, _>>()?;
    Ok(events.into_iter().filter(|event| event.step() <= steps).collect())
}
