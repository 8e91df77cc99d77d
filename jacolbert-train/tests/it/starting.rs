//! What a training may begin with.

use std::fs;
use std::ops::ControlFlow;

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::Tensor;
use jacolbert_model::{
    BertConfig, Checkpoint, Colbert, ColbertConfig, Device, LoadOptions, Tokenizer,
};
use jacolbert_train::{
    CheckpointOptions, Error, Event, ExampleOptions, TrainOptions, Trainer, TrainingHooks,
};

use crate::scratch::Scratch;
use crate::{TestResult, tiny};

/// Fresh weights in the tiny model's shape.
pub(crate) fn fresh() -> Result<Checkpoint, jacolbert_model::Error> {
    let dir = tiny::folder().join("model");
    let bert = BertConfig::from_dir(&dir)?;
    let config = ColbertConfig::from_dir(&dir)?;
    let tokenizer = Tokenizer::from_dir(&dir, &bert, &config)?;
    let colbert = Colbert::new(&bert, config.dim, &burn::tensor::Device::flex());
    Ok(Checkpoint { bert, config, colbert, tokenizer })
}

/// The tiny model's encoder without its projection, and without settings of a ColBERT.
fn bert() -> Result<Checkpoint, Box<dyn std::error::Error>> {
    let scratch = Scratch::new()?;
    for name in ["config.json", "tokenizer.json", "model.safetensors"] {
        fs::copy(tiny::folder().join("model").join(name), scratch.path().join(name))?;
    }
    let config = ColbertConfig::from_dir(&tiny::folder().join("model"))?;
    let options = LoadOptions { config: Some(config), ..Default::default() };
    Ok(Checkpoint::from_bert(scratch.path(), &options, &Device::flex())?)
}

#[test]
fn fresh_weights_follow_from_the_seed() -> TestResult {
    let drawn = |start: Checkpoint, seed| {
        let config = TrainOptions { seed, ..tiny::options() };
        tiny::weights(&Trainer::new(start, config)?.checkpoint())
    };
    assert!(drawn(fresh()?, 1)? == drawn(fresh()?, 1)?);
    assert!(drawn(fresh()?, 1)? != drawn(fresh()?, 2)?);
    assert!(drawn(bert()?, 1)? == drawn(bert()?, 1)?);
    assert!(drawn(bert()?, 1)? != drawn(bert()?, 2)?);
    Ok(())
}

#[test]
fn a_loaded_model_is_the_same_before_the_first_step() -> TestResult {
    let trainer = Trainer::new(tiny::model()?, tiny::options())?;
    assert!(tiny::weights(&trainer.checkpoint())? == tiny::weights(&tiny::model()?)?);
    Ok(())
}

#[test]
fn a_bert_learns_under_a_fresh_projection() -> TestResult {
    let config = TrainOptions { steps: 60, ..tiny::options() };
    let mut trainer = Trainer::new(bert()?, config)?;
    let losses = tiny::losses(&mut trainer, &mut tiny::examples(&ExampleOptions::default())?)?;
    let mean = |losses: &[f32]| losses.iter().sum::<f32>() / losses.len() as f32;
    let first = mean(&losses[..10]);
    let last = mean(&losses[50..]);
    assert!(last < 0.8 * first, "from {first} to {last}");
    Ok(())
}

/// Freezes the embeddings of words, positions and segments.
struct Freezer {
    path: Vec<String>,
}

impl ModuleMapper for Freezer {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let is_frozen = self.path.iter().any(|name| name == "embeddings");
        param.set_require_grad(!is_frozen)
    }
}

fn partly_frozen() -> Result<Checkpoint, jacolbert_model::Error> {
    let start = tiny::model()?;
    let colbert = start.colbert.clone().map(&mut Freezer { path: Vec::new() });
    Ok(Checkpoint { colbert, ..start })
}

/// The values of the tensor with this name, as they stand in a file.
fn tensor<'a>(file: &'a [u8], name: &str) -> Result<&'a [u8], Box<dyn std::error::Error>> {
    let length = u64::from_le_bytes(file[..8].try_into()?) as usize;
    let (header, values) = file[8..].split_at(length);
    let header: serde_json::Value = serde_json::from_slice(header)?;
    let place = header[name]["data_offsets"].as_array().ok_or("the tensor is there")?;
    let place: Vec<usize> = place.iter().filter_map(|n| n.as_u64()).map(|n| n as usize).collect();
    Ok(&values[place[0]..place[1]])
}

#[test]
fn frozen_parameters_stay_after_a_resume_too() -> TestResult {
    let scratch = Scratch::new()?;
    let mut trainer = Trainer::new(partly_frozen()?, tiny::options())?;
    let mut examples = tiny::examples(&ExampleOptions::default())?;
    let folder = scratch.path().to_path_buf();
    let hooks = TrainingHooks::new()
        .on_event(|event| match event {
            Event::Step { step: 6, .. } => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        })
        .checkpoints(CheckpointOptions { folder, every: 100, keep: 1 });
    trainer.run(&mut examples, hooks)?;

    let load = LoadOptions::default();
    let mut resumed = Trainer::resume(scratch.path(), tiny::options(), &load, &Device::flex())?;
    tiny::losses(&mut resumed, &mut examples)?;
    tiny::losses(&mut trainer, &mut examples)?;
    let before = tiny::weights(&tiny::model()?)?;
    let after = tiny::weights(&resumed.checkpoint())?;
    assert!(after == tiny::weights(&trainer.checkpoint())?);
    let words = "bert.embeddings.word_embeddings.weight";
    assert!(tensor(&before, words)? == tensor(&after, words)?);
    let query = "bert.encoder.layer.0.attention.self.query.weight";
    assert!(tensor(&before, query)? != tensor(&after, query)?);
    Ok(())
}

#[test]
fn a_model_of_which_nothing_is_trained_is_an_error() -> TestResult {
    let start = tiny::model()?;
    let frozen = Checkpoint { colbert: start.colbert.clone().no_grad(), ..start };
    let found = Trainer::new(frozen, tiny::options()).err();
    assert!(matches!(found, Some(Error::Setting { field: "trained parameters", .. })));
    Ok(())
}
