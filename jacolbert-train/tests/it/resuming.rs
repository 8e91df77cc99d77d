//! A training that was killed and resumed is the training that was not.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::{fs, io};

use jacolbert_model::{Device, LoadOptions, Precision};
use jacolbert_train::{
    CheckpointOptions, Chunking, Error, Event, ExampleOptions, Method, OptimiserOptions,
    TrainOptions, Trainer, TrainingHooks, Validation,
};

use crate::scratch::Scratch;
use crate::{TestResult, tiny};

type Failure = Box<dyn std::error::Error>;

fn options() -> TrainOptions {
    TrainOptions { accumulation: 2, ..tiny::options() }
}

fn start(config: TrainOptions) -> Result<Trainer, Failure> {
    Ok(Trainer::new(tiny::model_with_dropout(0.2)?, config)?)
}

fn resume(folder: &Path, config: TrainOptions) -> Result<Trainer, Error> {
    Trainer::resume(folder, config, &LoadOptions::default(), &Device::flex())
}

/// Trains to the end with a checkpoint every three steps; dies in the midst of `dies_after`.
fn train(trainer: &mut Trainer, folder: &Path, dies_after: Option<u64>) -> TestResult {
    let hooks = TrainingHooks::new()
        .on_event(|event| {
            if let Event::Step { step, .. } = event {
                assert_ne!(Some(*step), dies_after, "killed");
            }
            ControlFlow::Continue(())
        })
        .checkpoints(CheckpointOptions { folder: folder.into(), every: 3, keep: 2 })
        .validation(Validation::new(2, |model| Ok(f64::from(model.colbert.dim() as u32))));
    trainer.run(&mut tiny::examples(&ExampleOptions::default())?, hooks)?;
    Ok(())
}

/// All that a training leaves behind: names and contents of its files.
fn files(folder: &Path) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            let inner = self::files(&path)?.into_iter();
            files.extend(inner.map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else {
            files.push((name, fs::read(&path)?));
        }
    }
    files.sort();
    Ok(files)
}

fn check(config: TrainOptions) -> TestResult {
    let whole = Scratch::new()?;
    train(&mut start(config)?, whole.path(), None)?;
    let expected = files(whole.path())?;
    let names: Vec<&String> = expected.iter().map(|(name, _)| name).collect();
    assert!(names.iter().any(|name| name.starts_with("best-00000002/")), "{names:?}");
    for killed in [4, 6, 11] {
        let scratch = Scratch::new()?;
        let mut trainer = start(config)?;
        let run = AssertUnwindSafe(|| train(&mut trainer, scratch.path(), Some(killed)).is_ok());
        assert!(catch_unwind(run).is_err(), "it was killed in step {killed}");
        drop(trainer);
        let mut resumed = resume(scratch.path(), config)?;
        assert_eq!(resumed.step(), (killed - 1) / 3 * 3);
        train(&mut resumed, scratch.path(), None)?;
        let found = files(scratch.path())?;
        for ((name, found), (expected_name, expected)) in found.iter().zip(&expected) {
            assert_eq!(name, expected_name);
            assert!(found == expected, "{name} differs after a kill in step {killed}");
        }
        assert_eq!(found.len(), expected.len());
    }
    Ok(())
}

#[test]
fn killed_and_resumed_leaves_the_same_bytes_as_uninterrupted() -> TestResult {
    check(options())
}

#[test]
fn so_does_a_schedule_free_training_by_chunks() -> TestResult {
    let optimiser = OptimiserOptions { method: Method::ScheduleFreeAdamW, ..Default::default() };
    check(TrainOptions { optimiser, chunking: Chunking::GradCache { texts: 3 }, ..options() })
}

#[test]
fn so_does_one_in_bf16() -> TestResult {
    check(TrainOptions { precision: Precision::Bf16, ..options() })
}

#[test]
fn resumed_at_its_end_a_training_has_nothing_to_do() -> TestResult {
    let scratch = Scratch::new()?;
    train(&mut start(options())?, scratch.path(), None)?;
    let before = files(scratch.path())?;
    let mut resumed = resume(scratch.path(), options())?;
    train(&mut resumed, scratch.path(), None)?;
    assert!(files(scratch.path())? == before);
    Ok(())
}

/// A folder with the checkpoint of a whole training.
fn trained() -> Result<Scratch, Failure> {
    let scratch = Scratch::new()?;
    train(&mut start(options())?, scratch.path(), None)?;
    Ok(scratch)
}

