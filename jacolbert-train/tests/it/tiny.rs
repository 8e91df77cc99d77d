//! A model of 76 kilobytes and 160 rows to train it with, those of the loss curve.

use std::error::Error;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use jacolbert_model::{Checkpoint, Device, LoadOptions};
use jacolbert_train::loss::{Loss, NWayTerm, Normalisation};
use jacolbert_train::{
    Decay, Event, ExampleOptions, Examples, Order, Outcome, Schedule, TextFormat, TrainOptions,
    Trainer, TrainingHooks,
};
use serde_json::{Value, json};

use crate::scratch::Scratch;

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/curve")
}

/// The model as it is in its folder, without dropout.
pub(crate) fn model() -> Result<Checkpoint, jacolbert_model::Error> {
    Checkpoint::from_dir(&folder().join("model"), &LoadOptions::default(), &Device::flex())
}

/// The same with dropout.
pub(crate) fn model_with_dropout(share: f64) -> Result<Checkpoint, Box<dyn Error>> {
    let scratch = Scratch::new()?;
    for name in ["artifact.metadata", "tokenizer.json", "model.safetensors"] {
        fs::copy(folder().join("model").join(name), scratch.path().join(name))?;
    }
    let config = fs::read_to_string(folder().join("model/config.json"))?;
    let mut config: Value = serde_json::from_str(&config)?;
    config["hidden_dropout_prob"] = json!(share);
    config["attention_probs_dropout_prob"] = json!(share);
    scratch.file("config.json", &config.to_string())?;
    Ok(Checkpoint::from_dir(scratch.path(), &LoadOptions::default(), &Device::flex())?)
}

/// Rows with two negatives each.
pub(crate) fn examples(options: &ExampleOptions) -> Result<Examples, jacolbert_train::Error> {
    Examples::with_texts(&folder().join("rows.tsv"), TextFormat::Tabbed, options)
}

/// A dozen steps that are told from one another by everything that is drawn.
pub(crate) fn options() -> TrainOptions {
    TrainOptions {
        steps: 12,
        batch_size: 4,
        schedule: Schedule { learning_rate: 3e-3, warmup_steps: 3, decay: Decay::Linear },
        ..Default::default()
    }
}

/// Trains to the last step, and returns the losses.
pub(crate) fn losses(
    trainer: &mut Trainer,
    examples: &mut Examples,
) -> Result<Vec<f32>, jacolbert_train::Error> {
    let mut losses = Vec::new();
    let hooks = TrainingHooks::new().on_event(|event| {
        if let Event::Step { loss, .. } = event {
            losses.push(*loss);
        }
        ControlFlow::Continue(())
    });
    trainer.run(examples, hooks)?;
    Ok(losses)
}

/// Trains until step `last` is done.
pub(crate) fn stop_after(
    trainer: &mut Trainer,
    examples: &mut Examples,
    last: u64,
) -> Result<Outcome, jacolbert_train::Error> {
    let hooks = TrainingHooks::new().on_event(move |event| match event {
        Event::Step { step, .. } if *step == last => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    trainer.run(examples, hooks)
}

/// The bytes of the file of weights of a model.
pub(crate) fn weights(checkpoint: &Checkpoint) -> Result<Vec<u8>, Box<dyn Error>> {
    let scratch = Scratch::new()?;
    checkpoint.save(scratch.path())?;
    Ok(fs::read(scratch.path().join("model.safetensors"))?)
}

/// Rows whose 23rd has scores that are numbers and whose loss is not, and a training that meets it
/// in step 6.
pub(crate) fn poisoned(scratch: &Scratch) -> Result<(Examples, TrainOptions), Box<dyn Error>> {
    let row = |line: usize| {
        let (a, b) = if line == 23 { (3e38, -3e38) } else { (2.0, 1.0) };
        format!(r#"["w{line} w3", ["w{line} w5", {a:e}], ["w7", {b:e}]]"#)
    };
    let rows: Vec<String> = (1..=40).map(row).collect();
    let path = scratch.file("poisoned.jsonl", &rows.join("\n"))?;
    let in_order = ExampleOptions { order: Order::AsStored, ..Default::default() };
    let examples = Examples::with_texts(&path, TextFormat::Lists, &in_order)?;
    let loss = Loss { n_way: Some(NWayTerm::Distillation(Normalisation::None)), in_batch: None };
    Ok((examples, TrainOptions { loss, ..options() }))
}
