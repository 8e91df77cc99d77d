//! What an encoder on the CPU computes with, as its user chooses it.

use jacolbert_model::{Checkpoint, CpuEngine, Device, Encoder, LoadOptions};

use crate::TestResult;
use crate::tiny::Tiny;

const TEXTS: [&str; 3] = ["東 a", "a 東 東 a a", "a"];

/// The embeddings of all texts, one number after the other.
fn numbers(encoder: &Encoder) -> Result<Vec<f32>, jacolbert_model::Error> {
    let embeddings = encoder.encode_passages(&TEXTS)?.embeddings;
    Ok(embeddings.iter().flat_map(|text| text.as_ref().rows()).flatten().copied().collect())
}

fn farthest(left: &[f32], right: &[f32]) -> f32 {
    assert_eq!(left.len(), right.len());
    left.iter().zip(right).map(|(left, right)| (left - right).abs()).fold(0.0, f32::max)
}

#[test]
fn each_engine_is_the_one_that_was_asked_for() -> TestResult {
    let folder = Tiny::new().write()?;
    let load = |cpu| {
        let options = LoadOptions { cpu, ..Default::default() };
        numbers(&Encoder::from_dir_with(folder.path(), &options, &Device::flex())?)
    };
    let module = load(CpuEngine::Module)?;
    assert!(farthest(&load(CpuEngine::Packed)?, &module) < 1e-5);
    for cpu in [CpuEngine::PackedBf16, CpuEngine::PackedInt8] {
        let apart = farthest(&load(cpu)?, &module);
        assert!(apart > 1e-5 && apart < 0.05, "{cpu:?} is near and not the same: {apart}");
    }
    assert_ne!(load(CpuEngine::PackedBf16)?, load(CpuEngine::PackedInt8)?);
    Ok(())
}

#[test]
fn a_checkpoint_in_memory_has_the_same_engines() -> TestResult {
    let folder = Tiny::new().write()?;
    let packed = [CpuEngine::Packed, CpuEngine::PackedBf16, CpuEngine::PackedInt8];
    for cpu in packed.into_iter().chain([CpuEngine::Module]) {
        let options = LoadOptions { cpu, ..Default::default() };
        let from_folder = Encoder::from_dir_with(folder.path(), &options, &Device::flex())?;
        let checkpoint = Checkpoint::from_dir(folder.path(), &Device::flex())?;
        let from_memory = Encoder::with_cpu_engine(checkpoint, cpu);
        assert_eq!(numbers(&from_memory)?, numbers(&from_folder)?, "{cpu:?}");
    }
    Ok(())
}
