//! Encoders of modules in memory.

use jacolbert_model::{Checkpoint, Device, Encoder, Error, LoadOptions, Precision};

use crate::TestResult;
use crate::layout_folders::assembled;
use crate::on_modules::on_every_burn_device;
use crate::tiny::Tiny;

const TEXTS: [&str; 3] = ["東 a", "a 東 東 a a", "a"];

#[test]
fn a_module_in_memory_encodes_as_its_folder_does() -> TestResult {
    let folder = Tiny::new().write()?;
    on_every_burn_device(|on, _| {
        let checkpoint = Checkpoint::from_dir(folder.path(), &Default::default(), &on.device)?;
        for device in [&Device::cpu(), &on.device] {
            for precision in device.precisions() {
                let options = LoadOptions { precision, ..Default::default() };
                let from_folder = Encoder::from_dir(folder.path(), &options, device)?;
                let from_memory = Encoder::from_checkpoint(checkpoint.clone(), precision, device)?;
                let expected = from_folder.encode_passages(&TEXTS)?;
                assert_eq!(from_memory.encode_passages(&TEXTS)?, expected, "{device}, {precision}");
                assert_eq!(from_memory.device(), device);
            }
        }
        TestResult::Ok(())
    })
}

#[test]
fn a_saved_copy_and_a_model_in_memory_have_the_same_fingerprint() -> TestResult {
    let folder = Tiny::new().write()?;
    let copy = tempfile::tempdir()?;
    let expected = Encoder::from_dir(folder.path(), &Default::default(), &Device::cpu())?;
    let expected = expected.fingerprint()?;
    on_every_burn_device(|on, _| {
        let checkpoint = Checkpoint::from_dir(folder.path(), &Default::default(), &on.device)?;
        checkpoint.save(copy.path())?;
        for device in [&Device::cpu(), &on.device] {
            let copied = Encoder::from_dir(copy.path(), &Default::default(), device)?;
            assert_eq!(copied.fingerprint()?, expected);
            let memory = Encoder::from_checkpoint(checkpoint.clone(), Precision::F32, device)?;
            assert_eq!(memory.fingerprint()?, expected);
        }
        TestResult::Ok(())
    })
}

#[test]
fn a_self_check_of_a_model_in_memory_compares_with_a_copy() -> TestResult {
    let folder = assembled("f32")?;
    on_every_burn_device(|on, _| {
        let checkpoint = Checkpoint::from_dir(folder.path(), &Default::default(), &on.device)?;
        for device in [&Device::cpu(), &on.device] {
            let encoder = Encoder::from_checkpoint(checkpoint.clone(), Precision::F32, device)?;
            assert!(encoder.self_check(&Default::default())?.embeddings < on.within);
        }
        TestResult::Ok(())
    })
}

#[test]
fn no_module_is_on_the_cpu() -> TestResult {
    let folder = Tiny::new().write()?;
    let error = Checkpoint::from_dir(folder.path(), &Default::default(), &Device::cpu());
    assert!(matches!(error, Err(Error::NoBurnDevice)));
    Ok(())
}

#[test]
fn a_checkpoint_is_loaded_in_f32_only() -> TestResult {
    let folder = Tiny::new().write()?;
    let options = LoadOptions { precision: Precision::Bf16, ..Default::default() };
    let error = Checkpoint::from_dir(folder.path(), &options, &Device::flex());
    let precision = Precision::Bf16;
    assert!(
        matches!(error, Err(Error::CheckpointPrecision { precision: found }) if found == precision)
    );
    Ok(())
}

#[test]
fn a_shape_that_is_not_that_of_the_weights_is_an_error() -> TestResult {
    let folder = Tiny::new().write()?;
    let checkpoint = Checkpoint::from_dir(folder.path(), &Default::default(), &Device::flex())?;
    let mut other = checkpoint.clone();
    other.bert.num_hidden_layers += 1;
    let error = Encoder::from_checkpoint(other, Precision::F32, &Device::cpu());
    assert!(matches!(error, Err(Error::MissingTensor { .. })));
    Ok(())
}
