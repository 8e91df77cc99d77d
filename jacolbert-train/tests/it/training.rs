//! What a training does to a model.

use std::ops::ControlFlow;

use jacolbert_model::Precision;
use jacolbert_train::loss::{Loss, NWayTerm, Normalisation};
use jacolbert_train::{
    Choice, Chunking, Decay, Ending, Error, Event, ExampleOptions, Examples, KnownPositives,
    Method, OptimiserOptions, Order, Quantity, Schedule, TextFormat, TrainOptions, Trainer,
    TrainingHooks, Validation, mean_loss,
};

use crate::scratch::Scratch;
use crate::{TestResult, starting, tiny};

/// Every fifth of the rows.
fn triplets() -> std::io::Result<(Scratch, std::path::PathBuf)> {
    let rows = std::fs::read_to_string(tiny::folder().join("rows.tsv"))?;
    let some: String = rows.split_inclusive('\n').step_by(5).collect();
    let scratch = Scratch::new()?;
    let path = scratch.file("triplets.tsv", &some)?;
    Ok((scratch, path))
}

/// The largest loss of an epoch of 32 triplets, after as many steps as the configuration has.
fn loss_after(config: TrainOptions) -> Result<f32, Box<dyn std::error::Error>> {
    let (_scratch, path) = triplets()?;
    let mut examples = Examples::with_texts(&path, TextFormat::Tabbed, &Default::default())?;
    assert_eq!(examples.num_rows(), 32);
    let mut trainer = Trainer::new(starting::fresh()?, config)?;
    let losses = tiny::losses(&mut trainer, &mut examples)?;
    let first = losses[0];
    assert!(first > 1.0, "there is something to learn: {first}");
    Ok(losses[losses.len() - 4..].iter().copied().fold(0.0, f32::max))
}

fn overfitting() -> TrainOptions {
    TrainOptions {
        steps: 500,
        batch_size: 8,
        schedule: Schedule { learning_rate: 1e-2, warmup_steps: 20, decay: Decay::Linear },
        ..Default::default()
    }
}

#[test]
fn thirty_two_triplets_are_learnt_by_heart() -> TestResult {
    let loss = loss_after(overfitting())?;
    assert!(loss < 0.02, "{loss}");
    Ok(())
}

#[test]
fn so_they_are_without_a_schedule() -> TestResult {
    let schedule = Schedule { decay: Decay::None, ..overfitting().schedule };
    let method = Method::ScheduleFreeAdamW;
    let optimiser = OptimiserOptions { method, ..Default::default() };
    let loss = loss_after(TrainOptions { schedule, optimiser, ..overfitting() })?;
    assert!(loss < 0.02, "{loss}");
    Ok(())
}

#[test]
fn so_they_are_in_bf16() -> TestResult {
    let config = TrainOptions { steps: 250, precision: Precision::Bf16, ..overfitting() };
    let loss = loss_after(config)?;
    assert!(loss < 0.05, "{loss}");
    Ok(())
}

#[test]
fn in_bf16_weights_keep_changes_that_bf16_has_no_digits_for() -> TestResult {
    let schedule = Schedule { learning_rate: 1e-6, warmup_steps: 0, decay: Decay::None };
    let config = TrainOptions { steps: 1, precision: Precision::Bf16, schedule, ..overfitting() };
    let before = tiny::weights(&tiny::model()?)?;
    let mut trainer = Trainer::new(tiny::model()?, config)?;
    tiny::losses(&mut trainer, &mut tiny::examples(&ExampleOptions::default())?)?;
    let trained = trainer.checkpoint();
    // The same header before the numbers of both; rounded to bf16 they would be up to 2^-9 of
    // themselves away.
    let after = tiny::weights(&trained)?;
    let begin = 8 + usize::try_from(u64::from_le_bytes(*before.first_chunk().ok_or("empty")?))?;
    assert_eq!(after[..begin], before[..begin]);
    let numbers = |file: &[u8]| -> Vec<f32> {
        file[begin..].as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
    };
    let changes = numbers(&before).into_iter().zip(numbers(&after)).map(|(a, b)| (a - b).abs());
    let largest = changes.fold(0.0, f32::max);
    assert!(largest > 0.0 && largest < 2e-5, "{largest}");
    assert_eq!(trained.colbert.precision(), Precision::F32, "to be used as if it had been loaded");
    Ok(())
}

