//! What a training leaves in its folder.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use jacolbert_model::{Checkpoint, Device, Encoder, LoadOptions};
use jacolbert_train::{
    CheckpointOptions, Error, Event, ExampleOptions, Outcome, TrainOptions, Trainer, TrainingHooks,
    Validation,
};

use crate::scratch::Scratch;
use crate::{TestResult, tiny};

/// Trains the tiny model; `values` are measured every two steps.
fn train(
    folder: &Path,
    values: [f64; 6],
    config: TrainOptions,
) -> Result<(Trainer, Outcome), Box<dyn std::error::Error>> {
    let mut trainer = Trainer::new(tiny::model()?, config)?;
    let mut values = values.into_iter();
    let hooks = TrainingHooks::new()
        .on_event(|event| {
            if let Event::Checkpoint { folder, .. } = event {
                assert!(folder.join("model").is_dir());
            }
            ControlFlow::Continue(())
        })
        .checkpoints(CheckpointOptions { folder: folder.into(), every: 5, keep: 2 })
        .validation(Validation::new(2, |_| values.next().ok_or("no more values".into())));
    let outcome = trainer.run(&mut tiny::examples(&ExampleOptions::default())?, hooks)?;
    Ok((trainer, outcome))
}

fn names(folder: &Path) -> std::io::Result<Vec<String>> {
    let names = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into()));
    let mut names = names.collect::<std::io::Result<Vec<String>>>()?;
    names.sort();
    Ok(names)
}

#[test]
fn the_latest_and_the_best_stay() -> TestResult {
    let scratch = Scratch::new()?;
    let folder = scratch.path().join("made/if/need/be");
    train(&folder, [0.1, 0.3, 0.2, 0.5, 0.4, 0.1], tiny::options())?;
    assert_eq!(names(&folder)?, ["best-00000008", "step-00000010", "step-00000012"]);
    Ok(())
}

#[test]
fn the_model_of_a_checkpoint_is_the_trained_one_and_can_be_used() -> TestResult {
    let scratch = Scratch::new()?;
    let (trainer, _) = train(scratch.path(), [0.0, 0.1, 0.2, 0.3, 0.4, 0.5], tiny::options())?;
    for name in ["step-00000012/model", "best-00000012"] {
        let dir = scratch.path().join(name);
        let saved = Checkpoint::from_dir(&dir, &LoadOptions::default(), &Device::flex())?;
        assert!(tiny::weights(&saved)? == tiny::weights(&trainer.checkpoint())?, "{name}");
        let encoder = Encoder::from_dir(&dir, &LoadOptions::default(), &Device::cpu())?;
        assert_eq!(encoder.encode_query("w1 w2")?.embeddings.dim(), 16);
    }
    Ok(())
}

#[test]
fn what_a_killed_training_was_making_is_cleared_away() -> TestResult {
    let scratch = Scratch::new()?;
    let half = scratch.path().join(".step-00000005");
    fs::create_dir(&half)?;
    fs::write(half.join("training.json"), "{")?;
    train(scratch.path(), [0.0; 6], tiny::options())?;
    assert_eq!(names(scratch.path())?, ["best-00000002", "step-00000010", "step-00000012"]);
    Ok(())
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error_that_names_it() -> TestResult {
    let scratch = Scratch::new()?;
    let file = scratch.file("file", "in the way")?;
    let found = train(&file, [0.0; 6], tiny::options()).err().ok_or("a file is no folder")?;
    assert!(
        matches!(found.downcast_ref(), Some(Error::Io { path, .. }) if path.starts_with(&file))
    );
    Ok(())
}

#[test]
fn a_loss_that_is_no_number_leaves_the_last_checkpoint() -> TestResult {
    let scratch = Scratch::new()?;
    let (mut examples, config) = tiny::poisoned(&scratch)?;
    let mut trainer = Trainer::new(tiny::model()?, config)?;
    let folder = scratch.path().join("run");
    let checkpoints = CheckpointOptions { folder: folder.clone(), every: 2, keep: 9 };
    let found = trainer.run(&mut examples, TrainingHooks::new().checkpoints(checkpoints));
    assert!(matches!(found, Err(Error::NotFinite { step: 6, .. })), "{found:?}");
    assert_eq!(names(&folder)?, ["step-00000002", "step-00000004"]);
    let resumed = Trainer::resume(&folder, config, &Default::default(), &Device::flex())?;
    assert_eq!(resumed.step(), 4);
    Ok(())
}