#[test]
fn another_setting_is_named() -> TestResult {
    let scratch = trained()?;
    let check = |given: TrainOptions, expected: [&str; 3]| {
        let found = resume(scratch.path(), given).err();
        let Some(Error::OtherSetting { field, saved, given }) = found else {
            panic!("{found:?}");
        };
        assert_eq!([field.as_str(), &saved, &given], expected);
    };
    let usual = options();
    check(TrainOptions { batch_size: 5, ..usual }, ["batch_size", "4", "5"]);
    check(TrainOptions { seed: 1, ..usual }, ["seed", "0", "1"]);
    check(TrainOptions { max_norm: None, ..usual }, ["max_norm", "2.0", "null"]);
    let chunking = Chunking::GradCache { texts: 2 };
    check(
        TrainOptions { chunking, ..usual },
        ["chunking", "\"Whole\"", "{\"GradCache\":{\"texts\":2}}"],
    );
    let mut other = usual;
    other.schedule.warmup_steps = 4;
    check(other, ["schedule.warmup_steps", "3", "4"]);
    let mut other = usual;
    other.optimiser.weight_decay = 0.5;
    check(other, ["optimiser.weight_decay", "0.01", "0.5"]);
    Ok(())
}

#[test]
fn other_rows_and_other_passages_of_them_are_named() -> TestResult {
    let scratch = trained()?;
    let check = |examples: &mut jacolbert_train::Examples, expected: &str| -> TestResult {
        let mut trainer = resume(scratch.path(), options())?;
        let found = tiny::losses(&mut trainer, examples).err();
        assert!(
            matches!(&found, Some(Error::OtherSetting { field, .. }) if field == expected),
            "{found:?}"
        );
        Ok(())
    };
    let options = ExampleOptions { n_way: 3, ..Default::default() };
    check(&mut tiny::examples(&options)?, "data.options.n_way")?;
    let rows = fs::read_to_string(tiny::folder().join("rows.tsv"))?.replacen("w1 ", "w2 ", 1);
    let path = scratch.file("rows.tsv", &rows)?;
    let format = jacolbert_train::TextFormat::Tabbed;
    let mut others = jacolbert_train::Examples::with_texts(&path, format, &Default::default())?;
    check(&mut others, "data.checksum")
}

#[test]
fn a_folder_without_a_checkpoint_is_an_error() -> TestResult {
    let scratch = Scratch::new()?;
    for folder in [scratch.path(), &scratch.path().join("absent")] {
        assert!(matches!(resume(folder, options()), Err(Error::NoCheckpoint { .. })));
    }
    Ok(())
}

#[test]
fn a_training_does_not_overwrite_another_but_goes_on_in_its_own_folder() -> TestResult {
    let scratch = trained()?;
    let own = Scratch::new()?;
    let before = files(scratch.path())?;
    let mut trainer = start(options())?;
    for _ in 0..2 {
        let found = train(&mut trainer, scratch.path(), None).err().ok_or("it was refused")?;
        assert!(matches!(found.downcast_ref(), Some(Error::FolderInUse { .. })));
        train(&mut trainer, own.path(), None)?;
    }
    assert!(files(scratch.path())? == before);
    Ok(())
}

#[test]
fn a_damaged_checkpoint_is_an_error() -> TestResult {
    let scratch = trained()?;
    let dir = scratch.path().join("step-00000012");
    let found = || resume(scratch.path(), options()).err();
    let json = fs::read_to_string(dir.join("training.json"))?;

    fs::write(dir.join("training.json"), json.replace("\"format\": 1", "\"format\": 2"))?;
    assert!(matches!(found(), Some(Error::Format { found: 2, expected: 1, .. })));
    fs::write(dir.join("training.json"), json.replace("\"step\"", "\"stop\""))?;
    assert!(matches!(found(), Some(Error::State { .. })));
    fs::write(dir.join("training.json"), &json[..json.len() / 2])?;
    assert!(matches!(found(), Some(Error::State { .. })));
    fs::remove_file(dir.join("training.json"))?;
    assert!(matches!(found(), Some(Error::Io { .. })));
    fs::write(dir.join("training.json"), json)?;

    let path = dir.join("training.safetensors");
    let mut bytes = fs::read(&path)?;
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&path, &bytes)?;
    let checksum = found();
    assert!(matches!(checksum, Some(Error::Model(jacolbert_model::Error::Checksum { .. }))));
    jacolbert_model::TensorFile::default().save(&path)?;
    assert!(matches!(found(), Some(Error::Setting { .. } | Error::StateTensor { .. })));
    Ok(())
}