#[test]
fn in_f16_a_training_does_not_begin() -> TestResult {
    let config = TrainOptions { precision: Precision::F16, ..overfitting() };
    let error = Trainer::new(starting::fresh()?, config).err();
    assert!(matches!(error, Some(Error::Setting { field: "precision", .. })), "{error:?}");
    Ok(())
}

#[test]
fn two_batches_accumulated_are_one_of_both_without_in_batch_negatives() -> TestResult {
    let loss = Loss { in_batch: None, ..Loss::default() };
    let one = TrainOptions { loss, batch_size: 8, steps: 5, ..tiny::options() };
    let two = TrainOptions { batch_size: 4, accumulation: 2, ..one };
    let losses = |config| {
        let mut trainer = Trainer::new(tiny::model()?, config)?;
        tiny::losses(&mut trainer, &mut tiny::examples(&ExampleOptions::default())?)
    };
    for (one, two) in losses(one)?.into_iter().zip(losses(two)?) {
        assert!((one - two).abs() < 1e-4 * one, "{one}, not {two}");
    }
    Ok(())
}

#[test]
fn the_same_seed_gives_the_same_weights_to_the_bit_and_another_gives_others() -> TestResult {
    let trained = |config| {
        let mut trainer = Trainer::new(tiny::model_with_dropout(0.2)?, config)?;
        tiny::losses(&mut trainer, &mut tiny::examples(&ExampleOptions::default())?)?;
        tiny::weights(&trainer.checkpoint())
    };
    let first = trained(tiny::options())?;
    assert!(trained(tiny::options())? == first);
    assert!(trained(TrainOptions { seed: 1, ..tiny::options() })? != first);
    Ok(())
}

