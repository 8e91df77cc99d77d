//! Trains a model for some steps and prints the losses, so that `train_step.py` can compare what a step
//! costs with what it costs in PyTorch.
//!
//!     cargo run --release -p jacolbert-benches --features train --example train_step -- \
//!         --model FOLDER --rows ROWS.jsonl --batch 16 --steps 8
//!
//! A row is `["query", "positive", "negative"]`; rows are taken in the order of the file.

use std::ops::ControlFlow;
use std::path::PathBuf;

use anyhow::Context;
use jacolbert::model::Checkpoint;
use jacolbert::train::{
    Choice, Chunking, Decay, Event, ExampleOptions, Examples, KnownPositives, Order, Schedule,
    TextFormat, TrainOptions, Trainer, TrainingHooks,
};
use jacolbert::{Device, LoadOptions};
use lexopt::prelude::*;

fn main() -> anyhow::Result<()> {
    let mut model = PathBuf::from("assets/mini");
    let mut rows = None;
    let mut options = TrainOptions {
        batch_size: 16,
        chunking: Chunking::ByLength { texts: 2 },
        steps: 8,
        known_positives: KnownPositives::Negatives,
        schedule: Schedule { learning_rate: 1e-4, warmup_steps: 0, decay: Decay::None },
        ..Default::default()
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(arg) = parser.next()? {
        match arg {
            Long("model") => model = parser.value()?.into(),
            Long("rows") => rows = Some(PathBuf::from(parser.value()?)),
            Long("batch") => options.batch_size = parser.value()?.parse()?,
            Long("steps") => options.steps = parser.value()?.parse()?,
            other => return Err(other.unexpected().into()),
        }
    }
    let rows = rows.context("--rows FILE is missing")?;
    let rows_in_order =
        ExampleOptions { order: Order::AsStored, choice: Choice::First, ..Default::default() };
    let mut examples = Examples::with_texts(&rows, TextFormat::Lists, &rows_in_order)?;
    let start = Checkpoint::from_dir(&model, &LoadOptions::default(), &Device::flex())?;
    let mut trainer = Trainer::new(start, options)?;
    let hooks = TrainingHooks::new().on_event(|event| {
        if let Event::Step { loss, .. } = event {
            println!("{loss}");
        }
        ControlFlow::Continue(())
    });
    trainer.run(&mut examples, hooks)?;
    Ok(())
}
