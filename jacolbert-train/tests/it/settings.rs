//! Settings out of range are errors that name them.

use jacolbert_train::loss::{InBatchNegatives, InBatchTerm, Loss, NWayTerm, Normalisation};
use jacolbert_train::{
    CheckpointOptions, Chunking, Error, ExampleOptions, Method, TrainOptions, Trainer,
    TrainingHooks, Validation, mean_loss,
};

use crate::scratch::Scratch;
use crate::{TestResult, tiny};

fn check(change: impl FnOnce(&mut TrainOptions), expected: [&str; 2]) -> TestResult {
    let mut config = tiny::options();
    change(&mut config);
    let found = Trainer::new(tiny::model()?, config).err();
    let Some(Error::Setting { field, found, .. }) = found else {
        return Err(format!("{found:?} instead of {expected:?}").into());
    };
    assert_eq!([field, &found], expected);
    Ok(())
}

#[test]
fn settings_of_a_training() -> TestResult {
    check(|config| config.batch_size = 0, ["batch_size", "0"])?;
    check(|config| config.accumulation = 0, ["accumulation", "0"])?;
    check(|config| config.chunking = Chunking::GradCache { texts: 0 }, ["chunking.texts", "0"])?;
    check(|config| config.max_norm = Some(0.0), ["max_norm", "0"])?;
    check(|config| config.max_norm = Some(f64::NAN), ["max_norm", "NaN"])?;
    check(|config| config.schedule.learning_rate = -1.0, ["schedule.learning_rate", "-1"])?;
    check(|config| config.optimiser.beta_1 = 1.0, ["optimiser.beta_1", "1"])?;
    check(|config| config.optimiser.beta_2 = -0.5, ["optimiser.beta_2", "-0.5"])?;
    check(|config| config.optimiser.epsilon = 0.0, ["optimiser.epsilon", "0"])?;
    check(|config| config.optimiser.weight_decay = -0.5, ["optimiser.weight_decay", "-0.5"])?;
    check(|config| config.optimiser.projection_rate = 0.0, ["optimiser.projection_rate", "0"])
}

#[test]
fn only_the_schedule_free_optimiser_needs_its_first_beta() -> TestResult {
    let mut config = tiny::options();
    config.optimiser.beta_1 = 0.0;
    Trainer::new(tiny::model()?, config)?;
    let free = |config: &mut TrainOptions| {
        config.optimiser.beta_1 = 0.0;
        config.optimiser.method = Method::ScheduleFreeAdamW;
    };
    check(free, ["optimiser.beta_1", "0"])
}

#[test]
fn settings_of_the_loss() -> TestResult {
    let found = |term| {
        let loss = Loss { in_batch: Some(term), ..Loss::default() };
        Ok::<_, Error>(Trainer::new(tiny::model()?, TrainOptions { loss, ..tiny::options() }).err())
    };
    let weight = InBatchTerm { weight: -1.0, ..Default::default() };
    assert!(matches!(found(weight)?, Some(Error::Weight { weight: -1.0 })));
    let negatives = InBatchNegatives::PyLate { temperature: 0.0 };
    let temperature = InBatchTerm { negatives, ..Default::default() };
    assert!(matches!(found(temperature)?, Some(Error::Temperature { temperature: 0.0 })));
    let config = TrainOptions { loss: Loss { n_way: None, in_batch: None }, ..tiny::options() };
    assert!(matches!(Trainer::new(tiny::model()?, config).err(), Some(Error::NoTerm)));
    Ok(())
}

#[test]
fn settings_of_the_examples() {
    let found = tiny::examples(&ExampleOptions { n_way: 0, ..Default::default() }).err();
    assert!(matches!(found, Some(Error::Setting { field: "n_way", .. })));
}

#[test]
fn settings_of_the_hooks() -> TestResult {
    let mut trainer = Trainer::new(tiny::model()?, tiny::options())?;
    let mut check = |hooks: TrainingHooks<'_>, expected: &str| -> TestResult {
        let found = trainer.run(&mut tiny::examples(&ExampleOptions::default())?, hooks).err();
        let Some(Error::Setting { field, .. }) = found else {
            return Err(format!("{found:?} instead of {expected}").into());
        };
        assert_eq!(field, expected);
        Ok(())
    };
    let validation = |every| Validation::new(every, |_| Ok(0.0));
    check(TrainingHooks::new().validation(validation(0)), "validation.every")?;
    check(TrainingHooks::new().validation(validation(1).patience(0)), "validation.patience")?;
    let scratch = Scratch::new()?;
    let checkpoints = |every, keep| {
        let folder = scratch.path().to_path_buf();
        TrainingHooks::new().checkpoints(CheckpointOptions { folder, every, keep })
    };
    check(checkpoints(0, 1), "checkpoints.every")?;
    check(checkpoints(1, 0), "checkpoints.keep")
}

#[test]
fn a_loss_that_is_the_same_for_all_weights_is_refused() -> TestResult {
    let cross_entropy = Loss { n_way: Some(NWayTerm::CrossEntropy), in_batch: None };
    let distillation =
        |normalisation| Loss { n_way: Some(NWayTerm::Distillation(normalisation)), in_batch: None };
    let in_batch =
        |negatives, weight| Loss { n_way: None, in_batch: Some(InBatchTerm { negatives, weight }) };
    let pylate = InBatchNegatives::PyLate { temperature: 1.0 };
    let refused = [
        (cross_entropy, 1, 4),
        (distillation(Normalisation::None), 1, 4),
        (distillation(Normalisation::MinMax), 2, 4),
        (in_batch(InBatchNegatives::ColBert, 1.0), 2, 1),
        (in_batch(pylate, 1.0), 1, 1),
        (in_batch(pylate, 0.0), 2, 4),
    ];
    for (loss, n_way, batch_size) in refused {
        let options = TrainOptions { loss, batch_size, ..tiny::options() };
        let mut trainer = Trainer::new(tiny::model()?, options)?;
        let mut examples = tiny::examples(&ExampleOptions { n_way, ..Default::default() })?;
        let trained = trainer.run(&mut examples, TrainingHooks::new()).err();
        let measured =
            mean_loss(&tiny::model()?, &mut examples, &loss, batch_size, Chunking::Whole).err();
        for found in [trained, measured] {
            let expected = (n_way, batch_size);
            let is_refused = matches!(
                found,
                Some(Error::NothingToLearn { n_way, batch_size }) if (n_way, batch_size) == expected
            );
            assert!(is_refused, "{loss:?}, {expected:?}: {found:?}");
        }
        assert_eq!(trainer.step(), 0);
    }
    let trained = [
        (cross_entropy, 2, 1),
        (in_batch(InBatchNegatives::ColBert, 1.0), 1, 2),
        (in_batch(pylate, 1.0), 2, 1),
    ];
    for (loss, n_way, batch_size) in trained {
        let options = TrainOptions { loss, batch_size, steps: 1, ..tiny::options() };
        let mut trainer = Trainer::new(tiny::model()?, options)?;
        let mut examples = tiny::examples(&ExampleOptions { n_way, ..Default::default() })?;
        let losses = tiny::losses(&mut trainer, &mut examples)?;
        assert!(losses[0] > 0.0, "{loss:?}, {n_way}, {batch_size}: {losses:?}");
    }
    Ok(())
}
