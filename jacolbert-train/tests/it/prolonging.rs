//! A training that ended is continued to more steps.

use std::fs;
use std::path::Path;

use jacolbert_model::{Device, LoadOptions};
use jacolbert_train::{
    CheckpointOptions, Decay, Error, Event, ExampleOptions, Schedule, TrainOptions, Trainer,
    TrainingHooks,
};

use crate::scratch::Scratch;
use crate::{TestResult, tiny};

type Failure = Box<dyn std::error::Error>;

/// Six steps, with or without a decay after the warm-up.
fn options(decay: Decay) -> TrainOptions {
    let schedule = Schedule { learning_rate: 3e-3, warmup_steps: 2, decay };
    TrainOptions { steps: 6, schedule, ..tiny::options() }
}

fn longer(decay: Decay) -> TrainOptions {
    TrainOptions { steps: 12, ..options(decay) }
}

fn start(options: TrainOptions) -> Result<Trainer, Failure> {
    Ok(Trainer::new(tiny::model_with_dropout(0.2)?, options)?)
}

fn resume(folder: &Path, options: TrainOptions) -> Result<Trainer, Error> {
    Trainer::resume(folder, options, &LoadOptions::default(), &Device::flex())
}

fn prolong(folder: &Path, options: TrainOptions) -> Result<Trainer, Error> {
    Trainer::prolong(folder, options, &LoadOptions::default(), &Device::flex())
}

/// Trains to the end, or until `last` steps are done, with a checkpoint every three steps. Returns the
/// learning rates.
fn train(trainer: &mut Trainer, folder: &Path, last: u64) -> Result<Vec<f64>, Failure> {
    let mut rates = Vec::new();
    let hooks = TrainingHooks::new()
        .on_event(|event| match event {
            Event::Step { step, learning_rate, .. } => {
                rates.push(*learning_rate);
                if *step == last {
                    std::ops::ControlFlow::Break(())
                } else {
                    std::ops::ControlFlow::Continue(())
                }
            }
            _ => std::ops::ControlFlow::Continue(()),
        })
        .checkpoints(CheckpointOptions { folder: folder.into(), every: 3, keep: 1 });
    trainer.run(&mut tiny::examples(&ExampleOptions::default())?, hooks)?;
    Ok(rates)
}

/// What is left of a training of 12 steps.
fn state(folder: &Path) -> Result<[Vec<u8>; 2], Failure> {
    let file = |name| fs::read(folder.join("step-00000012").join(name));
    Ok([file("training.safetensors")?, file("training.json")?])
}

#[test]
fn without_decay_a_prolonged_training_is_one_that_was_longer_from_the_first() -> TestResult {
    let whole = Scratch::new()?;
    train(&mut start(longer(Decay::None))?, whole.path(), 12)?;
    // After its end, and in its midst.
    for last in [6, 3] {
        let scratch = Scratch::new()?;
        train(&mut start(options(Decay::None))?, scratch.path(), last)?;
        let mut prolonged = prolong(scratch.path(), longer(Decay::None))?;
        assert_eq!((prolonged.step(), prolonged.prolonged_at()), (last, &[][..]));
        train(&mut prolonged, scratch.path(), 12)?;
        assert!(state(scratch.path())? == state(whole.path())?, "{last}");
    }
    Ok(())
}

#[test]
fn with_decay_the_rate_is_that_of_the_new_number_of_steps_from_the_old_end_on() -> TestResult {
    let scratch = Scratch::new()?;
    let mut rates = train(&mut start(options(Decay::Linear))?, scratch.path(), 6)?;
    let mut prolonged = prolong(scratch.path(), longer(Decay::Linear))?;
    assert_eq!(prolonged.prolonged_at(), [6]);
    rates.extend(train(&mut prolonged, scratch.path(), 12)?);
    let schedule = options(Decay::Linear).schedule;
    let expected = (0..12).map(|step| schedule.rate(step, if step < 6 { 6 } else { 12 }));
    assert_eq!(rates, expected.collect::<Vec<_>>());
    Ok(())
}

#[test]
fn a_prolonged_training_that_was_interrupted_leaves_the_same_bytes() -> TestResult {
    let whole = Scratch::new()?;
    train(&mut start(options(Decay::Linear))?, whole.path(), 6)?;
    train(&mut prolong(whole.path(), longer(Decay::Linear))?, whole.path(), 12)?;

    let scratch = Scratch::new()?;
    train(&mut start(options(Decay::Linear))?, scratch.path(), 3)?;
    train(&mut resume(scratch.path(), options(Decay::Linear))?, scratch.path(), 6)?;
    train(&mut prolong(scratch.path(), longer(Decay::Linear))?, scratch.path(), 9)?;
    let mut resumed = resume(scratch.path(), longer(Decay::Linear))?;
    assert_eq!((resumed.step(), resumed.prolonged_at()), (9, &[6][..]));
    drop(train(&mut resumed, scratch.path(), 10)?);
    // The same call as before continues it too.
    train(&mut prolong(scratch.path(), longer(Decay::Linear))?, scratch.path(), 12)?;
    assert!(state(scratch.path())? == state(whole.path())?);
    Ok(())
}

#[test]
fn nothing_is_prolonged_in_silence_or_before_its_end() -> TestResult {
    let scratch = Scratch::new()?;
    for decay in [Decay::Linear, Decay::None] {
        let folder = scratch.path().join(format!("{decay:?}"));
        train(&mut start(options(decay))?, &folder, 3)?;
        let found = resume(&folder, longer(decay)).err();
        assert!(matches!(found, Some(Error::MoreSteps { saved: 6, given: 12 })), "{found:?}");
        let fewer = TrainOptions { steps: 5, ..options(decay) };
        let found = prolong(&folder, fewer).err();
        let is_named =
            matches!(&found, Some(Error::OtherSetting { field, .. }) if field == "steps");
        assert!(is_named, "{found:?}");
        let other = TrainOptions { seed: 7, ..longer(decay) };
        let found = prolong(&folder, other).err();
        let is_named = matches!(&found, Some(Error::OtherSetting { field, .. }) if field == "seed");
        assert!(is_named, "{found:?}");
    }
    let found = prolong(&scratch.path().join("Linear"), longer(Decay::Linear)).err();
    assert!(matches!(found, Some(Error::NotEnded { step: 3, steps: 6 })), "{found:?}");
    Ok(())
}