#[test]
fn a_teacher_is_followed() -> TestResult {
    let scratch = Scratch::new()?;
    let row = |n: usize| {
        let a = n % 50;
        let b = (n * 7 + 3) % 50;
        let c = (n * 11 + 5) % 50;
        format!(r#"["w{a} w{b}", ["w{a} w{c}", 9.0], ["w{b} w{c}", 8.0], ["w{c} w{c}", 1.0]]"#)
    };
    let rows: Vec<String> = (0..24).map(row).collect();
    let path = scratch.file("scored.jsonl", &rows.join("\n"))?;
    let options = ExampleOptions { n_way: 3, ..Default::default() };
    let mut examples = Examples::with_texts(&path, TextFormat::Lists, &options)?;
    assert!(examples.has_scores());
    let n_way = Some(NWayTerm::Distillation(Normalisation::None));
    let loss = Loss { n_way, in_batch: None };
    let mut trainer = Trainer::new(tiny::model()?, TrainOptions { loss, ..overfitting() })?;
    let losses = tiny::losses(&mut trainer, &mut examples)?;
    let last = losses[losses.len() - 1];
    assert!(last < 0.1 * losses[0], "from {} to {last}", losses[0]);
    Ok(())
}

#[test]
fn distilling_rows_without_scores_is_an_error() -> TestResult {
    let n_way = Some(NWayTerm::Distillation(Normalisation::None));
    let loss = Loss { n_way, in_batch: None };
    let mut trainer = Trainer::new(tiny::model()?, TrainOptions { loss, ..tiny::options() })?;
    let found = tiny::losses(&mut trainer, &mut tiny::examples(&ExampleOptions::default())?);
    assert!(matches!(found, Err(Error::NoTeacher)));
    Ok(())
}

#[test]
fn fewer_rows_than_a_batch_takes_are_an_error() -> TestResult {
    let config = TrainOptions { batch_size: 161, ..tiny::options() };
    let mut trainer = Trainer::new(tiny::model()?, config)?;
    let found = tiny::losses(&mut trainer, &mut tiny::examples(&ExampleOptions::default())?);
    assert!(matches!(found, Err(Error::TooFewRows { num_rows: 160, batch_size: 161, .. })));
    Ok(())
}

#[test]
fn a_loss_that_is_no_number_ends_it_with_step_and_rows_and_leaves_the_weights() -> TestResult {
    let scratch = Scratch::new()?;
    let (mut examples, config) = tiny::poisoned(&scratch)?;
    let by_length = Chunking::ByLength { texts: 2 };
    let cached = Chunking::GradCache { texts: 2 };
    for chunking in [Chunking::Whole, by_length, cached] {
        let mut trainer = Trainer::new(tiny::model()?, TrainOptions { chunking, ..config })?;
        let found = tiny::losses(&mut trainer, &mut examples);
        let Err(Error::NotFinite { step, quantity, value, batch }) = found else {
            return Err(format!("{found:?}").into());
        };
        assert_eq!((step, trainer.step(), quantity), (6, 5, Quantity::Loss));
        assert!(value.is_nan());
        let lines: Vec<usize> = batch.iter().map(|row| row.line).collect();
        assert_eq!(lines, [21, 22, 23, 24]);
        assert_eq!(batch[2].query, "w23 w3");
        let weights = tiny::weights(&trainer.checkpoint())?;
        let mut other = Trainer::new(tiny::model()?, TrainOptions { chunking, ..config })?;
        tiny::stop_after(&mut other, &mut examples, 5)?;
        assert!(tiny::weights(&other.checkpoint())? == weights);
    }
    Ok(())
}

#[test]
fn events_tell_steps_epochs_and_rates_in_order() -> TestResult {
    let config = TrainOptions { steps: 90, accumulation: 2, ..tiny::options() };
    let mut trainer = Trainer::new(tiny::model()?, config)?;
    let mut reported = Vec::new();
    let hooks = TrainingHooks::new().on_event(|event| {
        if let &Event::Step { step, epoch, learning_rate, tokens, .. } = event {
            assert!(tokens > 0);
            reported.push((step, epoch, learning_rate));
        }
        ControlFlow::Continue(())
    });
    let outcome = trainer.run(&mut tiny::examples(&ExampleOptions::default())?, hooks)?;
    assert_eq!((outcome.step, outcome.ending, outcome.best), (90, Ending::Finished, None));
    for (number, (step, epoch, rate)) in reported.into_iter().enumerate() {
        let number = number as u64;
        // 160 rows are 40 batches, which are 20 steps.
        assert_eq!((step, epoch), (number + 1, number / 20));
        assert_eq!(rate, config.schedule.rate(number, 90));
    }
    Ok(())
}

#[test]
fn the_callback_ends_the_training() -> TestResult {
    let mut trainer = Trainer::new(tiny::model()?, tiny::options())?;
    let mut examples = tiny::examples(&ExampleOptions::default())?;
    let outcome = tiny::stop_after(&mut trainer, &mut examples, 4)?;
    assert_eq!((outcome.step, outcome.ending), (4, Ending::Stopped));
    assert_eq!(tiny::losses(&mut trainer, &mut examples)?.len(), 8, "it can go on");
    Ok(())
}

/// Step and reason of an end, and step and value of the best judgement.
type End = (u64, Ending, Option<(u64, f64)>);

/// Where a training ends whose validation measures `values` one after the other.
fn ended_after(values: &[f64], patience: Option<u64>) -> Result<End, Box<dyn std::error::Error>> {
    let mut trainer = Trainer::new(tiny::model()?, tiny::options())?;
    let mut values = values.iter().copied();
    let mut validation = Validation::new(2, |_| values.next().ok_or("no more values".into()));
    if let Some(patience) = patience {
        validation = validation.patience(patience);
    }
    let hooks = TrainingHooks::new().validation(validation);
    let outcome = trainer.run(&mut tiny::examples(&ExampleOptions::default())?, hooks)?;
    let best = outcome.best.map(|best| (best.step, best.value));
    Ok((outcome.step, outcome.ending, best))
}

#[test]
fn a_training_without_improvement_ends_when_patience_does() -> TestResult {
    let check = |values: &[f64], patience, expected| -> TestResult {
        assert_eq!(ended_after(values, patience)?, expected, "{values:?}, {patience:?}");
        Ok(())
    };
    let nan = f64::NAN;
    check(&[0.5, 0.4, 0.4, 0.6, 0.1, 0.2], Some(2), (6, Ending::NoImprovement, Some((2, 0.5))))?;
    check(&[0.5, 0.4, 0.6, 0.5, 0.7, 0.1], Some(2), (12, Ending::Finished, Some((10, 0.7))))?;
    check(&[0.5, 0.5, nan, 0.1, 0.1, 0.1], None, (12, Ending::Finished, Some((2, 0.5))))?;
    check(&[nan, nan, nan], Some(3), (6, Ending::NoImprovement, None))
}

#[test]
fn a_validation_that_fails_ends_the_training_with_its_step_and_cause() -> TestResult {
    let found = ended_after(&[0.5], None).err().ok_or("it failed")?;
    let Some(Error::Validation { step: 4, source }) = found.downcast_ref::<Error>() else {
        return Err(found);
    };
    assert_eq!(source.to_string(), "no more values");
    Ok(())
}

#[test]
fn loss_of_held_out_rows_is_that_of_a_step_and_the_same_each_time() -> TestResult {
    let options =
        ExampleOptions { order: Order::AsStored, choice: Choice::First, ..Default::default() };
    let config = TrainOptions { batch_size: 160, steps: 1, ..tiny::options() };
    let mut examples = tiny::examples(&options)?;
    let step = tiny::losses(&mut Trainer::new(tiny::model()?, config)?, &mut examples)?[0];
    let model = tiny::model_with_dropout(0.5)?;
    let mut held_out = |chunking| mean_loss(&model, &mut examples, &Loss::default(), 160, chunking);
    let loss = held_out(Chunking::Whole)?;
    assert!((loss - step).abs() < 1e-4 * step, "{loss}, not {step}");
    assert_eq!(held_out(Chunking::Whole)?.to_bits(), loss.to_bits());
    let chunked = held_out(Chunking::GradCache { texts: 7 })?;
    assert!((chunked - step).abs() < 1e-4 * step, "{chunked}, not {step}");
    Ok(())
}

#[test]
fn dropout_is_another_at_each_step_and_batch() -> TestResult {
    let options =
        ExampleOptions { choice: Choice::First, order: Order::AsStored, ..Default::default() };
    let scratch = Scratch::new()?;
    let path = scratch.file("rows.tsv", "w1 w2\tw1 w3\tw4\nw5\tw5 w6\tw7 w8\n")?;
    let mut examples = Examples::with_texts(&path, TextFormat::Tabbed, &options)?;
    let schedule = Schedule { learning_rate: 1e-12, ..tiny::options().schedule };
    let mut losses = |accumulation| {
        let config =
            TrainOptions { batch_size: 2, steps: 3, accumulation, schedule, ..tiny::options() };
        Ok::<_, Box<dyn std::error::Error>>(tiny::losses(
            &mut Trainer::new(tiny::model_with_dropout(0.3)?, config)?,
            &mut examples,
        )?)
    };
    let one = losses(1)?;
    let two = losses(2)?;
    let apart = |left: f32, right: f32| assert!((left - right).abs() > 1e-3, "{left}, {right}");
    apart(one[0], one[1]);
    apart(one[1], one[2]);
    apart(one[0], two[0]);
    Ok(())
}

#[test]
fn a_positive_of_two_queries_is_no_negative_of_either_unless_asked_for() -> TestResult {
    let options = ExampleOptions {
        n_way: 1,
        choice: Choice::First,
        order: Order::AsStored,
        ..Default::default()
    };
    let scratch = Scratch::new()?;
    let path = scratch.file("rows.tsv", "w1 w2\tw3 w4\nw5 w6\tw3 w4\n")?;
    let mut examples = Examples::with_texts(&path, TextFormat::Tabbed, &options)?;
    let mut loss = |known_positives| {
        let config = TrainOptions { batch_size: 2, steps: 1, known_positives, ..tiny::options() };
        let mut trainer = Trainer::new(tiny::model()?, config)?;
        Ok::<f32, Box<dyn std::error::Error>>(tiny::losses(&mut trainer, &mut examples)?[0])
    };
    assert_eq!(loss(KnownPositives::Spared)?, 0.0, "nothing is left to be better than");
    let blamed = loss(KnownPositives::Negatives)?;
    assert!((blamed - std::f32::consts::LN_2).abs() < 1e-5, "{blamed}");
    Ok(())
}
